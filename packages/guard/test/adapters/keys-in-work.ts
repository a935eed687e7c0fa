// What members of an ordered group have of each key while they come, go and give back: never two at once, and all in order.
import type { Transport } from "../../src/ports/transport.ts";
import { box, type Box, send, textsOf } from "./stream-box.ts";

const KEYS = Array.from({ length: 12 }, (_, key) => `k${key}`);
const EACH = Array.from({ length: 25 }, (_, n) => String(n));

export class KeysInWork {
  /** Keys of which a second message came while one was out. */
  readonly twice: string[] = [];
  readonly out = new Set<string>();
  left = KEYS.length * EACH.length;
  readonly #done = new Map<string, string[]>(KEYS.map((key) => [key, []]));
  readonly #finished = Promise.withResolvers<void>();
  #taken = 0;

  /** When all are settled. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** What was settled of each key, and what ought to have been. */
  get orders(): readonly (readonly [done: readonly string[], wanted: readonly string[]])[] {
    return [...this.#done.values()].map((done) => [done, EACH]);
  }

  /** Of each key one after the other, of all keys at once. */
  async send(transport: Transport): Promise<void> {
    await Promise.all(
      KEYS.map(async (key) => {
        for (const n of EACH) await send(transport, [`${key} ${n}`], key);
      }),
    );
  }

  /** A member that works from then on, and gives back every fifth. */
  async join(transport: Transport): Promise<Box> {
    const mine = await box(transport, { ordering: "key", prefetch: 3 });
    void this.#work(mine);
    return mine;
  }

  async #work(mine: Box): Promise<never> {
    for (;;) {
      const [delivery] = await mine.take(1);
      const [key, n] = textsOf([delivery!])[0]!.split(" ") as [string, string];
      if (this.out.has(key)) this.twice.push(key);
      this.out.add(key);
      await new Promise((resolve) => setImmediate(resolve));
      this.out.delete(key);
      if (++this.#taken % 5 === 0) await delivery!.retryAfter(this.#taken % 20);
      else {
        this.#done.get(key)!.push(n);
        await delivery!.ack();
        if (--this.left === 0) this.#finished.resolve();
      }
    }
  }
}
