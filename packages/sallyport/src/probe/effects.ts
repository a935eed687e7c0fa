// What the target's consumer has done, where the profile says that it can be seen: lines of a file, or of what a command
// prints. A line belongs to the canary that is in it.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import type { Effects } from "./profile.ts";

const run = promisify(execFile);
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_MS = 20_000;

export class EffectsSeen {
  readonly #effects: Effects;
  readonly #folder: string;
  readonly #env: Record<string, string>;

  constructor(effects: Effects, folder: string, env: Record<string, string>) {
    this.#effects = effects;
    this.#folder = folder;
    this.#env = env;
  }

  /** How often a message with this canary was dealt with. */
  async done(canary: string): Promise<number> {
    return (await this.linesOf(canary)).filter((line) => isOf(line, this.#effects.done)).length;
  }

  /** How often it was begun with; where the profile cannot tell, as {@link done}. */
  async tried(canary: string): Promise<number> {
    const { tried, done } = this.#effects;
    return (await this.linesOf(canary)).filter((line) => isOf(line, tried ?? done)).length;
  }

  async linesOf(canary: string): Promise<readonly string[]> {
    return ((await this.text()) ?? "").split("\n").filter((line) => line.includes(canary));
  }

  /** All there is; `undefined` where nothing was done yet, or nothing that could be read. */
  async text(): Promise<string | undefined> {
    const { file, command = [] } = this.#effects;
    try {
      if (file !== undefined) return await readFile(isAbsolute(file) ? file : join(this.#folder, file), "utf8");
      const [program = "", ...args] = command;
      const options = { cwd: this.#folder, env: this.#env, timeout: MOST_MS, maxBuffer: MOST_BYTES };
      return (await run(program, args, options)).stdout;
    } catch {
      return undefined;
    }
  }
}

const isOf = (line: string, mark: string | undefined): boolean => mark === undefined || line.includes(mark);
