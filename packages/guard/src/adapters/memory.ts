// A broker in this process's memory, with the laws of a real one: for tests, and for events that may be lost
// with the process.
import { SallyportError } from "../errors.ts";
import type { BrowsedPage, BrowseOptions, Browser } from "../ports/browser.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";
import { MemoryGroup, type Pending, type Stored } from "./memory-group.ts";

type Group = MemoryGroup<Member>;

export interface MemoryTransportOptions {
  /** How long a message is kept for groups that come later. Default one hour. */
  readonly retentionMs?: number;
  readonly clock?: Clock;
}

const HOUR_MS = 3_600_000;
/** What a timer of the system can wait for; then it is looked again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class MemoryTransport implements Transport, Browser {
  readonly name = "memory";
  readonly capabilities: Capabilities;
  readonly #log = new Map<string, Stored[]>();
  readonly #groups = new Map<string, Map<string, Group>>();
  readonly #clock: Clock;
  readonly #retentionMs: number;
  /** The last message of each destination that is no longer kept. */
  readonly #removed = new Map<string, number>();
  #seq = 0;

  constructor(options: MemoryTransportOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#retentionMs = options.retentionMs ?? HOUR_MS;
    this.capabilities = {
      acknowledges: true,
      delayedRetry: true,
      vouchesEnqueueTime: true,
      ordersByKey: true,
      persists: false,
      retentionMs: this.#retentionMs,
    };
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const nowMs = this.#clock.now();
    for (const message of messages) {
      const stored: Stored = { message: kept(message), enqueuedAtMs: nowMs, seq: ++this.#seq };
      this.#append(stored, nowMs);
      for (const group of this.#groups.get(message.destination)?.values() ?? []) {
        group.add(stored);
        for (const member of group.members) member.wake();
      }
    }
  }

  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    const group = this.#groupOf(options);
    group.order(options.ordering === "key" || [...group.members].some((other) => other.ordersByKey));
    const member = new Member(group, options, onDeliveries, this.#clock);
    group.members.add(member);
    member.wake();
    return member;
  }

  async browse({ destination, after, most }: BrowseOptions): Promise<BrowsedPage> {
    const from = positionOf(after);
    const log = this.#log.get(destination) ?? [];
    const later = log.filter((stored) => stored.seq > from);
    const messages = later.slice(0, most).map(({ message, seq }) => ({ bytes: message.bytes, position: String(seq) }));
    return { messages, hasMore: later.length > most, gap: from > 0 && from < (this.#removed.get(destination) ?? 0) };
  }

  async close(): Promise<void> {
    const members = [...this.#groups.values()].flatMap((groups) => [...groups.values()]).flatMap((group) => [...group.members]);
    await Promise.all(members.map((member) => member.close()));
  }

  #append(stored: Stored, nowMs: number): void {
    const { destination } = stored.message;
    let log = this.#log.get(destination);
    if (log === undefined) this.#log.set(destination, (log = []));
    this.#forget(log, nowMs - this.#retentionMs);
    log.push(stored);
  }

  #forget(log: Stored[], untilMs: number): void {
    if (log[0] === undefined || log[0].enqueuedAtMs > untilMs) return;
    const firstKept = log.findIndex(({ enqueuedAtMs }) => enqueuedAtMs > untilMs);
    const removed = log.splice(0, firstKept < 0 ? log.length : firstKept).at(-1);
    if (removed !== undefined) this.#removed.set(removed.message.destination, removed.seq);
  }

  #groupOf({ destination, group: name }: ReceiveOptions): Group {
    const groups = this.#groups.get(destination) ?? new Map<string, Group>();
    this.#groups.set(destination, groups);
    let group = groups.get(name);
    if (group === undefined) {
      group = new MemoryGroup();
      for (const stored of this.#log.get(destination) ?? []) group.add(stored);
      groups.set(name, group);
    }
    return group;
  }
}

class Member implements Subscription {
  readonly #group: Group;
  readonly #options: ReceiveOptions;
  readonly #onDeliveries: (deliveries: readonly Delivery[]) => void;
  readonly #clock: Clock;
  readonly #out = new Set<Pending>();
  #state: "open" | "paused" | "closed" = "open";
  #scheduled = false;
  #cancelTimer: () => void = () => undefined;

  constructor(group: Group, options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void, clock: Clock) {
    this.#group = group;
    this.#options = options;
    this.#onDeliveries = onDeliveries;
    this.#clock = clock;
  }

  get ordersByKey(): boolean {
    return this.#options.ordering === "key";
  }

  wake(): void {
    if (this.#scheduled || this.#state !== "open") return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#state === "open") this.#fetch();
    });
  }

  pause(): void {
    if (this.#state === "open") this.#state = "paused";
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "open";
    this.wake();
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#cancelTimer();
    this.#group.members.delete(this);
    for (const pending of this.#out) this.#group.giveBack(pending, 0);
    this.#out.clear();
    this.#wakeAll();
  }

  #fetch(): void {
    const nowMs = this.#clock.now();
    const taken = this.#group.take(this.#options.prefetch - this.#out.size, nowMs);
    for (const pending of taken) this.#out.add(pending);
    this.#cancelTimer();
    const nextDueMs = this.#group.nextDueMs();
    if (nextDueMs !== undefined) this.#cancelTimer = this.#clock.after(Math.min(nextDueMs - nowMs, LONGEST_TIMER_MS), () => this.wake());
    if (taken.length > 0) this.#onDeliveries(taken.map((pending) => this.#deliver(pending)));
  }

  #deliver(pending: Pending): Delivery {
    const { stored } = pending;
    return {
      bytes: stored.message.bytes,
      destination: this.#options.destination,
      enqueuedAtMs: stored.enqueuedAtMs,
      brokerId: String(stored.seq),
      ack: async () => {
        if (!this.#out.delete(pending)) return;
        this.#group.settle(pending);
        this.#wakeAll();
      },
      retryAfter: async (delayMs) => {
        if (!this.#out.delete(pending)) return;
        this.#group.giveBack(pending, this.#clock.now() + delayMs);
        this.#wakeAll();
      },
    };
  }

  #wakeAll(): void {
    for (const member of this.#group.members) member.wake();
  }
}

/** Bytes out of the pool that small buffers share: an array buffer for each message costs more than the rest of `send`. */
function kept({ id, destination, key, bytes }: OutgoingMessage): OutgoingMessage {
  const copy = Buffer.from(bytes);
  return { id, destination, key, bytes: new Uint8Array(copy.buffer, copy.byteOffset, copy.length) };
}

function positionOf(after: string | undefined): number {
  if (after === undefined) return 0;
  if (/^[1-9]\d{0,15}$/.test(after)) return Number(after);
  throw new SallyportError("ERR_REQUEST_INVALID", "the position is not one of this broker's");
}
