// Rates, quotas and the call ledger in this process's memory. Bounded by refusing, never by forgetting.
import { SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import type { Ledger, LedgerEnd, LedgerEntry, LedgerOutcome, LimitStore, Spend } from "../ports/limits.ts";

const MAX_KEYS = 100_000;

/** The times of the spends of each key within its window, oldest first: exact over any window. */
export class MemoryLimits implements LimitStore {
  readonly #spent = new Map<string, { times: number[]; windowMs: number }>();
  readonly #clock: Clock;

  constructor(options: { readonly clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock;
  }

  async spend(spends: readonly Spend[]): Promise<{ readonly refused: number; readonly retryAfterMs: number } | undefined> {
    const nowMs = this.#clock.now();
    for (const [index, spend] of spends.entries()) {
      const times = this.#within(spend, nowMs);
      if (times.length < spend.limit) continue;
      return { refused: index, retryAfterMs: (times[times.length - spend.limit] ?? nowMs) + spend.windowMs - nowMs };
    }
    for (const spend of spends) this.#within(spend, nowMs).push(nowMs);
    return undefined;
  }

  #within(spend: Spend, nowMs: number): number[] {
    let entry = this.#spent.get(spend.key);
    if (entry === undefined) {
      makeRoom(this.#spent, (candidate) => (candidate.times.at(-1) ?? 0) + candidate.windowMs <= nowMs);
      entry = { times: [], windowMs: spend.windowMs };
      this.#spent.set(spend.key, entry);
    }
    const firstKept = entry.times.findIndex((time) => time > nowMs - spend.windowMs);
    entry.times.splice(0, firstKept < 0 ? entry.times.length : firstKept);
    return entry.times;
  }
}

interface Held {
  readonly digest: string;
  readonly eventId: string;
  readonly token: string;
  readonly result: string | undefined;
  readonly leaseEndsMs: number;
  /** Always as long after the lease's end as the key is to be remembered. */
  readonly expiresAtMs: number;
}

export class MemoryLedger implements Ledger {
  readonly #entries = new Map<string, Held>();
  readonly #clock: Clock;
  readonly #newId: NewId;

  constructor(options: { readonly clock?: Clock; readonly newId?: NewId } = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? randomId;
  }

  async begin(entry: LedgerEntry): Promise<LedgerOutcome> {
    const nowMs = this.#clock.now();
    const stored = this.#entries.get(entry.key);
    const found = stored !== undefined && stored.expiresAtMs > nowMs ? stored : undefined;
    if (found !== undefined) {
      if (found.digest !== entry.digest) return { kind: "conflict" };
      if (found.result !== undefined) return { kind: "finished", result: found.result };
      if (found.leaseEndsMs > nowMs) return { kind: "in-flight", forMs: found.leaseEndsMs - nowMs };
    }
    if (stored === undefined) makeRoom(this.#entries, (held) => held.expiresAtMs <= nowMs);
    const { token, eventId } = { token: this.#newId(), eventId: found?.eventId ?? entry.eventId };
    const times = { leaseEndsMs: nowMs + entry.leaseMs, expiresAtMs: nowMs + entry.leaseMs + entry.rememberMs };
    this.#entries.set(entry.key, { digest: entry.digest, eventId, token, result: undefined, ...times });
    return { kind: "begun", token, eventId };
  }

  async end(key: string, token: string, end: LedgerEnd): Promise<void> {
    const found = this.#entries.get(key);
    if (found?.token !== token) return;
    if (end.kind === "refused") return void this.#entries.delete(key);
    const nowMs = this.#clock.now();
    const times = { leaseEndsMs: nowMs, expiresAtMs: nowMs + found.expiresAtMs - found.leaseEndsMs };
    this.#entries.set(key, { ...found, ...times, result: end.kind === "finished" ? end.result : undefined });
  }
}

function makeRoom<T>(map: Map<string, T>, isOver: (value: T) => boolean): void {
  if (map.size < MAX_KEYS) return;
  for (const [key, value] of map) if (isOver(value)) map.delete(key);
  if (map.size < MAX_KEYS) return;
  throw new SallyportError("ERR_STORE_FULL", `${MAX_KEYS} keys are in use`, { remedy: "Use a durable store for this much traffic." });
}
