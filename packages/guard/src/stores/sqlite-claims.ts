// Claims in a SQLite file: durable, shared by every process on the machine, and in one transaction with effects
// that write to the same file (REP-10, REP-13).
import type { DatabaseSync } from "node:sqlite";
import type { ChangeOutcome, ClaimChange, ClaimOutcome, ClaimRequest, ClaimStore, Effect } from "../ports/claim-store.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";
import { isOfTheFile } from "../sqlite/failure.ts";
import { changeRecord, type ClaimRecord, claimRecord, isKnown, livesOn, supersededBy } from "./claim-record.ts";
import { runEffect } from "./effect.ts";
import { KeyedRows } from "./sqlite-slot.ts";

export interface SqliteClaimsOptions {
  readonly clock?: Clock;
  readonly newId?: NewId;
}

/** What an effect is handed: the open transaction of the claim. It must not commit or roll back itself. */
export type SqliteTransaction = Pick<DatabaseSync, "prepare" | "exec">;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sallyport_claims (
    id INTEGER PRIMARY KEY, slot INTEGER NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL, token TEXT NOT NULL,
    started INTEGER NOT NULL, finished INTEGER NOT NULL, untilMs INTEGER NOT NULL, expiresAtMs INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS sallyport_claims_slot ON sallyport_claims (slot);
  CREATE INDEX IF NOT EXISTS sallyport_claims_expiry ON sallyport_claims (expiresAtMs)`;
const FIND = `SELECT c.id AS id, c.key AS key, digest, state, token, started, finished, untilMs, expiresAtMs
  FROM json_each(?) AS s CROSS JOIN sallyport_claims AS c ON c.slot = s.value`;
const INSERT = `INSERT INTO sallyport_claims (slot, key, digest, state, token, started, finished, untilMs, expiresAtMs)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const REPLACE = `UPDATE sallyport_claims SET digest = ?, state = ?, token = ?, started = ?, finished = ?, untilMs = ?, expiresAtMs = ?
  WHERE id = ?`;
// All that most changes change: nothing that has an index.
const STEP = "UPDATE sallyport_claims SET state = ?, started = ?, finished = ?, untilMs = ? WHERE id = ?";
// The same without a look, where the row is still as it was when this process wrote it.
const STEP_UNCHANGED = `${STEP} AND token = ? AND state = ? AND started = ? AND finished = ? AND untilMs = ? AND expiresAtMs = ?`;
// A few more than are claimed, so that the table does not grow for ever and no claim pays for all that has expired.
const FORGET_MORE = 64;
const FORGET = "DELETE FROM sallyport_claims WHERE id IN (SELECT id FROM sallyport_claims WHERE expiresAtMs <= ? LIMIT ?)";

interface Row extends ClaimRecord {
  readonly id: number;
  readonly key: string;
}

type Rows = KeyedRows<Row>;

/** How many claims a process remembers having, so that what becomes of them need not look for them. */
const MOST_HELD = 20_000;

export class SqliteClaims implements ClaimStore {
  readonly name = "sqlite";
  readonly persists = true;
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;
  readonly #newId: NewId;
  readonly #claim: (requests: readonly ClaimRequest[]) => Promise<readonly ClaimOutcome[]>;
  readonly #change: (change: ClaimChange) => Promise<ChangeOutcome>;
  /** As they were written, by key. What is on disk may be another by now, and nothing is believed of these unasked. */
  readonly #held = new Map<string, Row>();

  constructor(database: SqliteDatabase, options: SqliteClaimsOptions = {}) {
    this.#database = database;
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? randomId;
    this.#claim = database.batched((asked) => this.#claimAll(asked));
    this.#change = database.batched((changes, open) => this.#changeAll(changes, open));
    database.define(SCHEMA);
  }

  claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimOutcome[]> {
    return this.#claim(requests);
  }

  change(changes: readonly ClaimChange[]): Promise<readonly ChangeOutcome[]> {
    return Promise.all(changes.map((change) => this.#changeOne(change)));
  }

  async #changeOne(change: ClaimChange): Promise<ChangeOutcome> {
    try {
      return await this.#change(change);
    } catch (error) {
      // Said of the effect and not of the store: the attempt fails, and consumption does not wait for it to get better.
      if (error instanceof TransactionEnded) return { effectFailed: error };
      throw error;
    }
  }

  #changeAll(changes: readonly ClaimChange[], open: DatabaseSync): readonly ChangeOutcome[] {
    const changed = changes.map((change) => this.#changeHeld(change));
    const others = changes.filter((_change, index) => !changed[index]);
    if (others.length === 0) return changes.map(() => "changed");
    const rows = this.#find(others.map(({ key }) => key));
    return changes.map((change, index) => (changed[index] === true ? "changed" : this.#apply(change, rows, open)));
  }

  /** True when the claim was still as this process had written it, and now is as the change has it. */
  #changeHeld(change: ClaimChange): boolean {
    const found = this.#held.get(change.key);
    // Where it was not so, the next change of this key, maybe in this transaction, must look.
    this.#held.delete(change.key);
    if (found === undefined || (change.kind === "commit" && change.effect !== undefined)) return false;
    const record = changeRecord(found, change, this.#clock.now());
    if (record === undefined || !isStep(found, record)) return false;
    const { id, token, state, started, finished, untilMs, expiresAtMs } = found;
    const values = [...stepOf(record), id, token, state, started, finished, untilMs, expiresAtMs];
    if (this.#database.prepare(STEP_UNCHANGED).run(...values).changes !== 1) return false;
    this.#hold({ ...found, ...record });
    return true;
  }

  #apply(change: ClaimChange, rows: Rows, open: DatabaseSync): ChangeOutcome {
    const record = changeRecord(rows.get(change.key), change, this.#clock.now());
    if (record === undefined) return "lost";
    if (change.kind === "commit" && change.effect !== undefined) {
      const failed = applyEffect(open, change.effect);
      if (failed !== undefined) return failed;
    }
    this.#write(change.key, record, rows);
    return "changed";
  }

  #claimAll(asked: readonly (readonly ClaimRequest[])[]): readonly (readonly ClaimOutcome[])[] {
    const nowMs = this.#clock.now();
    const requests = asked.flat();
    this.#database.prepare(FORGET).run(nowMs, requests.length + FORGET_MORE);
    const rows = this.#find(requests.flatMap(({ key, earlier = [] }) => [key, ...earlier]));
    return asked.map((together) => together.map((request) => this.#claimOne(request, rows, nowMs)));
  }

  #claimOne(request: ClaimRequest, rows: Rows, nowMs: number): ClaimOutcome {
    const { key, earlier = [] } = request;
    const token = this.#newId();
    if (earlier.some((other) => livesOn(rows.get(other), nowMs))) return { kind: "done" };
    const { outcome, record } = claimRecord(rows.get(key), request, nowMs, token);
    if (record !== undefined) this.#hold(this.#write(key, record, rows));
    if (outcome.kind === "granted" && record !== undefined)
      for (const other of earlier) if (!isKnown(rows.get(other), nowMs)) this.#write(other, supersededBy(record), rows);
    return outcome;
  }

  #find(keys: readonly string[]): Rows {
    return new KeyedRows<Row>(this.#database, FIND, keys);
  }

  #hold(row: Row): void {
    if (row.state !== "held" && row.state !== "condemned") return;
    const oldest = this.#held.size < MOST_HELD ? undefined : this.#held.keys().next().value;
    if (oldest !== undefined) this.#held.delete(oldest);
    this.#held.set(row.key, row);
  }

  #write(key: string, record: ClaimRecord, rows: Rows): Row {
    const { digest, state, token, started, finished, untilMs, expiresAtMs } = record;
    const found = rows.get(key);
    let id = found?.id;
    if (found === undefined || id === undefined) {
      const insert = this.#database.prepare(INSERT);
      id = Number(insert.run(rows.slotOf(key), key, digest, state, token, started, finished, untilMs, expiresAtMs).lastInsertRowid);
    } else if (isStep(found, record)) this.#database.prepare(STEP).run(...stepOf(record), id);
    else this.#database.prepare(REPLACE).run(digest, state, token, started, finished, untilMs, expiresAtMs, id);
    const row = { id, key, digest, state, token, started, finished, untilMs, expiresAtMs };
    rows.set(row);
    return row;
  }
}

const isStep = (found: ClaimRecord, { digest, token, expiresAtMs }: ClaimRecord): boolean =>
  digest === found.digest && token === found.token && expiresAtMs === found.expiresAtMs;

const stepOf = ({ state, started, finished, untilMs }: ClaimRecord): readonly [string, number, number, number] => [
  state,
  started,
  finished,
  untilMs,
];

/** The effect committed or rolled back by itself. What it wrote may be on disk, and is said to have failed. */
class TransactionEnded extends TypeError {}

/** In a savepoint of its own, so that one failing effect does not undo its neighbours in the group commit. */
function applyEffect(database: DatabaseSync, effect: Effect<never>): { readonly effectFailed: unknown } | undefined {
  const transaction: SqliteTransaction = { prepare: (sql) => database.prepare(sql), exec: (sql) => database.exec(sql) };
  database.exec("SAVEPOINT effect");
  try {
    runEffect(effect, transaction);
    database.exec("RELEASE effect");
    return undefined;
  } catch (effectFailed) {
    // A full disk or a lost lock is not the effect's fault: the whole write fails, and is tried again (PSN-08).
    if (isOfTheFile(effectFailed)) throw effectFailed;
    undo(database, effectFailed);
    return { effectFailed };
  }
}

function undo(database: DatabaseSync, effectFailed: unknown): void {
  try {
    database.exec("ROLLBACK TO effect; RELEASE effect");
  } catch (error) {
    if (isOfTheFile(error)) throw error;
    throw new TransactionEnded("an effect must not end the transaction that it runs in", { cause: effectFailed });
  }
}
