// Runs git on repositories that may be hostile: no shell, no hooks, no monitor, no filters or helpers that a repository's
// own configuration names, no prompt, bounded in time.
import { execFile } from "node:child_process";
import { AuditError } from "../failure.ts";

const MOST_OUTPUT = 64 * 1024 * 1024;

/** Most of these are ways for a repository to have a program run. */
const QUIET: readonly (readonly [string, string])[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.pager", "cat"],
  ["diff.external", ""],
  ["submodule.recurse", "false"],
  ["filter.lfs.smudge", ""],
  ["filter.lfs.clean", ""],
  ["filter.lfs.process", ""],
  ["filter.lfs.required", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
];

/** What would point git to another repository than the one it is started in; a hook that runs us sets these. */
const MISLEADING = /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|EXTERNAL_DIFF|PREFIX|CONFIG_COUNT|CONFIG_PARAMETERS)$/;

export interface GitOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Protocols that may be spoken, joined by colons. No configuration can widen it. */
  readonly protocols: string;
  readonly settings?: readonly (readonly [string, string])[];
  /** What the error calls it, and what to do. */
  readonly place: string;
  readonly remedy: string;
}

export function git(args: readonly string[], options: GitOptions): Promise<string> {
  const { cwd, timeoutMs, place, remedy } = options;
  const env = environmentOf(options);
  return new Promise((resolve, reject) => {
    const limits = { cwd, env, timeout: timeoutMs, killSignal: "SIGKILL" as const, maxBuffer: MOST_OUTPUT };
    execFile("git", [...args], limits, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = error.killed === true ? `it took longer than ${timeoutMs / 1000} s` : firstLine(stderr) || firstLine(error.message);
      reject(new AuditError("ERR_AUDIT_GIT", `git could not do it: ${said}`, { place, remedy }));
    });
  });
}

/** Settings go through the environment: on the command line a name with an equals sign in it could not be set. */
function environmentOf({ protocols, settings = [] }: GitOptions): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !MISLEADING.test(name)));
  const all = [...QUIET, ...settings];
  for (const [index, [key, value]] of all.entries())
    Object.assign(env, { [`GIT_CONFIG_KEY_${index}`]: key, [`GIT_CONFIG_VALUE_${index}`]: value });
  return {
    ...env,
    GIT_CONFIG_COUNT: String(all.length),
    GIT_ALLOW_PROTOCOL: protocols,
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_LFS_SKIP_SMUDGE: "1",
  };
}

const firstLine = (text: string): string =>
  (text.split("\n").find((line) => line.trim() !== "") ?? "").replace(/^fatal: /, "").slice(0, 300);
