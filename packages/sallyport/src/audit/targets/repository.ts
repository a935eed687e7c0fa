// A git repository by its URL: its newest commit, or the one named behind `#`. Its hooks, submodules, filters and other
// helpers are not run, and it cannot lead to a file of this machine.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AuditError } from "../failure.ts";
import { git } from "./git.ts";
import type { NotRead } from "../project/not-read.ts";

const TIMEOUT_MS = 180_000;
const URLS = /^(?:git\+)?(?:https?|ssh|git|file):\/\/|^git@[\w.-]+:/;
/** In the clear only from this machine: what could be changed on the way would be audited in its place. */
const ALLOWED = /^https:\/\/|^ssh:\/\/|^git@[\w.-]+:|^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/])/;

export const isRepositoryUrl = (given: string): boolean => URLS.test(given);

export async function cloneRepository(
  given: string,
  folder: string,
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
  await git(["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", address, revision], options);
  await git(["checkout", "--quiet", "--detach", "FETCH_HEAD"], options);
  return { path, notRead: [] };
}
