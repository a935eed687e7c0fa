// One SQLite file, several processes: write-ahead log, every commit on disk before it is answered, and one
// transaction for all the work that was asked for in the same turn of the event loop (group commit).
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { SallyportError } from "../errors.ts";

export interface SqliteOptions {
  /** How long to wait for another process's transaction before the work is refused, in milliseconds. Default 5000. */
  readonly lockTimeoutMs?: number;
}

interface Work {
  readonly run: (database: DatabaseSync) => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

const DEFAULT_LOCK_TIMEOUT_MS = 5000;
// A wait inside SQLite blocks the event loop, so each is short and the rest of the waiting is done outside.
const BUSY_TIMEOUT_MS = 20;
const SQLITE_BUSY = 5;

export class SqliteDatabase {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #lockTimeoutMs: number;
  #queue: Work[] = [];
  #flushing: Promise<void> | undefined;
  #closed = false;

  /** @throws {SallyportError} `ERR_STORE_UNAVAILABLE` when the file cannot be opened or is not a database. */
  constructor(path: string, options: SqliteOptions = {}) {
    this.path = path;
    this.#lockTimeoutMs = options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS;
    try {
      this.#database = new DatabaseSync(path, { timeout: DEFAULT_LOCK_TIMEOUT_MS });
      this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    } catch (cause) {
      throw unavailable("cannot be opened", cause, "Check that the path exists, is a database and can be written.");
    }
  }

  /** Creates tables. Statements must be safe to repeat (`IF NOT EXISTS`). */
  define(sql: string): void {
    try {
      this.#database.exec(`BEGIN IMMEDIATE; ${sql}; COMMIT`);
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw unavailable("cannot be prepared", cause, "Check that the file and its folder can be written and that the disk has room.");
    }
    this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  }

  /** A prepared statement, kept. For use inside {@link write} and {@link read}. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /**
   * Resolves with what `run` returned once it is on disk, together with everything else that was asked for at
   * the same time. Rejects with `ERR_STORE_UNAVAILABLE` when nothing of it was kept.
   */
  write<T>(run: (database: DatabaseSync) => T): Promise<T> {
    if (this.#closed) return Promise.reject(unavailable("is closed", undefined, "Open it again."));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run, resolve, reject });
      this.#flushing ??= new Promise<void>((done) => setImmediate(done)).then(() => this.#flush());
    });
  }

  read<T>(run: (database: DatabaseSync) => T): T {
    try {
      return run(this.#database);
    } catch (cause) {
      throw unavailable("cannot be read", cause, "See the cause; reading goes on when it can.");
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#flushing;
    this.#database.close();
  }

  async #flush(): Promise<void> {
    const batch = this.#queue;
    this.#queue = [];
    try {
      await this.#begin();
      const results = this.#runAll(batch);
      for (const [index, work] of batch.entries()) work.resolve(results[index] as never);
    } catch (cause) {
      const error = unavailable("cannot be written", cause, "Nothing was kept. See the cause: a full disk, a lock or permissions.");
      for (const work of batch) work.reject(error);
    }
    this.#flushing = this.#queue.length > 0 ? Promise.resolve().then(() => this.#flush()) : undefined;
  }

  async #begin(): Promise<void> {
    const end = performance.now() + this.#lockTimeoutMs;
    for (;;) {
      try {
        this.#database.exec("BEGIN IMMEDIATE");
        return;
      } catch (error) {
        if ((error as { errcode?: number }).errcode !== SQLITE_BUSY || performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  #runAll(batch: readonly Work[]): unknown[] {
    try {
      const results = batch.map((work) => work.run(this.#database));
      this.#database.exec("COMMIT");
      return results;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

const unavailable = (what: string, cause: unknown, remedy: string): SallyportError =>
  new SallyportError("ERR_STORE_UNAVAILABLE", `the SQLite file ${what}`, { remedy, cause });
