// Rates, quotas and the call ledger in this process's memory. Bounded by refusing, never by forgetting.
import { SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import type { Ledger, LedgerEnd, LedgerEntry, LedgerOutcome, LimitStore, Spend } from "../ports/limits.ts";

const MAX_KEYS = 100_000;

interface Spent {
  times: number[];
  /** Those before are out of the window. */
  from: number;
  readonly windowMs: number;
}

const COMPACT_AT = 64;

/** The times of the spends of each key within its window, oldest first: exact over any window. */
export class MemoryLimits implements LimitStore {
  readonly #spent = new Map<string, Spent>();
  readonly #clock: Clock;

  constructor(options: { readonly clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock;
  }

  async spend(spends: readonly Spend[]): Promise<{ readonly refused: number; readonly retryAfterMs: number } | undefined> {
    const nowMs = this.#clock.now();
    const within = spends.map((spend) => this.#within(spend, nowMs));
    for (let index = 0; index < spends.length; index++) {
      const [{ limit, windowMs }, { times, from }] = [spends[index] as Spend, within[index] as Spent];
      if (times.length - from < limit) continue;
      return { refused: index, retryAfterMs: (times[times.length - limit] ?? nowMs) + windowMs - nowMs };
    }
    for (const { times } of within) times.push(nowMs);
    return undefined;
  }

  #within(spend: Spend, nowMs: number): Spent {
    let entry = this.#spent.get(spend.key);
    if (entry === undefined) {
      makeRoom(this.#spent, (candidate) => (candidate.times.at(-1) ?? 0) + candidate.windowMs <= nowMs);
      entry = { times: [], from: 0, windowMs: spend.windowMs };
      this.#spent.set(spend.key, entry);
    }
    while ((entry.times[entry.from] ?? nowMs) <= nowMs - spend.windowMs) entry.from++;
    if (entry.from > COMPACT_AT && entry.from * 2 > entry.times.length) {
      entry.times = entry.times.slice(entry.from);
      entry.from = 0;
    }
    return entry;
  }
}

interface Held {
  readonly digest: string;
  readonly eventId: string;
  readonly token: string;
  result: string | undefined;
  leaseEndsMs: number;
  /** Always as long after the lease's end as the key is to be remembered. */
  expiresAtMs: number;
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
    const [token, eventId, leaseEndsMs] = [this.#newId(), found?.eventId ?? entry.eventId, nowMs + entry.leaseMs];
    const expiresAtMs = leaseEndsMs + entry.rememberMs;
    this.#entries.set(entry.key, { digest: entry.digest, eventId, token, result: undefined, leaseEndsMs, expiresAtMs });
    return { kind: "begun", token, eventId };
  }

  async end(key: string, token: string, end: LedgerEnd): Promise<void> {
    const found = this.#entries.get(key);
    if (found?.token !== token) return;
    if (end.kind === "refused") return void this.#entries.delete(key);
    const nowMs = this.#clock.now();
    found.expiresAtMs += nowMs - found.leaseEndsMs;
    found.leaseEndsMs = nowMs;
    if (end.kind === "finished") found.result = end.result;
  }
}

function makeRoom<T>(map: Map<string, T>, isOver: (value: T) => boolean): void {
  if (map.size < MAX_KEYS) return;
  for (const [key, value] of map) if (isOver(value)) map.delete(key);
  if (map.size < MAX_KEYS) return;
  throw new SallyportError("ERR_STORE_FULL", `${MAX_KEYS} keys are in use`, { remedy: "Use a durable store for this much traffic." });
}
