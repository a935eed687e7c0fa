// The embedded broker: a log in a SQLite file, shared by the processes of one machine. Each group reads the log
// once; what it has taken and not settled waits in a table of its own, with the time of its next delivery.
import { isSallyportError, SallyportError } from "../errors.ts";
import type { BrowsedPage, BrowseOptions, Browser } from "../ports/browser.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";
import { type Row, SqliteLog } from "./sqlite-log.ts";

export interface SqliteTransportOptions {
  /** How long a message that nobody took is kept. Default seven days. */
  readonly retentionMs?: number;
  /**
   * What a group has not handled is kept past its time, unless no member of the group was heard of for this long.
   * Default thirty days, or `retentionMs` where that is longer.
   */
  readonly forgetGroupsMs?: number;
  /** A member that has not been heard of for this long loses its deliveries to others. Default 10 s. */
  readonly visibilityMs?: number;
  /** How often to look for messages of other processes. Default 25 ms; the process's own are seen at once. */
  readonly pollMs?: number;
  readonly clock?: Clock;
}

const DAY_MS = 86_400_000;
const MOST_UNSEEN_MS = 3_600_000;

export class SqliteTransport implements Transport, Browser {
  readonly name = "sqlite";
  readonly capabilities: Capabilities;
  readonly #log: SqliteLog;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #seenEveryMs: number;
  readonly #members = new Set<Member>();

  constructor(database: SqliteDatabase, options: SqliteTransportOptions = {}) {
    const retentionMs = options.retentionMs ?? 7 * DAY_MS;
    this.#clock = options.clock ?? systemClock;
    this.#pollMs = options.pollMs ?? 25;
    const forgetGroupsMs = options.forgetGroupsMs ?? Math.max(30 * DAY_MS, retentionMs);
    const visibilityMs = options.visibilityMs ?? 10_000;
    this.#log = new SqliteLog(database, { retentionMs, forgetGroupsMs, visibilityMs, clock: this.#clock });
    this.#seenEveryMs = Math.min(forgetGroupsMs / 8, MOST_UNSEEN_MS);
    this.capabilities = {
      acknowledges: true,
      delayedRetry: true,
      vouchesEnqueueTime: true,
      ordersByKey: true,
      persists: true,
      retentionMs,
    };
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    try {
      await this.#log.append(messages);
    } catch (cause) {
      throw new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "the embedded broker did not take the messages", {
        cause,
        remedy: "See the cause.",
      });
    }
    for (const member of this.#members) member.wake();
  }

  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    await this.#log.join(options);
    const parts = { log: this.#log, clock: this.#clock, pollMs: this.#pollMs, seenEveryMs: this.#seenEveryMs };
    const member = new Member(parts, options, onDeliveries, () => this.#members.delete(member));
    this.#members.add(member);
    member.wake();
    return member;
  }

  async browse({ destination, after, most }: BrowseOptions): Promise<BrowsedPage> {
    const from = positionOf(after);
    const { rows, removed } = this.#log.browse(destination, from, most + 1);
    const messages = rows.slice(0, most).map(({ bytes, seq }) => ({ bytes, position: String(seq) }));
    return { messages, hasMore: rows.length > most, gap: from > 0 && from < removed };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.close()));
  }
}

interface Parts {
  readonly log: SqliteLog;
  readonly clock: Clock;
  readonly pollMs: number;
  readonly seenEveryMs: number;
}

class Member implements Subscription {
  readonly #log: SqliteLog;
  readonly #options: ReceiveOptions;
  readonly #onDeliveries: (deliveries: readonly Delivery[]) => void;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #onClose: () => void;
  readonly #out = new Set<number>();
  #state: "open" | "paused" | "closed" = "open";
  #fetching: Promise<void> | undefined;
  #again = false;
  #cancelPoll: () => void = () => undefined;
  readonly #seenEveryMs: number;
  #lastHeartbeatMs: number;
  #lastSeenMs: number;

  constructor(parts: Parts, options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void, onClose: () => void) {
    this.#log = parts.log;
    this.#options = options;
    this.#onDeliveries = onDeliveries;
    this.#clock = parts.clock;
    this.#pollMs = parts.pollMs;
    this.#seenEveryMs = parts.seenEveryMs;
    this.#onClose = onClose;
    this.#lastHeartbeatMs = this.#lastSeenMs = parts.clock.now();
  }

  wake(): void {
    if (this.#fetching !== undefined) {
      this.#again = true;
      return;
    }
    if (this.#state === "closed") return;
    this.#cancelPoll();
    this.#again = false;
    this.#fetching = this.#fetch().finally(() => {
      this.#fetching = undefined;
      if (this.#state === "closed") return;
      if (this.#again) this.wake();
      else this.#cancelPoll = this.#clock.after(this.#pollMs, () => this.wake());
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
    this.#cancelPoll();
    await this.#fetching;
    this.#onClose();
    const out = [...this.#out];
    this.#out.clear();
    // When the file cannot be written the deliveries come back by themselves, after visibilityMs.
    await this.#log.postpone(this.#options, out, 0).catch(() => undefined);
  }

  async #fetch(): Promise<void> {
    try {
      await this.#heartbeat();
      if (this.#room() === 0) return;
      const { rows, more } = await this.#log.take(this.#options, () => this.#room());
      if (more) this.#again = true;
      this.#options.onFetch?.(undefined);
      if (rows.length === 0) return;
      for (const row of rows) this.#out.add(row.seq);
      this.#onDeliveries(rows.map((row) => this.#deliver(row)));
    } catch (error) {
      // The file does not answer: nothing was taken. The next poll tries again (REP-12).
      const why = isSallyportError(error) ? error : undefined;
      this.#options.onFetch?.(why?.code ?? "ERR_TRANSPORT_UNAVAILABLE", why);
    }
  }

  #room(): number {
    return this.#state === "open" ? Math.max(0, this.#options.prefetch - this.#out.size) : 0;
  }

  async #heartbeat(): Promise<void> {
    const nowMs = this.#clock.now();
    if (nowMs - this.#lastSeenMs >= this.#seenEveryMs) {
      await this.#log.seen(this.#options);
      this.#lastSeenMs = nowMs;
    }
    if (nowMs - this.#lastHeartbeatMs < this.#log.visibilityMs / 3) return;
    await this.#log.postpone(this.#options, [...this.#out], this.#log.visibilityMs);
    this.#lastHeartbeatMs = nowMs;
  }

  #deliver(row: Row): Delivery {
    return {
      bytes: row.bytes,
      destination: this.#options.destination,
      enqueuedAtMs: row.enqueuedAtMs,
      brokerId: String(row.seq),
      ack: () => this.#settle(row.seq, () => this.#log.settle(this.#options, row.seq)),
      retryAfter: (delayMs) => this.#settle(row.seq, () => this.#log.postpone(this.#options, [row.seq], delayMs)),
    };
  }

  async #settle(seq: number, write: () => Promise<void>): Promise<void> {
    if (!this.#out.has(seq)) return;
    await write();
    this.#out.delete(seq);
    this.wake();
  }
}

function positionOf(after: string | undefined): number {
  if (after === undefined) return 0;
  if (/^[1-9]\d{0,15}$/.test(after)) return Number(after);
  throw new SallyportError("ERR_REQUEST_INVALID", "the position is not one of this broker's");
}
