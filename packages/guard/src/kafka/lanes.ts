// Idempotent producers, each with one request under way at a time. After a failure a client either forgets its sequences,
// and with them those of requests on the way, or uses them again for other messages, which Kafka then confirms as what it
// has already and does not keep. So one that failed is replaced.
import { SallyportError } from "../errors.ts";
import { transportError } from "./failure.ts";

interface Lane<P> {
  producer: P | undefined;
  last: Promise<unknown>;
}

/** Topics are shared out among so many. */
const LANES = 4;

export interface LanesOptions<P> {
  readonly make: () => P | Promise<P>;
  readonly close: (producer: P) => Promise<unknown>;
}

export class Lanes<P> {
  readonly #options: LanesOptions<P>;
  readonly #lanes: readonly Lane<P>[] = Array.from({ length: LANES }, () => ({ producer: undefined, last: Promise.resolve() }));
  readonly #laneOf = new Map<string, number>();
  #closed = false;

  constructor(options: LanesOptions<P>) {
    this.#options = options;
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_*` */
  async send(topic: string, request: (producer: P) => Promise<unknown>): Promise<void> {
    const index = this.#laneOf.get(topic) ?? this.#laneOf.size % LANES;
    this.#laneOf.set(topic, index);
    const lane = this.#lanes[index] as Lane<P>;
    const sent = lane.last.then(() => this.#request(lane, request));
    lane.last = sent.catch(() => undefined);
    await sent;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const producers = this.#lanes.flatMap(({ producer }) => producer ?? []);
    await Promise.allSettled(producers.map((producer) => this.#options.close(producer)));
  }

  async #request(lane: Lane<P>, request: (producer: P) => Promise<unknown>): Promise<void> {
    try {
      lane.producer ??= await this.#options.make();
      await request(lane.producer);
    } catch (cause) {
      const failed = lane.producer;
      const error = transportError(cause);
      // What was refused was not appended.
      if (!(error instanceof SallyportError) || error.code !== "ERR_TRANSPORT_REFUSED") {
        lane.producer = undefined;
        if (failed !== undefined) void this.#options.close(failed).catch(() => undefined);
      }
      throw error;
    } finally {
      // What was still being sent when it was closed has opened it again.
      if (this.#closed && lane.producer !== undefined) void this.#options.close(lane.producer).catch(() => undefined);
    }
  }
}
