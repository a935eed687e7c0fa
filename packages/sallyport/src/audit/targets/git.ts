// Runs git on repositories that may be hostile: no shell, no hooks, no monitor, no filters or helpers that a repository's
// own configuration names, no prompt, bounded in time and in what it says and writes.
import { type ChildProcess, spawn } from "node:child_process";
import { AuditError } from "../failure.ts";

const MOST_OUTPUT = 64 * 1024 * 1024;
const MOST_COMPLAINT = 64 * 1024;
const LOOK_EVERY_MS = 50;

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
  /** Asked while it runs and at its end: what is wrong with what it has written, if anything. */
  readonly excess?: () => AuditError | undefined;
  /** What the error calls it, and what to do. */
  readonly place: string;
  readonly remedy: string;
}

export function git(args: readonly string[], options: GitOptions): Promise<string> {
  const { cwd, timeoutMs, place, remedy, excess = () => undefined } = options;
  const child = spawn("git", [...args], { cwd, env: environmentOf(options), stdio: ["ignore", "pipe", "pipe"], detached: true });
  const failure = (said: string): AuditError => new AuditError("ERR_AUDIT_GIT", `git could not do it: ${said}`, { place, remedy });
  return new Promise((resolve, reject) => {
    let ended: AuditError | undefined;
    const end = (why: AuditError | undefined): void => {
      if (why === undefined) return;
      ended ??= why;
      kill(child);
    };
    const output: Buffer[] = [];
    let [length, complaint] = [0, ""];
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > MOST_OUTPUT) end(failure(`it says more than ${MOST_OUTPUT / 1024 / 1024} MiB`));
      else output.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (complaint.length < MOST_COMPLAINT) complaint += chunk.toString();
    });
    const timeout = setTimeout(() => end(failure(`it took longer than ${timeoutMs / 1000} s`)), timeoutMs);
    const look = setInterval(() => end(excess()), LOOK_EVERY_MS);
    const forget = passOn(child);
    const done = (error: AuditError | undefined): void => {
      clearTimeout(timeout);
      clearInterval(look);
      forget();
      if (error === undefined) resolve(Buffer.concat(output).toString());
      else reject(error);
    };
    child.once("error", (error) => done(failure(firstLine(error.message))));
    child.once("close", (code) =>
      done(ended ?? excess() ?? (code === 0 ? undefined : failure(firstLine(complaint) || "it gave no reason"))),
    );
  });
}

/** With all that it started: git fetches by programs of its own, which would go on without it. */
function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // There are no groups on this system, or it has ended.
    child.kill("SIGKILL");
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** It stands in a group of its own, so what would end us does not reach it by itself. */
function passOn(child: ChildProcess): () => void {
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void => {
      kill(child);
      process.kill(process.pid, signal);
    };
    process.once(signal, listener);
    return () => void process.off(signal, listener);
  });
  return () => {
    for (const forget of listeners) forget();
  };
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
