// A package of the npm registry: packed by npm, unpacked here. Nothing of it is installed, and no script of it runs.
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { AuditError } from "../failure.ts";
import type { NotRead } from "../project/not-read.ts";
import { unpack } from "./unpack.ts";

const TIMEOUT_MS = 120_000;
const MOST_PACKED_BYTES = 64 * 1024 * 1024;
const PREFIX = "npm:";
/** A name of the registry and a version or tag: npm would also take paths, URLs and aliases here, and run their scripts. */
const NAME = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(?:@[\w.+~^-]{1,100})?$/i;

export const isPackageName = (given: string): boolean => given.startsWith(PREFIX);

export async function unpackPackage(
  given: string,
  folder: string,
): Promise<{ readonly path: string; readonly notRead: readonly NotRead[] }> {
  const name = given.slice(PREFIX.length);
  if (!NAME.test(name) || name.length > 300)
    throw new AuditError("ERR_AUDIT_PACKAGE", "that is no package of the registry", {
      place: given,
      remedy: "Write npm:NAME or npm:NAME@VERSION.",
    });
  const packed = await pack(name, folder, given);
  const path = join(folder, "package");
  mkdirSync(path);
  return { path, notRead: unpack(readFileSync(packed), path, given) };
}

async function pack(name: string, folder: string, given: string): Promise<string> {
  const refuse = (what: string, remedy: string): AuditError => new AuditError("ERR_AUDIT_PACKAGE", what, { place: given, remedy });
  const args = [
    "pack",
    name,
    "--ignore-scripts",
    "--pack-destination",
    folder,
    "--silent",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
  ];
  await new Promise<void>((resolve, reject) => {
    execFile("npm", args, { cwd: folder, timeout: TIMEOUT_MS, killSignal: "SIGKILL" }, (error, _stdout, stderr) => {
      if (error === null) return resolve();
      const said =
        error.killed === true
          ? `it took longer than ${TIMEOUT_MS / 1000} s`
          : (/\b(?:code )?(E[A-Z0-9]{3,})\b/.exec(`${stderr}\n${error.message}`)?.[1] ?? "it gave no reason");
      reject(refuse(`npm could not pack it: ${said}`, "Check the name and the version, and that npm reaches its registry from here."));
    });
  });
  const [file, ...others] = readdirSync(folder).filter((one) => one.endsWith(".tgz"));
  if (file === undefined || others.length > 0) throw refuse("npm packed no single file", "Check the name and the version.");
  const path = join(folder, file);
  if (statSync(path).size > MOST_PACKED_BYTES)
    throw refuse(`it is larger than ${MOST_PACKED_BYTES / 1024 / 1024} MiB packed`, "Audit its repository instead.");
  return path;
}
