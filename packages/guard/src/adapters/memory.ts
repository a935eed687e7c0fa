// A broker in this process's memory, with the laws of a real one: for tests, and for events that may be lost
// with the process.
import { SallyportError } from "../errors.ts";
import type { BrowsedPage, BrowseOptions, Browser } from "../ports/browser.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";

interface Stored {
  readonly message: OutgoingMessage;
  readonly enqueuedAtMs: number;
  readonly seq: number;
}

interface Pending {
  readonly stored: Stored;
  dueMs: number;
  out: boolean;
}

interface Group {
  readonly pending: Map<number, Pending>;
  readonly members: Set<Member>;
}

export interface MemoryTransportOptions {
  /** How long a message is kept for groups that come later. Default one hour. */
  readonly retentionMs?: number;
  readonly clock?: Clock;
}

const HOUR_MS = 3_600_000;

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
      const stored: Stored = { message: { ...message, bytes: new Uint8Array(message.bytes) }, enqueuedAtMs: nowMs, seq: ++this.#seq };
      this.#append(stored, nowMs);
      for (const group of this.#groups.get(message.destination)?.values() ?? []) {
        group.pending.set(stored.seq, { stored, dueMs: 0, out: false });
        for (const member of group.members) member.wake();
      }
    }
  }

  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    const group = this.#groupOf(options);
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
    const log = this.#log.get(stored.message.destination) ?? [];
    const firstKept = log.findIndex((entry) => entry.enqueuedAtMs > nowMs - this.#retentionMs);
    const removed = log.splice(0, firstKept < 0 ? log.length : firstKept).at(-1);
    if (removed !== undefined) this.#removed.set(stored.message.destination, removed.seq);
    log.push(stored);
    this.#log.set(stored.message.destination, log);
  }

  #groupOf({ destination, group: name }: ReceiveOptions): Group {
    const groups = this.#groups.get(destination) ?? new Map<string, Group>();
    this.#groups.set(destination, groups);
    let group = groups.get(name);
    if (group === undefined) {
      const backlog = (this.#log.get(destination) ?? []).map((stored) => [stored.seq, { stored, dueMs: 0, out: false }] as const);
      group = { pending: new Map(backlog), members: new Set() };
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
    for (const pending of this.#out) pending.out = false;
    this.#out.clear();
    this.#wakeAll();
  }

  #fetch(): void {
    const nowMs = this.#clock.now();
    const taken: Pending[] = [];
    const keys = new Set<string>();
    let nextDueMs = Number.POSITIVE_INFINITY;
    for (const pending of this.#group.pending.values()) {
      if (this.#out.size + taken.length >= this.#options.prefetch) break;
      const { key } = pending.stored.message;
      const blocked = this.#options.ordering === "key" && key !== undefined && keys.has(key);
      if (key !== undefined) keys.add(key);
      if (blocked || pending.out) continue;
      if (pending.dueMs > nowMs) nextDueMs = Math.min(nextDueMs, pending.dueMs);
      else taken.push(pending);
    }
    for (const pending of taken) {
      pending.out = true;
      this.#out.add(pending);
    }
    this.#cancelTimer();
    if (nextDueMs !== Number.POSITIVE_INFINITY) this.#cancelTimer = this.#clock.after(nextDueMs - nowMs, () => this.wake());
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
        this.#group.pending.delete(stored.seq);
        this.#wakeAll();
      },
      retryAfter: async (delayMs) => {
        if (!this.#out.delete(pending)) return;
        pending.dueMs = this.#clock.now() + delayMs;
        pending.out = false;
        this.#wakeAll();
      },
    };
  }

  #wakeAll(): void {
    for (const member of this.#group.members) member.wake();
  }
}

function positionOf(after: string | undefined): number {
  if (after === undefined) return 0;
  if (/^[1-9]\d{0,15}$/.test(after)) return Number(after);
  throw new SallyportError("ERR_REQUEST_INVALID", "the position is not one of this broker's");
}
