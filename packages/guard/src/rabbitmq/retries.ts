// What waits for its retry: a message of its own in the queue of its delay, which comes back to the group's queue when
// its time is over. Nothing of what was received goes with it but its bytes, its name and its key: no header by which it
// would be routed elsewhere, and none that counts what the broker did with it.
import type { Arrived } from "./channel.ts";
import { declare, type Declaring } from "./declaring.ts";
import { transportError } from "./failure.ts";
import type { GroupNames } from "./names.ts";
import type { Publishing } from "./publishing.ts";
import { levelOf, ofRetry, routingKeyOf } from "./topology.ts";

export interface RetriesParts extends Declaring {
  readonly publishing: Publishing;
  /** Whether queues of delays are declared when one is needed. */
  readonly declares: boolean;
}

export class Retries {
  readonly #parts: RetriesParts;
  readonly #declared = new Map<string, Promise<void>>();

  constructor(parts: RetriesParts) {
    this.#parts = parts;
  }

  /** Resolves when it waits there. @throws {SallyportError} `ERR_TRANSPORT_*`, and then it may wait there or not. */
  async park(names: GroupNames, { bytes, id = "", key }: Arrived, delayMs: number): Promise<void> {
    const levelMs = levelOf(delayMs);
    const queue = names.retry(levelMs);
    if (this.#parts.declares) await this.#ensure(names, levelMs, queue);
    try {
      await this.#parts.publishing.publish([{ exchange: names.queue, routingKey: routingKeyOf(levelMs), bytes, id, key }]);
    } catch (error) {
      // It may be gone: the next try declares it again.
      this.#declared.delete(queue);
      throw error;
    }
  }

  #ensure(names: GroupNames, levelMs: number, queue: string): Promise<void> {
    let declared = this.#declared.get(queue);
    if (declared === undefined) {
      declared = this.#declare(names, levelMs);
      this.#declared.set(queue, declared);
      declared.catch(() => this.#declared.delete(queue));
    }
    return declared;
  }

  async #declare(names: GroupNames, levelMs: number): Promise<void> {
    try {
      await declare(this.#parts, ofRetry(names, levelMs));
    } catch (error) {
      throw transportError(error);
    }
  }
}
