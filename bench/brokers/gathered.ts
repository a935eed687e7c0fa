// What is asked of a store one by one in a turn of the event loop, and while the answer to that is on its way, goes together.
interface Waiting<Answer> {
  readonly key: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export class Gathered<Answer> {
  readonly #askAll: (keys: readonly string[]) => Promise<readonly Answer[]>;
  #waiting: Waiting<Answer>[] = [];
  #isAsking = false;

  constructor(askAll: (keys: readonly string[]) => Promise<readonly Answer[]>) {
    this.#askAll = askAll;
  }

  ask(key: string): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.push({ key, resolve, reject });
    this.#askSoon();
    return promise;
  }

  #askSoon(): void {
    if (this.#isAsking || this.#waiting.length === 0) return;
    this.#isAsking = true;
    setImmediate(() => void this.#askNow());
  }

  async #askNow(): Promise<void> {
    const all = this.#waiting.splice(0);
    try {
      const answers = await this.#askAll(all.map(({ key }) => key));
      for (const [index, { resolve }] of all.entries()) resolve(answers[index]!);
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
    this.#isAsking = false;
    this.#askSoon();
  }
}
