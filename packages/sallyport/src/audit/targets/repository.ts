// A git repository by its URL: its newest commit, or the one named behind `#`. Its hooks, submodules, filters and other
// helpers are not run, and it cannot lead to a file of this machine. What is fetched and what it unpacks to are bounded.
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { AuditError } from "../failure.ts";
import { git, type GitOptions } from "./git.ts";
import type { NotRead } from "../project/not-read.ts";

const TIMEOUT_MS = 180_000;
export interface Sizes {
  readonly fetchedBytes: number;
  readonly files: number;
  readonly unpackedBytes: number;
}

const MOST: Sizes = { fetchedBytes: 256 * 1024 * 1024, files: 100_000, unpackedBytes: 1024 * 1024 * 1024 };
const URLS = /^(?:git\+)?(?:https?|ssh|git|file):\/\/|^git@[\w.-]+:/;
/** In the clear only from this machine: what could be changed on the way would be audited in its place. */
const ALLOWED = /^https:\/\/|^ssh:\/\/|^git@[\w.-]+:|^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/])/;

export const isRepositoryUrl = (given: string): boolean => URLS.test(given);

export async function cloneRepository(
  given: string,
  folder: string,
  most: Sizes = MOST,
): Promise<{ readonly path: string; readonly notRead: readonly NotRead[] }> {
  const [address = "", revision = "HEAD"] = given.replace(/^git\+/, "").split("#", 2);
  if (!ALLOWED.test(address))
    throw new AuditError("ERR_AUDIT_GIT", "that is no URL that is fetched from", {
      place: given,
      remedy: "Give https://, ssh:// or git@HOST:PATH.",
    });
  if (!/^[\w][\w./-]*$/.test(revision))
    throw new AuditError("ERR_AUDIT_GIT", "that is no revision", { place: given, remedy: "Name a branch, tag or commit behind #." });
  const path = join(folder, "repository");
  mkdirSync(path);
  const remedy = "Check the address, the revision behind #, and that git can read it from here.";
  const options = {
    cwd: path,
    timeoutMs: TIMEOUT_MS,
    protocols: address.startsWith("http://") ? "http" : "https:ssh",
    place: given,
    remedy,
  };
  await git(["init", "--quiet", "--template="], options);
  const packs = join(path, ".git", "objects", "pack");
  await git(["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", address, revision], {
    ...options,
    // All into one pack, whose growth can be watched.
    settings: [["fetch.unpackLimit", "1"]],
    excess: () => (bytesIn(packs) > most.fetchedBytes ? tooLarge(`more than ${mebibytes(most.fetchedBytes)} to fetch`, given) : undefined),
  });
  const { files, bytes } = await listed(options);
  if (files > most.files) throw tooLarge(`more than ${most.files} files`, given);
  if (bytes > most.unpackedBytes) throw tooLarge(`more than ${mebibytes(most.unpackedBytes)} unpacked`, given);
  await git(["checkout", "--quiet", "--detach", "FETCH_HEAD"], options);
  return { path, notRead: [] };
}

const tooLarge = (what: string, place: string): AuditError =>
  new AuditError("ERR_AUDIT_GIT", `the repository is too large: ${what}`, {
    place,
    remedy: "Clone it yourself, and audit the folder, or the part of it that is yours.",
  });

/** What would be laid out, before it is: a small pack may hold very much. */
async function listed(options: GitOptions): Promise<{ readonly files: number; readonly bytes: number }> {
  const list = await git(["ls-tree", "-r", "-l", "-z", "FETCH_HEAD"], options);
  const sizes = [...list.matchAll(/(?<=^|\0)\d+ blob \w+ +(\d+)\t/g)].map(([, size]) => Number(size));
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** While it is written: a file may go as it is looked at. */
function bytesIn(folder: string): number {
  try {
    return readdirSync(folder).reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  } catch {
    return 0;
  }
}

const mebibytes = (bytes: number): string => `${+(bytes / 1024 / 1024).toFixed(1)} MiB`;
