// Where people work: the GitHub Action and the pre-commit hook of this repository, run as their hosts run them.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { temporaryFolder } from "../command.ts";
import { OPEN_SERVER, written } from "../audit/written.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..", "..");
const OURS = `${process.execPath} --conditions=sallyport-source ${join(ROOT, "packages/sallyport/src/cli/main.ts")}`;
const VERSION = (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly { readonly env: Readonly<Record<string, string>>; readonly run: string }[] };
}
interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly pass_filenames: boolean;
}

const read = (file: string): unknown => parse(readFileSync(join(ROOT, file), "utf8"));

/** Its steps, as a runner runs them: inputs put in, bash that stops at errors, files for summary and outputs. */
function act(folder: string, given: Readonly<Record<string, string>>) {
  const { inputs, runs } = read("action.yml") as Action;
  const temporary = temporaryFolder();
  const [summary, output] = [join(temporary, "summary"), join(temporary, "output")];
  for (const file of [summary, output]) writeFileSync(file, "");
  const filled = (text: string): string =>
    text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_all, name: string) => given[name] ?? inputs[name]?.default ?? "");
  const [step] = runs.steps;
  const env = Object.fromEntries(Object.entries(step?.env ?? {}).map(([name, value]) => [name, filled(value)]));
  const { status, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step?.run ?? ""], {
    cwd: folder,
    env: { ...process.env, RUNNER_TEMP: temporary, GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output, ...env },
    encoding: "utf8",
  });
  return { status, stderr, summary: readFileSync(summary, "utf8"), outputs: readFileSync(output, "utf8") };
}

test("the action fails on findings, with a summary for people and SARIF for code scanning", () => {
  const folder = written({ "app/server.ts": OPEN_SERVER, "docs/a.md": "" });
  const { status, summary, outputs } = act(folder, { path: "app\ndocs", command: OURS });
  expect(status).toBe(1);
  expect(summary).toContain("## Sallyport audit: D");
  const sarif = JSON.parse(readFileSync(/sarif=(.+)/.exec(outputs)?.[1] ?? "", "utf8")) as { runs: { results: object[] }[] };
  expect(outputs).toContain("grade=D");
  expect(JSON.stringify(sarif.runs[0]?.results[0])).toContain('"uri":"app/server.ts"');
});

test("the action passes where the threshold is higher, and takes no part of an input for a command", () => {
  const folder = written({ "a$(touch ran);b/server.ts": OPEN_SERVER });
  const { status, stderr } = act(folder, { "fail-on": "never", path: "a$(touch ran);b", command: OURS });
  expect([status, stderr]).toEqual([0, expect.stringContaining("D: ")]);
  expect(execFileSync("ls", [folder], { encoding: "utf8" })).toBe("a$(touch ran);b\n");
});

test("the action fails with 2 where nothing could be audited, and says no grade", () => {
  const { status, summary, outputs, stderr } = act(temporaryFolder(), { path: "nothing", command: OURS });
  expect([status, summary, outputs]).toEqual([2, "", ""]);
  expect(stderr).toContain("ERR_AUDIT_PATH");
});

test("the hook stops a commit that opens the server, in a real repository", () => {
  const [hook] = read(".pre-commit-hooks.yaml") as readonly Hook[];
  expect(hook).toMatchObject({ id: "sallyport-audit", pass_filenames: false });
  const folder = temporaryFolder();
  const git = (...args: string[]) =>
    spawnSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], { cwd: folder, encoding: "utf8" });
  git("init", "-q");
  const entry = hook?.entry.replace(/^npx --yes \S+/, OURS) ?? "";
  writeFileSync(join(folder, ".git/hooks/pre-commit"), `#!/bin/sh\nexec ${entry}\n`, { mode: 0o755 });
  written({ "a.ts": "export {};\n" }, folder);
  git("add", "-A");
  expect(git("commit", "-m", "one").status).toBe(0);
  written({ "server.ts": OPEN_SERVER }, folder);
  git("add", "-A");
  const refused = git("commit", "-m", "two");
  expect(refused.status).toBe(1);
  expect(refused.stdout + refused.stderr).toContain("client-chosen-destination");
  expect(git("rev-list", "--count", "HEAD").stdout.trim()).toBe("1");
});

test("both start this version", () => {
  expect(readFileSync(join(ROOT, "action.yml"), "utf8")).toContain(`npx --yes sallyport@${VERSION}\n`);
  expect(readFileSync(join(ROOT, ".pre-commit-hooks.yaml"), "utf8")).toContain(`npx --yes sallyport@${VERSION} `);
});
