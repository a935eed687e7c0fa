// What takes long to start is started once for all who have it at the same time, and ended with the last of them.
export interface Ended {
  end(): Promise<void>;
}

export class Shared<T extends Ended> {
  readonly #start: () => Promise<T>;
  #running: Promise<T> | undefined;
  #holders = 0;

  constructor(start: () => Promise<T>) {
    this.#start = start;
  }

  /** Whoever takes it gives it back, once, also when the start has failed. */
  take(): Promise<T> {
    this.#holders++;
    this.#running ??= this.#start();
    return this.#running;
  }

  async giveBack(): Promise<void> {
    if (--this.#holders > 0) return;
    const running = this.#running;
    this.#running = undefined;
    await (await running?.catch(() => undefined))?.end();
  }
}
