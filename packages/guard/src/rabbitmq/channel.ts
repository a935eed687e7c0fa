// What the transport asks of a channel, whichever client it is of. A channel is a fault's border in AMQP: what the
// broker refuses closes the channel on which it was asked, and with it all that was under way there.

export interface Parcel {
  readonly exchange: string;
  readonly routingKey: string;
  readonly bytes: Uint8Array;
  readonly id: string;
  readonly key: string | undefined;
}

export interface Arrived {
  readonly tag: number;
  readonly bytes: Uint8Array;
  /** Both are whatever the sender set. */
  readonly id: string | undefined;
  readonly key: string | undefined;
}

export type QueueArguments = Readonly<Record<string, string | number | boolean>>;

/** `taken`: by every queue it was routed to. `returned`: by none, since none is bound. `refused`: by at least one. */
export type Confirmation = "taken" | "returned" | "refused";

/** One channel with confirmations. Everything rejects, or throws, with why it was closed when it is. */
export interface AmqpChannel {
  declareExchange(name: string, type: "fanout" | "direct"): Promise<unknown>;
  declareQueue(name: string, args: QueueArguments): Promise<unknown>;
  bind(queue: string, exchange: string, routingKey: string): Promise<unknown>;
  /** Rejects when there is none. */
  checkExchange(name: string): Promise<unknown>;
  checkQueue(name: string): Promise<unknown>;
  /** Persistent and mandatory, and with no header but the key: never `CC` or `BCC`, which would route it elsewhere. */
  publish(parcel: Parcel): Promise<Confirmation>;
  consume(queue: string, prefetch: number, onArrived: (arrived: Arrived) => void): Promise<unknown>;
  acknowledge(tag: number): void;
  /** Answered when the broker has gone through whatever was asked on this channel before. */
  roundTrip(): Promise<unknown>;
  close(): Promise<unknown>;
}

export interface ChannelEvents {
  /** The channel was closed, or the broker ended what was consumed on it. Once, and not for `close()`. */
  onLost(why: unknown): void;
}

export interface AmqpConnection {
  /** Waits for the connection as long as the client does. */
  open(events: ChannelEvents): Promise<AmqpChannel>;
  /** Why the broker takes no messages for now; `undefined` when it does. Returns what ends the telling. */
  onBlocked(listener: (why: string | undefined) => void): () => void;
}

/** The one header of ours. */
export const KEY_HEADER = "x-sallyport-key";

/** Its content is told by no name that a client would act on: some parse what says that it is JSON. */
export const CONTENT_TYPE = "application/cloudevents+json";

const noWhy = new Error("the channel was closed");

/** Why a channel was closed, told once. */
export class Ending {
  #why: unknown;
  #ended = false;
  readonly #events: ChannelEvents;

  constructor(events: ChannelEvents) {
    this.#events = events;
  }

  /** The first reason is the one that counts. */
  because(why: unknown): void {
    this.#why ??= why;
  }

  /** What is under way when a channel closes is told less than the channel is. */
  why(otherwise: unknown): unknown {
    return this.#why ?? otherwise;
  }

  lost(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.onLost(this.#why ?? noWhy);
  }

  /** Whatever comes from now on was asked for. */
  expected(): void {
    this.#ended = true;
  }
}

export const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
/** A short string of AMQP has no more than 255 bytes: a longer id is left out. */
export const shortOf = (id: string): string | undefined => (Buffer.byteLength(id) <= 255 ? id : undefined);
export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
