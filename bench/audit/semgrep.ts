// Semgrep with the rules beside this folder, offline, on the files that the audit follows: no tests, no dependencies.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./process.ts";
import type { Hit, Scanner } from "./subject.ts";

const RULES = fileURLToPath(new URL("../semgrep", import.meta.url));
const SKIPPED = ["node_modules", "test", "tests", "__tests__", "*.test.*", "*.spec.*", "*_test.go", "test_*.py"];
const OPTIONS = [
  "scan",
  "--config",
  RULES,
  "--json",
  "--quiet",
  "--metrics=off",
  "--disable-version-check",
  "--no-git-ignore",
  // It leaves out files of more than a megabyte unless told otherwise.
  "--max-target-bytes=0",
  // Its usual list leaves out `dist`, which is all that a package of npm has.
  "--x-ignore-semgrepignore-files",
  ...SKIPPED.flatMap((pattern) => ["--exclude", pattern]),
];

interface Report {
  readonly results: readonly {
    readonly path: string;
    readonly start: { readonly line: number };
    readonly extra: { readonly metadata: { readonly class: Hit["kind"] } };
  }[];
  readonly paths: { readonly scanned: readonly string[] };
}

const READ = /\.(?:[cm]?[jt]sx?|py|go)$/;

/** Nothing where it is not installed. */
export function semgrep(command: string): Scanner | undefined {
  const env = { SEMGREP_SEND_METRICS: "off" };
  if (spawnSync(command, ["--version", "--disable-version-check"], { env: { ...process.env, ...env } }).status !== 0) return undefined;
  return {
    name: "semgrep",
    scan(folder) {
      const ran = run(command, [...OPTIONS, "."], folder, env);
      const { results, paths } = JSON.parse(ran.output) as Report;
      return {
        ...ran,
        hits: results.map(({ path, start, extra }) => ({ kind: extra.metadata.class, file: path, line: start.line })),
        lines: paths.scanned
          .filter((file) => READ.test(file))
          .reduce((sum, file) => sum + readFileSync(join(folder, file), "utf8").split("\n").length, 0),
      };
    },
  };
}
