// The call ledger in a SQLite file: shared by every process on the machine, and kept when one dies.
import { type Clock, systemClock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import type { Ledger, LedgerEnd, LedgerEntry, LedgerOutcome } from "../ports/limits.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";
import { KeyedRows } from "./sqlite-slot.ts";

// Results are apart, so that a row never grows: one that grows splits its page. `forgetAtMs` is no sooner than
// `expiresAtMs`, and moves only when it would be, so that the end of a call does not touch an index.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sallyport_calls (
    id INTEGER PRIMARY KEY, slot INTEGER NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, eventId TEXT NOT NULL,
    token TEXT NOT NULL, leaseEndsMs INTEGER NOT NULL, expiresAtMs INTEGER NOT NULL, forgetAtMs INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS sallyport_calls_slot ON sallyport_calls (slot);
  CREATE INDEX IF NOT EXISTS sallyport_calls_forget ON sallyport_calls (forgetAtMs);
  CREATE TABLE IF NOT EXISTS sallyport_results (id INTEGER PRIMARY KEY, result TEXT NOT NULL)`;
const FIND = `SELECT c.id AS id, c.key AS key, c.digest AS digest, c.eventId AS eventId, r.result AS result,
    c.leaseEndsMs AS leaseEndsMs, c.expiresAtMs AS expiresAtMs
  FROM json_each(?) AS s CROSS JOIN sallyport_calls AS c ON c.slot = s.value LEFT JOIN sallyport_results AS r ON r.id = c.id`;
const BEGIN = `INSERT INTO sallyport_calls (slot, key, digest, eventId, token, leaseEndsMs, expiresAtMs, forgetAtMs)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)`;
const BEGIN_AGAIN = `UPDATE sallyport_calls
  SET digest = ?2, eventId = ?3, token = ?4, leaseEndsMs = ?5, expiresAtMs = ?6, forgetAtMs = max(forgetAtMs, ?6) WHERE id = ?1`;
// A key always expires as long after its lease's end as it is to be remembered.
const END = `UPDATE sallyport_calls SET leaseEndsMs = ?1, expiresAtMs = ?1 + expiresAtMs - leaseEndsMs
  WHERE id = ?2 AND token = ?3 AND key = ?4`;
const END_LATE = `UPDATE sallyport_calls SET leaseEndsMs = ?1, expiresAtMs = ?1 + expiresAtMs - leaseEndsMs,
    forgetAtMs = max(forgetAtMs, ?1 + expiresAtMs - leaseEndsMs)
  WHERE id = ?2 AND token = ?3 AND key = ?4`;
const FREE = "DELETE FROM sallyport_calls WHERE id = ? AND token = ? AND key = ?";
const RESULT = "INSERT OR REPLACE INTO sallyport_results (id, result) VALUES (?, ?)";
const NO_RESULT = "DELETE FROM sallyport_results WHERE id = ?";
const FORGET_RESULTS = "DELETE FROM sallyport_results WHERE id IN (SELECT id FROM sallyport_calls WHERE forgetAtMs <= ?)";
const FORGET = "DELETE FROM sallyport_calls WHERE forgetAtMs <= ?";
/** What has expired is no longer looked at; it is removed now and then. */
const FORGET_EVERY_MS = 1000;

interface Row {
  readonly id: number;
  readonly key: string;
  readonly digest: string;
  readonly eventId: string;
  readonly result: string | null;
  readonly leaseEndsMs: number;
  readonly expiresAtMs: number;
}

interface Ended {
  readonly key: string;
  readonly token: string;
  readonly end: LedgerEnd;
}

export class SqliteLedger implements Ledger {
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;
  readonly #newId: NewId;
  readonly #begin: (entry: LedgerEntry) => Promise<LedgerOutcome>;
  readonly #end: (ended: Ended) => Promise<void>;
  #forgetAtMs = 0;

  constructor(database: SqliteDatabase, options: { readonly clock?: Clock; readonly newId?: NewId } = {}) {
    this.#database = database;
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? randomId;
    this.#begin = database.batched((entries) => this.#beginAll(entries));
    this.#end = database.batched((ended) => this.#endAll(ended));
    database.define(SCHEMA);
  }

  begin(entry: LedgerEntry): Promise<LedgerOutcome> {
    return this.#begin(entry);
  }

  end(key: string, token: string, end: LedgerEnd): Promise<void> {
    return this.#end({ key, token, end });
  }

  #beginAll(entries: readonly LedgerEntry[]): readonly LedgerOutcome[] {
    const nowMs = this.#clock.now();
    this.#forget(nowMs);
    const keys = entries.map(({ key }) => key);
    const found = new KeyedRows<Row>(this.#database, FIND, keys);
    return entries.map((entry) => {
      const row = found.get(entry.key);
      const known = row !== undefined && row.expiresAtMs > nowMs ? row : undefined;
      return (known && answerOf(known, entry, nowMs)) ?? this.#write(entry, known?.eventId ?? entry.eventId, row?.id, found, nowMs);
    });
  }

  #write(entry: LedgerEntry, eventId: string, id: number | undefined, found: KeyedRows<Row>, nowMs: number): LedgerOutcome {
    const { key, digest, leaseMs, rememberMs } = entry;
    const token = this.#newId();
    const [leaseEndsMs, expiresAtMs] = [nowMs + leaseMs, nowMs + leaseMs + rememberMs];
    let written = id;
    if (written === undefined) {
      const begin = this.#database.prepare(BEGIN);
      written = Number(begin.run(found.slotOf(key), key, digest, eventId, token, leaseEndsMs, expiresAtMs).lastInsertRowid);
    } else {
      this.#database.prepare(BEGIN_AGAIN).run(written, digest, eventId, token, leaseEndsMs, expiresAtMs);
      this.#database.prepare(NO_RESULT).run(written);
    }
    found.set({ id: written, key, digest, eventId, result: null, leaseEndsMs, expiresAtMs });
    // With what its end would else have to look for.
    return { kind: "begun", token: `${written}.${leaseEndsMs}.${token}`, eventId };
  }

  #endAll(all: readonly Ended[]): readonly undefined[] {
    const nowMs = this.#clock.now();
    return all.map(({ key, token: given, end }) => {
      const [id, leaseEndsMs, token] = partsOf(given);
      if (end.kind === "refused") {
        this.#database.prepare(FREE).run(id, token, key);
        return undefined;
      }
      const sql = nowMs > leaseEndsMs ? END_LATE : END;
      const { changes } = this.#database.prepare(sql).run(nowMs, id, token, key);
      if (changes === 1 && end.kind === "finished") this.#database.prepare(RESULT).run(id, end.result);
      return undefined;
    });
  }

  #forget(nowMs: number): void {
    if (nowMs < this.#forgetAtMs) return;
    this.#database.prepare(FORGET_RESULTS).run(nowMs);
    this.#database.prepare(FORGET).run(nowMs);
    this.#forgetAtMs = nowMs + FORGET_EVERY_MS;
  }
}

/** `undefined` when the call may be begun again. */
function answerOf(found: Row, entry: LedgerEntry, nowMs: number): LedgerOutcome | undefined {
  if (found.digest !== entry.digest) return { kind: "conflict" };
  if (found.result !== null) return { kind: "finished", result: found.result };
  return found.leaseEndsMs > nowMs ? { kind: "in-flight", forMs: found.leaseEndsMs - nowMs } : undefined;
}

function partsOf(token: string): readonly [id: number, leaseEndsMs: number, token: string] {
  const first = token.indexOf(".");
  const second = token.indexOf(".", first + 1);
  return [Number(token.slice(0, first)), Number(token.slice(first + 1, second)), token.slice(second + 1)];
}
