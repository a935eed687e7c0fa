// Timers that have names: one that is set anew takes the place of the one before, and after the end none is set.
import type { Clock } from "./clock.ts";

export class Timers {
  readonly #clock: Clock;
  readonly #set = new Map<string, () => void>();
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(name: string, afterMs: number, callback: () => void): void {
    this.cancel(name);
    if (this.#ended) return;
    const cancel = this.#clock.after(Math.max(0, afterMs), () => {
      this.#set.delete(name);
      callback();
    });
    this.#set.set(name, cancel);
  }

  /** Each `everyMs`, the first time after `everyMs`. */
  repeat(name: string, everyMs: number, callback: () => void): void {
    this.set(name, everyMs, () => {
      this.repeat(name, everyMs, callback);
      callback();
    });
  }

  has(name: string): boolean {
    return this.#set.has(name);
  }

  cancel(name: string): void {
    this.#set.get(name)?.();
    this.#set.delete(name);
  }

  cancelAll(): void {
    for (const name of this.#set.keys()) this.cancel(name);
  }

  end(): void {
    this.#ended = true;
    this.cancelAll();
  }
}
