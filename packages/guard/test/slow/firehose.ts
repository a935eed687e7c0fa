// A transport that delivers whatever it is handed, wherever it is told, as often as it is told: a broker that an
// attacker can write to. It keeps nothing, so that what grows is the consumer's.
import type { Capabilities, Delivery, ReceiveOptions, Subscription, Transport } from "../../src/ports/transport.ts";
import type { TestClock } from "../../src/testing/index.ts";

export interface Shot {
  readonly bytes: Uint8Array;
  readonly destination: string;
}

const BATCH = 256;

export class Firehose implements Transport {
  readonly name = "firehose";
  readonly capabilities: Capabilities = {
    acknowledges: true,
    delayedRetry: true,
    vouchesEnqueueTime: true,
    ordersByKey: true,
    persists: false,
    retentionMs: 3_600_000,
  };
  readonly #clock: TestClock;
  readonly #readers = new Map<string, (deliveries: readonly Delivery[]) => void>();
  #shots = 0;
  acknowledged = 0;
  givenBack = 0;

  constructor(clock: TestClock) {
    this.#clock = clock;
  }

  async send(): Promise<void> {}

  async receive({ destination }: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    this.#readers.set(destination, onDeliveries);
    return { pause: () => undefined, resume: () => undefined, close: async () => undefined };
  }

  async close(): Promise<void> {}

  /** Delivers `count` shots in batches, and waits for each batch to be settled. */
  async fire(count: number, next: () => Shot): Promise<void> {
    for (let left = count; left > 0; left -= BATCH) {
      const { promise: settled, resolve } = Promise.withResolvers<void>();
      let open = Math.min(left, BATCH);
      const close = (): void => {
        if (--open === 0) resolve();
      };
      const batches = new Map<string, Delivery[]>();
      for (let shot = open; shot > 0; shot--) {
        const delivery = this.#deliver(next(), close);
        batches.set(delivery.destination, [...(batches.get(delivery.destination) ?? []), delivery]);
      }
      for (const [destination, deliveries] of batches) this.#readers.get(destination)?.(deliveries);
      await settled;
    }
  }

  #deliver({ bytes, destination }: Shot, onSettled: () => void): Delivery {
    return {
      bytes,
      destination,
      enqueuedAtMs: this.#clock.now(),
      brokerId: String(++this.#shots),
      ack: async () => {
        this.acknowledged++;
        onSettled();
      },
      retryAfter: async () => {
        this.givenBack++;
        onSettled();
      },
    };
  }
}
