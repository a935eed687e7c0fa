// Entries for one queue, asked for ten at a time: what comes while requests are out goes with the next one, so that
// batches grow under load and nobody waits for company.
const MOST_ENTRIES = 10;
/** What every version of SQS takes in one request; a larger entry goes alone. */
const MOST_BYTES = 262_144;

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Says of each entry why it failed, in their order. Rejects when nothing can be said of any. */
export type Ask<Entry> = (entries: readonly Entry[]) => Promise<readonly (Error | undefined)[]>;

export class Batches<Entry> {
  readonly #ask: Ask<Entry>;
  readonly #mostOut: number;
  readonly #waiting: Waiting<Entry>[] = [];
  #out = 0;
  #scheduled = false;

  /** With `mostOut` of 1, requests come one after the other, and what they carry stays in order. */
  constructor(ask: Ask<Entry>, mostOut: number) {
    this.#ask = ask;
    this.#mostOut = mostOut;
  }

  add(entry: Entry, bytes = 0): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ entry, bytes, resolve, reject });
    this.#schedule();
    return promise;
  }

  #schedule(): void {
    if (this.#scheduled || this.#out >= this.#mostOut) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#out < this.#mostOut && this.#waiting.length > 0) void this.#request(this.#next());
    });
  }

  #next(): readonly Waiting<Entry>[] {
    let [count, bytes] = [0, 0];
    for (const waiting of this.#waiting.slice(0, MOST_ENTRIES)) {
      bytes += waiting.bytes;
      if (count > 0 && bytes > MOST_BYTES) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #request(batch: readonly Waiting<Entry>[]): Promise<void> {
    this.#out++;
    try {
      const failures = await this.#ask(batch.map(({ entry }) => entry));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const failure = failures[index];
        if (failure === undefined) resolve();
        else reject(failure);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#out--;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }
}
