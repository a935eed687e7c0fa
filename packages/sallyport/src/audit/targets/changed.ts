// Which files were changed since a revision: committed, staged, in the working tree, or new. Git is asked, and nothing
// that the repository names is run.
import { realpathSync } from "node:fs";
import { AuditError } from "../failure.ts";
import { git } from "./git.ts";

const TIMEOUT_MS = 60_000;
/** A promised object that is missing would be fetched, by a program of the repository's choice. */
const OFFLINE = "none";

/** Relative to the root, with `/`. */
export async function changedSince(revision: string, root: string): Promise<ReadonlySet<string>> {
  if (revision === "" || revision.startsWith("-"))
    throw new AuditError("ERR_AUDIT_OPTION", "that is no revision", {
      place: `--since ${revision}`,
      remedy: "Give a commit, branch or tag.",
    });
  const remedy = "Give a revision that this repository has; in CI, fetch enough of its history.";
  const asked = { cwd: realpathSync(root), timeoutMs: TIMEOUT_MS, place: `--since ${revision}`, remedy, protocols: OFFLINE };
  const commit = (await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`], asked)).trim();
  const settings = await withoutFilters(asked);
  const lists = await Promise.all([
    git(["diff", "--name-only", "--no-ext-diff", "--no-textconv", "--no-renames", "--relative", "-z", commit, "--", "."], {
      ...asked,
      settings,
    }),
    git(["ls-files", "--others", "--exclude-standard", "-z", "--", "."], { ...asked, settings }),
  ]);
  return new Set(lists.flatMap((list) => list.split("\0").filter((file) => file !== "")));
}

/** Comparing the working tree runs the filters that the repository's configuration defines, so each is taken away. */
async function withoutFilters(asked: Parameters<typeof git>[1]): Promise<NonNullable<Parameters<typeof git>[1]["settings"]>> {
  const names = await git(["config", "--name-only", "-z", "--get-regexp", "^filter\\."], asked).catch(() => "");
  const drivers = new Set(names.split("\0").flatMap((name) => /^filter\.(.+)\.[^.]+$/s.exec(name)?.[1] ?? []));
  return [...drivers].flatMap((driver) => [
    [`filter.${driver}.clean`, ""] as const,
    [`filter.${driver}.process`, ""] as const,
    [`filter.${driver}.required`, "false"] as const,
  ]);
}
