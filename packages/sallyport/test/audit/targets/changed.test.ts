// What was changed since a revision, asked of repositories that may be hostile.
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { changedSince } from "../../../src/audit/targets/changed.ts";
import { temporaryFolder } from "../../command.ts";
import { type Files, written } from "../written.ts";

const git = (folder: string, ...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", "-C", folder, ...args], { encoding: "utf8", stdio: "pipe" });

function repository(files: Files): string {
  const folder = written(files);
  git(folder, "init", "-q");
  git(folder, "add", "-A");
  git(folder, "commit", "-qm", "one");
  return folder;
}

test("files are changed by a commit, in the index, in the working tree, or by being new", async () => {
  const folder = repository({ "same.ts": "1", "committed.ts": "1", "staged.ts": "1", "edited.ts": "1", ".gitignore": "ignored.ts" });
  writeFileSync(join(folder, "committed.ts"), "2");
  git(folder, "commit", "-qam", "two");
  written({ "staged.ts": "2", "edited.ts": "3", "new.ts": "", "ignored.ts": "", "ä b.ts": "" }, folder);
  git(folder, "add", "staged.ts");
  expect([...(await changedSince("HEAD~1", folder))].toSorted()).toEqual(["committed.ts", "edited.ts", "new.ts", "staged.ts", "ä b.ts"]);
});

test("names are relative to the audited folder, and nothing above it counts", async () => {
  const folder = repository({ "above.ts": "1", "in/a.ts": "1" });
  written({ "above.ts": "2", "in/a.ts": "2", "in/b.ts": "" }, folder);
  expect([...(await changedSince("HEAD", join(folder, "in")))].toSorted()).toEqual(["a.ts", "b.ts"]);
});

test.each([
  ["a revision that is not there", "nothing", "ERR_AUDIT_GIT"],
  ["an option", "--output=x", "ERR_AUDIT_OPTION"],
  ["nothing", "", "ERR_AUDIT_OPTION"],
])("it is an error to give %s", async (_name, revision, code) => {
  const folder = repository({ "a.ts": "1" });
  await expect(changedSince(revision, folder)).rejects.toMatchObject({ code });
});

test("it is an error where there is no repository", async () => {
  await expect(changedSince("HEAD", temporaryFolder())).rejects.toMatchObject({ code: "ERR_AUDIT_GIT" });
});

test("nothing that a repository names is run", async () => {
  const folder = repository({ "a.ts": "1", "b.txt": "1", ".gitattributes": "* filter=evil diff=evil\n*.txt filter=e=vil\n" });
  const ran = join(temporaryFolder(), "ran");
  const evil = `sh -c 'touch "${ran}"; cat'`;
  for (const key of [
    "core.fsmonitor",
    "core.hooksPath",
    "diff.external",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.e=vil.clean",
    "diff.evil.textconv",
    "diff.evil.command",
    "core.pager",
    "core.sshCommand",
    "alias.diff",
  ])
    git(folder, "config", key, key === "alias.diff" ? `!${evil}` : evil);
  appendFileSync(join(folder, ".git/config"), '[filter "evil"]\n\trequired = true\n');
  written({ "a.ts": "2", "b.txt": "2" }, folder);
  expect([...(await changedSince("HEAD", folder))].toSorted()).toEqual(["a.ts", "b.txt"]);
  expect(existsSync(ran)).toBe(false);
  // The traps are live: git itself walks into them.
  git(folder, "status");
  expect(existsSync(ran)).toBe(true);
});
