// One member of a group on a Redis stream: when it takes, when it waits, and what it has out.
import { type ErrorCode, isSallyportError, type SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import { Timers } from "../ports/timers.ts";
import type { Delivery, ReceiveOptions, Subscription } from "../ports/transport.ts";
import type { Listener, StreamConnection } from "../redis/stream-connection.ts";
import { isUnknownGroup, unanswered } from "../redis/stream-failure.ts";
import type { Entry, StreamGroup, Taken } from "../redis/stream-group.ts";

export interface MemberParts {
  readonly connection: StreamConnection;
  readonly group: StreamGroup;
  readonly clock: Clock;
  readonly reclaimAfterMs: number;
  readonly vouchesEnqueueTime: boolean;
  readonly retentionMs: number | undefined;
  readonly onGone: () => void;
  readonly onClose: (member: RedisStreamsMember) => void;
}

/** How long one waits on the second connection, below what clients take for a dead one; what it may not be told of is looked for each {@link LOOK_MS}. */
const BLOCK_MS = 2000;
const LOOK_MS = 1000;
const AGAIN_MS = { first: 50, most: 2000 };
/** One in so many of what it may have out is taken at once: more at once leaves one side idle, fewer cost a script each. */
const SHARE_AT_ONCE = 4;
const LEAST_AT_ONCE = 16;
const TRIM_MS = 60_000;
const MOST_UNHEARD_MS = 60_000;

export class RedisStreamsMember implements Subscription {
  readonly #parts: MemberParts;
  readonly #options: ReceiveOptions;
  readonly #onDeliveries: (deliveries: readonly Delivery[]) => void;
  readonly #listener: Listener;
  /** Not all at once: while the server is busy with some of it, this process is with the rest. */
  readonly #mostAtOnce: number;
  /** By id, the delivery whose it is to settle. */
  readonly #out = new Map<string, Delivery>();
  /** What of it is being written down as settled: the next may go meanwhile, up to as many again. */
  readonly #settling = new Set<string>();
  readonly #timers: Timers;
  #state: "open" | "paused" | "closed" = "open";
  #closing: Promise<void> | undefined;
  #fetching = false;
  #again = false;
  #scheduled = false;
  #listening = false;
  #againMs = AGAIN_MS.first;

  constructor(parts: MemberParts, options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void) {
    this.#parts = parts;
    this.#timers = new Timers(parts.clock);
    this.#options = options;
    this.#onDeliveries = onDeliveries;
    this.#listener = parts.connection.listener();
    this.#mostAtOnce = Math.max(LEAST_AT_ONCE, Math.ceil(options.prefetch / SHARE_AT_ONCE));
  }

  start(): void {
    const { group, reclaimAfterMs, retentionMs } = this.#parts;
    // What fails is tried again the next time; who cannot be heard of loses what is its own, and shall.
    this.#timers.repeat(
      "extend",
      Math.min(reclaimAfterMs / 3, MOST_UNHEARD_MS),
      () => void group.extend(this.#out.keys()).catch(() => undefined),
    );
    if (retentionMs !== undefined) {
      void group.trim(retentionMs).catch(() => undefined);
      this.#timers.repeat("trim", TRIM_MS, () => void group.trim(retentionMs).catch(() => undefined));
    }
    this.#wake();
  }

  pause(): void {
    if (this.#state !== "open") return;
    this.#state = "paused";
    this.#timers.cancel("look");
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "open";
    this.#wake();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#state = "closed";
    this.#timers.end();
    this.#listener.close();
    this.#out.clear();
    this.#parts.onClose(this);
    // What is being taken is taken before this, on the same connection. When Redis does not answer, all of it comes back
    // by itself, after reclaimAfterMs.
    await this.#parts.group.giveBack([], true).catch(() => undefined);
  }

  #room(): number {
    const { prefetch } = this.#options;
    const inWork = this.#out.size - Math.min(this.#settling.size, prefetch);
    return this.#state === "open" ? Math.max(0, prefetch - inWork) : 0;
  }

  /** What is settled in one answer of the server makes room for one taking. */
  #wake(): void {
    if (this.#fetching) {
      this.#again = true;
      return;
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#room() > 0) this.#fetchOnce();
    });
  }

  #fetchOnce(): void {
    this.#again = false;
    this.#fetching = true;
    this.#timers.cancel("look");
    void this.#fetch().finally(() => {
      this.#fetching = false;
      if (this.#again) this.#wake();
    });
  }

  async #fetch(): Promise<void> {
    const { connection, group, clock } = this.#parts;
    const late = clock.after(connection.answerWithinMs, () => this.#options.onFetch?.(...told(unanswered(connection.answerWithinMs))));
    try {
      const asked = Math.min(this.#room(), this.#mostAtOnce);
      const taken = await group.take(asked, this.#options.ordering);
      if (this.#closing !== undefined) {
        // Taken after all, on another connection or by a script that the server did not have yet.
        if (taken.entries.length > 0) await group.giveBack([], true);
        return;
      }
      this.#took(taken, asked);
      // An answer was lost, and what it gave is out with nobody.
      if (taken.owned > this.#out.size) await group.giveBack(this.#out.keys(), false);
    } catch (error) {
      if (this.#closing === undefined) await this.#failed(error);
    } finally {
      late();
    }
  }

  #took({ entries, more, nextMs, last, gone }: Taken, asked: number): void {
    this.#againMs = AGAIN_MS.first;
    this.#options.onFetch?.(undefined);
    if (gone > 0) this.#parts.onGone();
    if (entries.length > 0) this.#onDeliveries(entries.map((entry) => this.#deliver(entry)));
    if (more || (entries.length === asked && this.#room() > 0)) this.#again = true;
    else if (this.#room() > 0) {
      this.#timers.set("look", Math.min(nextMs ?? LOOK_MS, LOOK_MS), () => this.#wake());
      this.#listen(last);
    }
  }

  async #failed(error: unknown): Promise<void> {
    let failure: unknown = error;
    if (isUnknownGroup(error)) {
      try {
        await this.#parts.group.join();
        failure = undefined;
      } catch (second) {
        failure = second;
      }
    }
    if (failure !== undefined) this.#options.onFetch?.(...told(failure));
    if (this.#closing !== undefined) return;
    this.#timers.set("look", this.#againMs, () => this.#wake());
    this.#againMs = Math.min(this.#againMs * 2, AGAIN_MS.most);
  }

  /** Waits for what comes behind what the group has read. When that fails there is still the look at every second. */
  #listen(last: readonly [string, string]): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#listener.wait(this.#parts.group.waitFor(last, BLOCK_MS)).then(
      (isNew) => {
        this.#listening = false;
        if (isNew) this.#wake();
        else if (this.#room() > 0) this.#listen(last);
      },
      () => this.#timers.set("listen", LOOK_MS, () => (this.#listening = false)),
    );
  }

  #deliver({ id, bytes }: Entry): Delivery {
    const { group, vouchesEnqueueTime, clock } = this.#parts;
    const idMs = Number(id.split("-")[0]);
    const delivery: Delivery = {
      bytes,
      destination: this.#options.destination,
      // A time to come is no time at which anything was taken.
      ...(vouchesEnqueueTime && idMs <= clock.now() && { enqueuedAtMs: idMs }),
      brokerId: id,
      ack: () => this.#settle(id, () => group.settle(id, this.#state !== "open")),
      retryAfter: async (delayMs) => {
        // What has been delivered anew had been postponed, and only the answer was lost: it is no longer this one's to delay.
        if (this.#out.get(id) === delivery) await this.#settle(id, () => group.postpone(id, delayMs));
      },
    };
    this.#out.set(id, delivery);
    return delivery;
  }

  async #settle(id: string, write: () => Promise<unknown>): Promise<void> {
    if (!this.#out.has(id)) return;
    this.#settling.add(id);
    const written = write();
    // Behind one whose key is the same, nothing may go before it is written down.
    if (this.#options.ordering === "none") this.#wake();
    try {
      await written;
      this.#out.delete(id);
    } finally {
      this.#settling.delete(id);
    }
    this.#wake();
  }
}

const told = (error: unknown): readonly [ErrorCode, SallyportError?] =>
  isSallyportError(error) ? [error.code, error] : ["ERR_TRANSPORT_UNAVAILABLE"];
