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

export interface SqliteClaimsOptions {
  readonly clock?: Clock;
  readonly newId?: NewId;
}

/** What an effect is handed: the open transaction of the claim. It must not commit or roll back itself. */
export type SqliteTransaction = Pick<DatabaseSync, "prepare" | "exec">;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sallyport_claims (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, state TEXT NOT NULL, token TEXT NOT NULL,
    started INTEGER NOT NULL, finished INTEGER NOT NULL, untilMs INTEGER NOT NULL, expiresAtMs INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sallyport_claims_expiry ON sallyport_claims (expiresAtMs)`;
const FIND = "SELECT digest, state, token, started, finished, untilMs, expiresAtMs FROM sallyport_claims WHERE key = ?";
const COLUMNS = "key, digest, state, token, started, finished, untilMs, expiresAtMs";
const INSERT = `INSERT INTO sallyport_claims (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`;
const REPLACE = `INSERT OR REPLACE INTO sallyport_claims (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
// What a change may change.
const CHANGE = "UPDATE sallyport_claims SET state = ?, started = ?, finished = ?, untilMs = ?, expiresAtMs = ? WHERE key = ?";
// A few more than are claimed, so that the table does not grow for ever and no claim pays for all that has expired.
const FORGET_MORE = 64;
const FORGET = "DELETE FROM sallyport_claims WHERE key IN (SELECT key FROM sallyport_claims WHERE expiresAtMs <= ? LIMIT ?)";

export class SqliteClaims implements ClaimStore {
  readonly name = "sqlite";
  readonly persists = true;
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;
  readonly #newId: NewId;

  constructor(database: SqliteDatabase, options: SqliteClaimsOptions = {}) {
    this.#database = database;
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? randomId;
    database.define(SCHEMA);
  }

  claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimOutcome[]> {
    return this.#database.write(() => {
      const nowMs = this.#clock.now();
      this.#database.prepare(FORGET).run(nowMs, requests.length + FORGET_MORE);
      return requests.map((request) => this.#claimOne(request, nowMs));
    });
  }

  change(changes: readonly ClaimChange[]): Promise<readonly ChangeOutcome[]> {
    return Promise.all(changes.map((change) => this.#changeOne(change)));
  }

  async #changeOne(change: ClaimChange): Promise<ChangeOutcome> {
    try {
      return await this.#database.write((database) => this.#apply(database, change));
    } catch (error) {
      // Said of the effect and not of the store: the attempt fails, and consumption does not wait for it to get better.
      if (error instanceof TransactionEnded) return { effectFailed: error };
      throw error;
    }
  }

  #apply(database: DatabaseSync, change: ClaimChange): ChangeOutcome {
    const record = changeRecord(this.#find(change.key), change, this.#clock.now());
    if (record === undefined) return "lost";
    if (change.kind === "commit" && change.effect !== undefined) {
      const failed = applyEffect(database, change.effect);
      if (failed !== undefined) return failed;
    }
    const { state, started, finished, untilMs, expiresAtMs } = record;
    this.#database.prepare(CHANGE).run(state, started, finished, untilMs, expiresAtMs, change.key);
    return "changed";
  }

  #find(key: string): ClaimRecord | undefined {
    return this.#database.prepare(FIND).get(key) as ClaimRecord | undefined;
  }

  #claimOne(request: ClaimRequest, nowMs: number): ClaimOutcome {
    const token = this.#newId();
    return request.earlier === undefined
      ? this.#claimKey(request, nowMs, token)
      : this.#claimRedriven(request, request.earlier, nowMs, token);
  }

  #claimRedriven(request: ClaimRequest, earlier: readonly string[], nowMs: number, token: string): ClaimOutcome {
    if (earlier.some((key) => livesOn(this.#find(key), nowMs))) return { kind: "done" };
    const outcome = this.#claimKey(request, nowMs, token);
    const granted = outcome.kind === "granted" ? this.#find(request.key) : undefined;
    if (granted !== undefined)
      for (const key of earlier) if (!isKnown(this.#find(key), nowMs)) this.#write(REPLACE, key, supersededBy(granted));
    return outcome;
  }

  /** Most messages are new: their claim is written without a look, and stands if nothing was there. */
  #claimKey(request: ClaimRequest, nowMs: number, token: string): ClaimOutcome {
    const anew = claimRecord(undefined, request, nowMs, token);
    if (anew.record !== undefined && this.#write(INSERT, request.key, anew.record)) return anew.outcome;
    const { outcome, record } = claimRecord(this.#find(request.key), request, nowMs, token);
    if (record !== undefined) this.#write(REPLACE, request.key, record);
    return outcome;
  }

  #write(sql: string, key: string, record: ClaimRecord): boolean {
    const { digest, state, token, started, finished, untilMs, expiresAtMs } = record;
    return this.#database.prepare(sql).run(key, digest, state, token, started, finished, untilMs, expiresAtMs).changes === 1;
  }
}

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
