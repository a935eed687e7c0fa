// One thing after the other for each key; different keys do not wait for each other.

export class InTurn {
  readonly #last = new Map<string, Promise<unknown>>();

  take<T>(key: string, run: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = before === undefined ? run() : before.then(run);
    const ended = turn.then(ignore, ignore).then(() => {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    });
    this.#last.set(key, ended);
    return turn;
  }
}

const ignore = (): void => undefined;
