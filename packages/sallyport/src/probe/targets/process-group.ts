// A process and everything it starts, as one thing: bounded in output and memory, without the caller's secrets, ended as
// a whole. What leaves its group, as a daemon does, is known by a mark in its environment where the system shows that.
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as after } from "node:timers/promises";
import { MARK, marked, megabytesOf, moves } from "./marked.ts";

export interface Launch {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Of the whole group, resident. */
  readonly mostMegabytes?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Where it was ended for what it did, or could not be started. */
  readonly why?: string;
}

const KEPT_OUTPUT = 16 * 1024;
const WEIGHED_EVERY_MS = 1000;
const ENDS_WITHIN_MS = 2000;
/** Asked politely, a consumer finishes what it has. */
const DRAINS_WITHIN_MS = 6000;
const STEP_MS = 20;
const STANDS_WITHIN_MS = 2000;
let marks = 0;

/** Whatever ends this process, what it started ends with it. */
const live = new Set<number>();
process.once("exit", () => live.forEach((pid) => signalGroup(pid, "SIGKILL")));

type Weigh = (pids: ReadonlyMap<string, readonly number[]>) => void;

/** All groups are weighed together: looking through every process of the machine for each is what took a probe's time. */
const weighed = new Set<Weigh>();
let weighing: NodeJS.Timeout | undefined;

function weigh(one: Weigh): void {
  weighed.add(one);
  weighing ??= setInterval(() => {
    const pids = marked();
    for (const each of weighed) each(pids);
    if (weighed.size > 0) return;
    clearInterval(weighing);
    weighing = undefined;
  }, WEIGHED_EVERY_MS).unref();
}

export class ProcessGroup {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  /** Bytes that it wrote to standard error; the last of them are kept. */
  complained = 0;
  #log = "";
  #mark: string;
  #most: number;
  #why: string | undefined;
  #exit: Exit | undefined;

  constructor({ command: [program = "", ...args], env, folder, mostMegabytes = 1024 }: Launch, stdio: "piped" | "logged") {
    this.#mark = `${process.pid}-${++marks}`;
    this.child = spawn(program, args, {
      cwd: folder,
      env: { ...env, [MARK]: this.#mark },
      detached: true,
      stdio: stdio === "piped" ? ["pipe", "pipe", "pipe"] : ["ignore", "pipe", "pipe"],
    });
    if (this.child.pid !== undefined) live.add(this.child.pid);
    this.child.stderr?.on("data", (chunk: Buffer) => this.#complain(chunk));
    if (stdio === "logged") this.child.stdout?.on("data", (chunk: Buffer) => this.#complain(chunk));
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        weighed.delete(this.#refuseWeight);
        this.#exit ??= { ...exit, ...(this.#why === undefined ? {} : { why: this.#why }) };
        resolve(this.#exit);
      };
      this.child.once("error", (error) => end({ code: null, signal: null, why: reason(error, program) }));
      this.child.once("exit", (code, signal) => end({ code, signal }));
    });
    this.#most = mostMegabytes;
    if (this.child.pid !== undefined) weigh(this.#refuseWeight);
  }

  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** The last of what it wrote to standard error. */
  get log(): string {
    return this.#log;
  }

  signal(which: NodeJS.Signals): void {
    if (this.child.pid !== undefined) signalGroup(this.child.pid, which);
  }

  /** Resolves when it stands still, where the system shows that: a signal is heard when its threads have their turn. */
  async stop(): Promise<void> {
    this.signal("SIGSTOP");
    const { pid } = this.child;
    if (pid === undefined) return;
    for (let step = 0; moves(pid) && step < STANDS_WITHIN_MS / STEP_MS; step++) await after(STEP_MS);
  }

  /** Asked first, then without asking; resolves when nothing of it is left. */
  async end(politely = true): Promise<void> {
    if (politely && this.#exit === undefined) {
      this.signal("SIGCONT");
      this.signal("SIGTERM");
      await Promise.race([this.exited, after(DRAINS_WITHIN_MS)]);
    }
    this.signal("SIGKILL");
    await Promise.race([this.exited, after(ENDS_WITHIN_MS)]);
    for (const pid of marked().get(this.#mark) ?? []) kill(pid, "SIGKILL");
    if (this.child.pid !== undefined) live.delete(this.child.pid);
    for (let step = 0; step < ENDS_WITHIN_MS / STEP_MS && groupLives(this.child.pid); step++) await after(STEP_MS);
  }

  #complain(chunk: Buffer): void {
    this.complained += chunk.length;
    this.#log = `${this.#log}${chunk.toString()}`.slice(-KEPT_OUTPUT);
  }

  readonly #refuseWeight = (pids: ReadonlyMap<string, readonly number[]>): void => {
    const weight = (pids.get(this.#mark) ?? []).reduce((sum, pid) => sum + megabytesOf(pid), 0);
    if (weight <= this.#most) return;
    this.#why = `it took more than ${this.#most} MB of memory`;
    this.signal("SIGKILL");
  };
}

function reason(error: Error, program: string): string {
  return "code" in error && error.code === "ENOENT" ? `there is no program ${program}` : `it could not be started (${error.message})`;
}

function kill(pid: number, which: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, which);
  } catch {
    return false;
  }
}

const signalGroup = (pid: number, which: NodeJS.Signals): boolean => kill(-pid, which);
const groupLives = (pid: number | undefined): boolean => pid !== undefined && kill(-pid, 0);

/** What any program needs, and nothing that the caller would not show to a stranger. */
export function scrubbedEnvironment(folder: string, given: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH = "/usr/local/bin:/usr/bin:/bin", LANG = "C.UTF-8" } = process.env;
  return { PATH, LANG, HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: `${folder}/.cache`, NO_COLOR: "1", ...given };
}
