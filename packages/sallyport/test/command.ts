// The `sallyport` command as a process, as its users run it.
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const NODE = ["--conditions=sallyport-source", join(import.meta.dirname, "..", "src", "cli", "main.ts")];

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  /** Resolves with the first match in what was written so far, to either stream, or when it comes. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ended>;
}

export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}, stdin: "ignore" | "pipe" = "ignore"): Started {
  const child = spawn(process.execPath, [...NODE, ...args], { env: { ...process.env, ...env }, stdio: [stdin, "pipe", "pipe"] });
  const outputs = [child.stdout, child.stderr] as readonly [Readable, Readable];
  let [stdout, stderr] = ["", ""];
  outputs[0].on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  outputs[1].on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
  const stop = (signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  onTestFinished(async () => void (await stop("SIGKILL")));
  const says = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (found !== null) resolve(found);
      };
      for (const output of outputs) output.on("data", look);
      void ended.then(() => reject(new Error(`ended without saying ${String(pattern)}:\n${stdout}\n${stderr}`)));
      look();
    });
  return { child, says, ended, stop };
}

export const run = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> => start(args, env).ended;

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with the starter in it. */
export async function starter(): Promise<{ readonly folder: string; readonly contract: string; readonly handlers: string }> {
  const folder = temporaryFolder();
  const { code, stderr } = await run(["init", folder]);
  if (code !== 0) throw new Error(stderr);
  return { folder, contract: join(folder, "contract.yaml"), handlers: join(folder, "handlers.mjs") };
}
