// What is asked one by one is sent together: while one statement is on its way, the next gathers.

interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export class Gathered<Ask, Answer> {
  readonly #send: (asks: readonly Ask[]) => Promise<readonly Answer[]>;
  readonly #keyOf: ((ask: Ask) => string) | undefined;
  #waiting: Waiting<Ask, Answer>[] = [];
  #sending = false;

  /** `send` is never given two of one key, where there are keys. */
  constructor(send: (asks: readonly Ask[]) => Promise<readonly Answer[]>, keyOf?: (ask: Ask) => string) {
    this.#send = send;
    this.#keyOf = keyOf;
  }

  ask(ask: Ask): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.push({ ask, resolve, reject });
    if (!this.#sending) {
      this.#sending = true;
      // What is asked in the same turn goes with it.
      queueMicrotask(() => void this.#sendAll());
    }
    return promise;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#next();
      try {
        const answers = await this.#send(batch.map(({ ask }) => ask));
        for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#sending = false;
  }

  #next(): readonly Waiting<Ask, Answer>[] {
    const [batch, later, keys]: [Waiting<Ask, Answer>[], Waiting<Ask, Answer>[], Set<string>] = [[], [], new Set()];
    for (const one of this.#waiting) {
      const key = this.#keyOf?.(one.ask);
      (key !== undefined && keys.has(key) ? later : batch).push(one);
      if (key !== undefined) keys.add(key);
    }
    this.#waiting = later;
    return batch;
  }
}
