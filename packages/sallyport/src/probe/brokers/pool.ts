// What takes long to start, and is one's own while one has it: when it is given back it is washed for who comes next, and
// ended with the last who has one.
import type { Ended } from "./shared.ts";

interface Pooled<T> {
  start(): Promise<T>;
  /** Makes it as if it were new. One that cannot be is ended. */
  wash(used: T): Promise<void>;
}

export class Pool<T extends Ended> {
  readonly #of: Pooled<T>;
  readonly #idle: T[] = [];
  #taken = 0;

  constructor(of: Pooled<T>) {
    this.#of = of;
  }

  /** Whoever takes one gives it back; where the start has failed, there is nothing to give. */
  async take(): Promise<T> {
    this.#taken++;
    try {
      return this.#idle.pop() ?? (await this.#of.start());
    } catch (error) {
      await this.#over();
      throw error;
    }
  }

  async giveBack(used: T): Promise<void> {
    try {
      if (this.#taken > 1) await this.#of.wash(used);
      this.#idle.push(used);
    } catch {
      await used.end();
    }
    await this.#over();
  }

  async #over(): Promise<void> {
    if (--this.#taken > 0) return;
    await Promise.all(this.#idle.splice(0).map((one) => one.end()));
  }
}
