// The consume door's parts, taken one by one: a policy, sealed bytes, a delivery and stores that write down what was
// asked of them and fail when told.
import { resolvePolicy, type ConsumePolicy } from "../../src/consume/policy.ts";
import type { Attributes, TraceContext } from "../../src/envelope/attributes.ts";
import { KeyRing } from "../../src/envelope/keys.ts";
import { sealEnvelope } from "../../src/envelope/seal.ts";
import type { ChangeOutcome, ClaimChange, ClaimStore } from "../../src/ports/claim-store.ts";
import type { Capabilities, Delivery, ReceiveOptions, Subscription, Transport } from "../../src/ports/transport.ts";
import { TestClock } from "../../src/testing/index.ts";
import { keySpec } from "../house.ts";

export const START_MS = Date.UTC(2026, 10, 23);

export const capabilities: Capabilities = {
  acknowledges: true,
  delayedRetry: true,
  vouchesEnqueueTime: true,
  ordersByKey: true,
  persists: true,
  retentionMs: 3_600_000,
};

export const policyOf = (change: Partial<ConsumePolicy> = {}): ConsumePolicy => ({ ...resolvePolicy({}, capabilities), ...change });

export const keys = new KeyRing([keySpec()]);

export const attributes: Omit<Attributes, "keyid"> = {
  id: "e1",
  source: "notes",
  type: "note.created",
  time: new Date(START_MS).toISOString(),
  destination: "notes",
  actor: "alice",
  origin: "llm",
  hop: 1,
  rootid: "r1",
  generation: 2,
  datacontenttype: "application/json",
  tenant: "acme",
  subject: "n1",
  causationid: "c1",
};

const DATA = { noteId: "n1", text: "hello" };

export function sealed(change: Partial<Attributes> = {}, data: unknown = DATA, ring = keys, trace?: TraceContext): Buffer {
  const json = typeof data === "string" ? data : JSON.stringify(data);
  return sealEnvelope({ ...attributes, ...change }, json, ring.signingKey("notes", START_MS), trace);
}

/** Writes down how it was settled. */
export function deliveryOf(bytes: Uint8Array, log: string[] = [], change: Partial<Delivery> = {}): Delivery {
  return {
    bytes,
    destination: "notes",
    enqueuedAtMs: START_MS,
    brokerId: "b1",
    ack: async () => void log.push("ack"),
    retryAfter: async (delayMs) => void log.push(`retry after ${delayMs}`),
    ...change,
  };
}

/** Answers every change with what it is told, and writes the changes down. */
export class RecordedClaims implements ClaimStore {
  readonly name = "recorded";
  readonly persists = false;
  readonly changes: ClaimChange[] = [];
  answer: (change: ClaimChange) => Promise<ChangeOutcome> = () => Promise.resolve("changed");
  readonly #log: string[];

  constructor(log: string[] = []) {
    this.#log = log;
  }

  claim(): Promise<never> {
    throw new Error("nothing here claims");
  }

  change(changes: readonly ClaimChange[]): Promise<readonly ChangeOutcome[]> {
    this.changes.push(...changes);
    this.#log.push(...changes.map(({ kind }) => kind));
    return Promise.all(changes.map((change) => this.answer(change)));
  }
}

/** Knows whether it fetches. */
export class RecordedSubscription implements Subscription {
  fetches = true;
  closed = false;

  pause(): void {
    this.fetches = false;
  }

  resume(): void {
    this.fetches = true;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** A broker that delivers what it is told to. */
export class HandedTransport implements Transport {
  readonly name = "handed";
  readonly capabilities = capabilities;
  readonly received: ReceiveOptions[] = [];
  readonly subscriptions: RecordedSubscription[] = [];
  deliver: (deliveries: readonly Delivery[]) => void = () => undefined;

  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<RecordedSubscription> {
    this.received.push(options);
    this.deliver = onDeliveries;
    const subscription = new RecordedSubscription();
    this.subscriptions.push(subscription);
    return subscription;
  }

  async send(): Promise<void> {}
  async close(): Promise<void> {}
}

/** Knows which of its timers are still to come. */
export class CountingClock extends TestClock {
  readonly #pending = new Set<object>();
  /** For how long the process was paused: the time is later, and no timer has fired for it. */
  pausedMs = 0;

  override now(): number {
    return super.now() + this.pausedMs;
  }

  get pending(): number {
    return this.#pending.size;
  }

  override after(delayMs: number, callback: () => void): () => void {
    const timer = {};
    this.#pending.add(timer);
    const cancel = super.after(delayMs, () => {
      this.#pending.delete(timer);
      callback();
    });
    return () => {
      this.#pending.delete(timer);
      cancel();
    };
  }
}
