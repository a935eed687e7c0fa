// What may have killed a process before runs with nothing beside it: when it does so again, nobody else is counted as
// having crashed (PSN-07). A lock of the readers' and writers' kind, in which one that wants to be alone goes first.

export class Turns {
  #beside = 0;
  #alone = false;
  readonly #wantBeside: (() => void)[] = [];
  readonly #wantAlone: (() => void)[] = [];

  /** Resolves when work may be taken beside other work. What it gives is called when that has ended. */
  async beside(): Promise<() => void> {
    if (this.#alone || this.#wantAlone.length > 0) await new Promise<void>((resolve) => this.#wantBeside.push(resolve));
    else this.#beside++;
    return () => {
      this.#beside--;
      this.#next();
    };
  }

  /** Runs it when nothing else does, and lets nothing else begin. */
  async alone(run: () => Promise<unknown>): Promise<void> {
    if (this.#alone || this.#beside > 0) await new Promise<void>((resolve) => this.#wantAlone.push(resolve));
    else this.#alone = true;
    try {
      await run();
    } finally {
      this.#alone = false;
      this.#next();
    }
  }

  /** Whoever is let in is counted here, so that nobody comes between. */
  #next(): void {
    if (this.#alone || this.#beside > 0) return;
    const alone = this.#wantAlone.shift();
    if (alone !== undefined) {
      this.#alone = true;
      alone();
      return;
    }
    this.#beside = this.#wantBeside.length;
    for (const enter of this.#wantBeside.splice(0)) enter();
  }
}
