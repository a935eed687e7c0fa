// What is asked one by one goes together: what was asked in a turn of the event loop, and then what came while the one
// before was on its way. Each is answered for itself, and a lane that is not answered holds up no other.

/** While a command of many is carried out, nobody else is served: no more than so many, or so large, go together. */
const MOST = { asks: 128, bytes: 1_048_576 };

interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  readonly bytes: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Answers each in its place. Rejects when nothing can be said of any. */
export type AskAll<Ask, Answer> = (asks: readonly Ask[], lane: string) => Promise<readonly PromiseSettledResult<Answer>[]>;

export class Gathering<Ask, Answer> {
  readonly #askAll: AskAll<Ask, Answer>;
  readonly #lanes = new Map<string, Waiting<Ask, Answer>[]>();

  constructor(askAll: AskAll<Ask, Answer>) {
    this.#askAll = askAll;
  }

  add(name: string, ask: Ask, bytes = 0): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const waiting = { ask, bytes, resolve, reject };
    const lane = this.#lanes.get(name);
    if (lane !== undefined) lane.push(waiting);
    else {
      const begun = [waiting];
      this.#lanes.set(name, begun);
      setImmediate(() => void this.#run(name, begun));
    }
    return promise;
  }

  async #run(name: string, lane: Waiting<Ask, Answer>[]): Promise<void> {
    while (lane.length > 0) {
      await this.#askOnce(name, lane.splice(0, fitting(lane)));
      // Not before everybody who was answered has had a turn to ask for more.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#lanes.delete(name);
  }

  async #askOnce(name: string, batch: readonly Waiting<Ask, Answer>[]): Promise<void> {
    const asks = batch.map(({ ask }) => ask);
    try {
      for (const [index, answer] of (await this.#askAll(asks, name)).entries()) {
        if (answer.status === "fulfilled") batch[index]?.resolve(answer.value);
        else batch[index]?.reject(answer.reason);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function fitting(waiting: readonly { readonly bytes: number }[]): number {
  let [count, bytes] = [0, 0];
  for (const one of waiting) {
    bytes += one.bytes;
    if (count > 0 && (count >= MOST.asks || bytes > MOST.bytes)) break;
    count++;
  }
  return count;
}
