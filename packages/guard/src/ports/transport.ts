// What we ask of a broker. Adapters carry, they do not judge: policy lives in publish/ and consume/.
import type { ErrorCode, SallyportError } from "../errors.ts";

export interface OutgoingMessage {
  readonly id: string;
  readonly destination: string;
  /** Partition or ordering key, from the contract's function over validated data. */
  readonly key: string | undefined;
  readonly bytes: Uint8Array;
}

export interface Capabilities {
  /** An unsettled delivery comes again. Without it the transport is notify-only. */
  readonly acknowledges: boolean;
  /** `retryAfter` keeps the delay in the broker, where a crash does not lose it (PSN-03). */
  readonly delayedRetry: boolean;
  /** `enqueuedAtMs` is the broker's own clock, which no producer can set (REP-09). */
  readonly vouchesEnqueueTime: boolean;
  /** With `ordering: "key"`, a message is not delivered while an earlier one of its key is unsettled (PSN-09). */
  readonly ordersByKey: boolean;
  /** What was confirmed outlives the process. */
  readonly persists: boolean;
  /** For how long the broker keeps a message, in milliseconds; `undefined` when for ever. A consumer refuses what is older. */
  readonly retentionMs: number | undefined;
}

export interface ReceiveOptions {
  readonly destination: string;
  /** Consumer group: each group sees every message once, its members share them. A new one begins with the oldest that is kept. */
  readonly group: string;
  readonly ordering: "none" | "key";
  /** Most deliveries out at once. What was said of others, a few times as many, may still be being recorded. */
  readonly prefetch: number;
  /**
   * Told when fetching fails, with the code and, where it is known, with reason and remedy; and with `undefined` when it goes
   * on. The transport tries again by itself (REP-12).
   */
  readonly onFetch?: (failure: ErrorCode | undefined, why?: SallyportError) => void;
}

export interface Delivery {
  /** Exactly as received. Untrusted. */
  readonly bytes: Uint8Array;
  /** Where it was found, by the subscription and not by anything in the message (DST-04). */
  readonly destination: string;
  /** Present only when the transport vouches for it. */
  readonly enqueuedAtMs?: number;
  /** The broker's own handle, for operators and for messages that cannot be read. */
  readonly brokerId: string;
  /** Settles for good. Resolves when the broker has recorded it; while it rejects it is called again, and the delivery stays out. */
  ack(): Promise<void>;
  /** Gives it back, to be delivered no sooner than `delayMs` from now; the delay lives in the broker. Called again while it rejects. */
  retryAfter(delayMs: number): Promise<void>;
}

export interface Subscription {
  /** Stops fetching; deliveries already out stay out. */
  pause(): void;
  resume(): void;
  /** Stops for good. What is out and unsettled goes back to the broker. */
  close(): Promise<void>;
}

/**
 * Laws:
 * 1. `send` resolves only when the broker has every message (PUB-11); it rejects when it does not know.
 * 2. A delivery that is neither acknowledged nor retried is delivered again, to this member or another.
 * 3. After `ack` resolves, the group never sees that message again.
 * 4. Bytes arrive as they were sent.
 * 5. `onDeliveries` gets one batch at a time per call, but batches may overlap up to `prefetch`.
 */
export interface Transport {
  readonly name: string;
  readonly capabilities: Capabilities;
  send(messages: readonly OutgoingMessage[]): Promise<void>;
  receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription>;
  close(): Promise<void>;
}
