// Redis Pub/Sub, to notify and nothing more: who is not there does not hear it, and nothing comes again. It says so in
// `capabilities`, and a consumer refuses it: what must be handled needs a broker that keeps it.
import { SallyportError } from "../errors.ts";
import { systemClock } from "../ports/clock.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";
import { type RedisStreamsClient, StreamConnection } from "../redis/stream-connection.ts";
import { namesOf, refusePrefix } from "../redis/stream-names.ts";

interface IoRedisSubscriber {
  on(event: "error" | "ready", listener: () => void): unknown;
  on(event: "messageBuffer", listener: (channel: Buffer, message: Buffer) => void): unknown;
  subscribe(channel: string): Promise<unknown>;
  disconnect(): void;
}

interface NodeRedisSubscriber {
  on(event: "error" | "ready", listener: () => void): unknown;
  subscribe(channel: string, listener: (message: Buffer) => void, asBytes: true): Promise<unknown>;
  connect(): Promise<unknown>;
  destroy(): void;
}

/** A client of ioredis, single or cluster, or a single client of node-redis from version 5 on. */
export type RedisPubSubClient = { duplicate(): IoRedisSubscriber | NodeRedisSubscriber } & RedisStreamsClient;

export interface RedisPubSubOptions {
  /** Before every channel: one is named `prefix:{destination}`. Default `sallyport`. */
  readonly prefix?: string;
  /** After this without an answer the broker is said to be unavailable. Default 5 s. */
  readonly answerWithinMs?: number;
}

export class RedisPubSubTransport implements Transport {
  readonly name = "redis-pubsub";
  readonly capabilities: Capabilities = {
    acknowledges: false,
    delayedRetry: false,
    vouchesEnqueueTime: false,
    ordersByKey: false,
    persists: false,
    retentionMs: 0,
  };
  readonly #client: RedisPubSubClient;
  readonly #connection: StreamConnection;
  readonly #prefix: string;
  readonly #listeners = new Set<Subscription>();

  /** The client is for sending; of it a duplicate is made for every subscription. */
  constructor(client: RedisPubSubClient, { prefix = "sallyport", answerWithinMs = 5000 }: RedisPubSubOptions = {}) {
    refusePrefix(prefix);
    this.#client = client;
    this.#connection = new StreamConnection(client, { answerWithinMs, clock: systemClock });
    this.#prefix = prefix;
  }

  /** Resolves when the server has passed them on to whoever was there. */
  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const published = messages.map(({ destination, bytes }) => [
      namesOf(this.#prefix, destination).stream,
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    ]);
    await Promise.all(published.map((args) => this.#connection.command("PUBLISH", args)));
  }

  /** Every subscription hears everything, whatever its group; what comes while `prefetch` are out, or it is paused, is lost. */
  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    if (options.ordering === "key") throw unable("keep an order");
    const channel = namesOf(this.#prefix, options.destination).stream;
    const subscriber = this.#client.duplicate();
    const close = (): void => ("destroy" in subscriber ? subscriber.destroy() : subscriber.disconnect());
    let [out, isPaused, heard] = [0, false, 0];
    const hear = (bytes: Buffer): void => {
      if (isPaused || out >= options.prefetch) return;
      out++;
      let isOut = true;
      const ack = async (): Promise<void> => {
        if (isOut) out--;
        isOut = false;
      };
      const retryAfter = (): Promise<void> => Promise.reject(unable("deliver a message again"));
      onDeliveries([{ bytes: new Uint8Array(bytes), destination: options.destination, brokerId: String(++heard), ack, retryAfter }]);
    };
    subscriber.on("error", () => options.onFetch?.("ERR_TRANSPORT_UNAVAILABLE"));
    subscriber.on("ready", () => options.onFetch?.(undefined));
    try {
      await listen(subscriber, channel, hear);
    } catch (cause) {
      close();
      throw new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "Redis did not take the subscription", { cause, remedy: "See the cause." });
    }
    const subscription: Subscription = {
      pause: () => (isPaused = true),
      resume: () => (isPaused = false),
      close: async () => {
        if (!this.#listeners.delete(subscription)) return;
        isPaused = true;
        close();
      },
    };
    this.#listeners.add(subscription);
    return subscription;
  }

  /** The client stays as it is: it is the user's to close. */
  async close(): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
  }
}

/** A channel by its name, never a pattern (DST-02). */
async function listen(subscriber: IoRedisSubscriber | NodeRedisSubscriber, channel: string, hear: (bytes: Buffer) => void): Promise<void> {
  if ("destroy" in subscriber) {
    await subscriber.connect();
    await subscriber.subscribe(channel, hear, true);
  } else {
    subscriber.on("messageBuffer", (_channel, bytes) => hear(bytes));
    await subscriber.subscribe(channel);
  }
}

const unable = (what: string): SallyportError =>
  new SallyportError("ERR_CONFIG_CAPABILITY", `Redis Pub/Sub cannot ${what}`, {
    remedy: "Use Redis Streams: adapters/redis-streams.",
  });
