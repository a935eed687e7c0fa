// Rates, quotas and the call ledger in a SQLite file: shared by every process on the machine, and kept when one dies.
import { type Clock, systemClock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import type { Ledger, LedgerEnd, LedgerEntry, LedgerOutcome, LimitStore, Spend } from "../ports/limits.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";

const LIMITS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS sallyport_spends (key TEXT NOT NULL, atMs INTEGER NOT NULL, untilMs INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS sallyport_spends_key ON sallyport_spends (key, atMs);
  CREATE INDEX IF NOT EXISTS sallyport_spends_until ON sallyport_spends (untilMs)`;
// The spend whose leaving the window makes room: the limit-th from the newest.
const BLOCKING = "SELECT atMs FROM sallyport_spends WHERE key = ? AND atMs > ? ORDER BY atMs DESC LIMIT 1 OFFSET ?";

/** One row a spend: exact over any window. */
export class SqliteLimits implements LimitStore {
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;

  constructor(database: SqliteDatabase, options: { readonly clock?: Clock } = {}) {
    this.#database = database;
    this.#clock = options.clock ?? systemClock;
    database.define(LIMITS_SCHEMA);
  }

  spend(spends: readonly Spend[]): Promise<{ readonly refused: number; readonly retryAfterMs: number } | undefined> {
    return this.#database.write(() => {
      const nowMs = this.#clock.now();
      for (const [index, spend] of spends.entries()) {
        const row = this.#database.prepare(BLOCKING).get(spend.key, nowMs - spend.windowMs, spend.limit - 1);
        if (row !== undefined) return { refused: index, retryAfterMs: (row["atMs"] as number) + spend.windowMs - nowMs };
      }
      const record = this.#database.prepare("INSERT INTO sallyport_spends (key, atMs, untilMs) VALUES (?, ?, ?)");
      for (const spend of spends) record.run(spend.key, nowMs, nowMs + spend.windowMs);
      this.#database.prepare("DELETE FROM sallyport_spends WHERE untilMs <= ?").run(nowMs);
      return undefined;
    });
  }
}

const LEDGER_SCHEMA = `
  CREATE TABLE IF NOT EXISTS sallyport_calls (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, eventId TEXT NOT NULL, token TEXT NOT NULL, result TEXT,
    leaseEndsMs INTEGER NOT NULL, expiresAtMs INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sallyport_calls_expiry ON sallyport_calls (expiresAtMs)`;
const BEGIN = `INSERT INTO sallyport_calls (key, digest, eventId, token, result, leaseEndsMs, expiresAtMs) VALUES (?, ?, ?, ?, NULL, ?, ?)
  ON CONFLICT (key) DO UPDATE SET token = excluded.token, leaseEndsMs = excluded.leaseEndsMs, expiresAtMs = excluded.expiresAtMs`;

interface Row {
  readonly digest: string;
  readonly eventId: string;
  readonly result: string | null;
  readonly leaseEndsMs: number;
}

export class SqliteLedger implements Ledger {
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;
  readonly #newId: NewId;

  constructor(database: SqliteDatabase, options: { readonly clock?: Clock; readonly newId?: NewId } = {}) {
    this.#database = database;
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? randomId;
    database.define(LEDGER_SCHEMA);
  }

  begin(entry: LedgerEntry): Promise<LedgerOutcome> {
    return this.#database.write((): LedgerOutcome => {
      const nowMs = this.#clock.now();
      this.#database.prepare("DELETE FROM sallyport_calls WHERE expiresAtMs <= ?").run(nowMs);
      const found = this.#database
        .prepare("SELECT digest, eventId, result, leaseEndsMs FROM sallyport_calls WHERE key = ?")
        .get(entry.key) as unknown as Row | undefined;
      if (found !== undefined) {
        if (found.digest !== entry.digest) return { kind: "conflict" };
        if (found.result !== null) return { kind: "finished", result: found.result };
        if (found.leaseEndsMs > nowMs) return { kind: "in-flight", forMs: found.leaseEndsMs - nowMs };
      }
      const token = this.#newId();
      this.#database.prepare(BEGIN).run(entry.key, entry.digest, entry.eventId, token, nowMs + entry.leaseMs, nowMs + entry.rememberMs);
      return { kind: "begun", token, eventId: found?.eventId ?? entry.eventId };
    });
  }

  async end(key: string, token: string, end: LedgerEnd): Promise<void> {
    await this.#database.write(() => {
      if (end.kind === "refused") {
        this.#database.prepare("DELETE FROM sallyport_calls WHERE key = ? AND token = ?").run(key, token);
        return;
      }
      const result = end.kind === "finished" ? end.result : null;
      this.#database.prepare("UPDATE sallyport_calls SET result = ?, leaseEndsMs = 0 WHERE key = ? AND token = ?").run(result, key, token);
    });
  }
}
