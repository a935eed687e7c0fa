// What can be audited: files and folders here, a package of the npm registry, a git repository somewhere else. What is
// fetched is laid out in a temporary folder, never installed and never run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuditError } from "../failure.ts";
import type { NotRead } from "../project/not-read.ts";
import { cloneRepository, isRepositoryUrl } from "./repository.ts";
import { isPackageName, unpackPackage } from "./npm.ts";

export interface Target {
  /** Of one program. */
  readonly paths: readonly string[];
  /** As given, for reports. */
  readonly name: string;
  /** Somebody else's. */
  readonly foreign: boolean;
  /** What of it could not be laid out. */
  readonly notRead: readonly NotRead[];
  /** Takes away what was fetched. */
  dispose(): void;
}

export async function openTarget(given: readonly string[]): Promise<Target> {
  const [first = ".", ...others] = given;
  const remote = given.find((one) => isPackageName(one) || isRepositoryUrl(one));
  if (remote === undefined)
    return {
      paths: given.length === 0 ? ["."] : given,
      name: given.join(" ") || ".",
      foreign: false,
      notRead: [],
      dispose: () => undefined,
    };
  if (others.length > 0)
    throw new AuditError("ERR_AUDIT_OPTION", "a package or repository is audited alone", {
      place: remote,
      remedy: "Run the command once for each.",
    });
  const folder = mkdtempSync(join(tmpdir(), "sallyport-audit-"));
  const dispose = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const { path, notRead } = isPackageName(first) ? await unpackPackage(first, folder) : await cloneRepository(first, folder);
    return { paths: [path], name: first, foreign: true, notRead, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
