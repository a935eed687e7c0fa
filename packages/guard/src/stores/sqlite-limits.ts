// Rates and quotas in a SQLite file: shared by every process on the machine, and kept when one dies.
import { type Clock, systemClock } from "../ports/clock.ts";
import type { LimitStore, Spend } from "../ports/limits.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";

export { SqliteLedger } from "./sqlite-ledger.ts";

// Spends of a key are numbered, so that the one whose leaving the window makes room is found without counting. Those of
// one millisecond leave it together and share a row, which has the number of the last of them and how many they are.
const LIMITS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS sallyport_spends (
    key TEXT NOT NULL, number INTEGER NOT NULL, spends INTEGER NOT NULL, atMs INTEGER NOT NULL, untilMs INTEGER NOT NULL,
    PRIMARY KEY (key, number)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sallyport_spends_until ON sallyport_spends (untilMs)`;
const LAST = "SELECT max(number) AS number FROM sallyport_spends WHERE key = ?";
const AT = "SELECT number, spends, atMs FROM sallyport_spends WHERE key = ? AND number >= ? ORDER BY number LIMIT 1";
const SPEND = "INSERT INTO sallyport_spends (key, number, spends, atMs, untilMs) VALUES (?, ?, ?, ?, ?)";
const CLEAN = "DELETE FROM sallyport_spends WHERE untilMs <= ?";
/** What is over is no longer looked at; it is removed now and then. */
const CLEAN_EVERY_MS = 1000;

interface SpendRow {
  readonly number: number;
  readonly spends: number;
  readonly atMs: number;
}

/** What has been spent of one key, as far as one transaction knows. */
interface Spent {
  /** Number of the last spend on disk. */
  readonly stored: number;
  /** Spends of this transaction. */
  count: number;
  windowMs: number;
  /** Where the last look for a spend ended. */
  row: SpendRow | undefined;
}

type Refused = { readonly refused: number; readonly retryAfterMs: number } | undefined;

/** Exact over any window. */
export class SqliteLimits implements LimitStore {
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;
  readonly #spend: (spends: readonly Spend[]) => Promise<Refused>;
  #cleanAtMs = 0;

  constructor(database: SqliteDatabase, options: { readonly clock?: Clock } = {}) {
    this.#database = database;
    this.#clock = options.clock ?? systemClock;
    this.#spend = database.batched((calls) => this.#spendAll(calls));
    database.define(LIMITS_SCHEMA);
  }

  spend(spends: readonly Spend[]): Promise<Refused> {
    return this.#spend(spends);
  }

  #spendAll(calls: readonly (readonly Spend[])[]): readonly Refused[] {
    const nowMs = this.#clock.now();
    this.#clean(nowMs);
    const spent = new Map<string, Spent>();
    const outcomes = calls.map((spends) => this.#spendOne(spends, spent, nowMs));
    const record = this.#database.prepare(SPEND);
    for (const [key, { stored, count, windowMs }] of spent) if (count > 0) record.run(key, stored + count, count, nowMs, nowMs + windowMs);
    return outcomes;
  }

  #spendOne(spends: readonly Spend[], spent: Map<string, Spent>, nowMs: number): Refused {
    for (const [index, spend] of spends.entries()) {
      const freeAtMs = this.#freeAtMs(spend, this.#spentOf(spend.key, spent), nowMs);
      if (freeAtMs > nowMs) return { refused: index, retryAfterMs: freeAtMs - nowMs };
    }
    for (const { key, windowMs } of spends) {
      const own = this.#spentOf(key, spent);
      own.count++;
      own.windowMs = Math.max(own.windowMs, windowMs);
    }
    return undefined;
  }

  #spentOf(key: string, spent: Map<string, Spent>): Spent {
    let own = spent.get(key);
    if (own === undefined) {
      const { number } = this.#database.prepare(LAST).get(key) as { readonly number: number | null };
      spent.set(key, (own = { stored: number ?? 0, count: 0, windowMs: 0, row: undefined }));
    }
    return own;
  }

  /** When the spend that must have left the window before the next one leaves it. */
  #freeAtMs({ key, limit, windowMs }: Spend, spent: Spent, nowMs: number): number {
    const number = spent.stored + spent.count - limit + 1;
    if (number > spent.stored) return nowMs + windowMs;
    if (number < 1) return nowMs;
    if (!holds(spent.row, number)) spent.row = this.#database.prepare(AT).get(key, number) as SpendRow | undefined;
    return holds(spent.row, number) ? spent.row.atMs + windowMs : nowMs;
  }

  #clean(nowMs: number): void {
    if (nowMs < this.#cleanAtMs) return;
    this.#database.prepare(CLEAN).run(nowMs);
    this.#cleanAtMs = nowMs + CLEAN_EVERY_MS;
  }
}

/** One that is over may have been removed: what comes after it is not it. */
function holds(row: SpendRow | undefined, number: number): row is SpendRow {
  return row !== undefined && number <= row.number && number > row.number - row.spends;
}
