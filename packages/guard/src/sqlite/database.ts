// One SQLite file, several processes: write-ahead log, every commit on disk before it is answered, and one
// transaction for all the work that was asked for in the same turn of the event loop (group commit).
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { SallyportError } from "../errors.ts";
import { isBusy, isOfTheFile, storeError } from "./failure.ts";
import { FileIdentity } from "./identity.ts";

export interface SqliteOptions {
  /** How long to wait for another process's transaction before the work is refused, in milliseconds. Default 5000. */
  readonly lockTimeoutMs?: number;
}

/** Answers each item in its place. */
type Kind<Item, Result> = (items: readonly Item[], database: DatabaseSync) => readonly Result[];

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Work of one kind, and who waits for each piece of it. */
interface Work {
  readonly kind: Kind<unknown, unknown>;
  readonly items: unknown[];
  readonly waiting: Waiting[];
}

const DEFAULT_LOCK_TIMEOUT_MS = 5000;
// Keys are random, so that one transaction touches many pages: they must fit, and be copied from the log rarely.
const CACHE_KIB = 32_000;
const CHECKPOINT_PAGES = 4000;
// A wait inside SQLite blocks the event loop, so each is short and the rest of the waiting is done outside.
const BUSY_TIMEOUT_MS = 20;

export class SqliteDatabase {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #identity: FileIdentity;
  readonly #statements = new Map<string, StatementSync>();
  readonly #lockTimeoutMs: number;
  readonly #kept = new Map<string, object>();
  #queue = new Map<Kind<unknown, unknown>, Work>();
  #flushing: Promise<void> | undefined;
  #closed = false;

  /**
   * @throws {SallyportError} `ERR_STORE_UNAVAILABLE` when the file cannot be opened, `ERR_STORE_CORRUPT` when it is not
   * a database, `ERR_CONFIG_INVALID` when it is not a file.
   */
  constructor(path: string, options: SqliteOptions = {}) {
    this.path = path;
    this.#lockTimeoutMs = options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS;
    try {
      this.#database = new DatabaseSync(path, { timeout: this.#lockTimeoutMs });
    } catch (cause) {
      throw storeError(path, "cannot be opened", cause);
    }
    try {
      this.#identity = new FileIdentity(this.#prepareFile());
    } catch (cause) {
      this.#database.close();
      throw storeError(path, "cannot be opened", cause);
    }
  }

  /** Creates tables. Statements must be safe to repeat (`IF NOT EXISTS`). Done at start, so it may block for the lock. */
  define(sql: string): void {
    this.#database.exec(`PRAGMA busy_timeout = ${this.#lockTimeoutMs}`);
    try {
      this.#identity.check();
      this.#database.exec(`BEGIN IMMEDIATE; ${sql}; COMMIT`);
    } catch (cause) {
      this.#rollback();
      throw storeError(this.path, "cannot be prepared", cause);
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
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

  /** What was read once in this transaction and is kept current by whoever reads it: for use inside {@link write}. */
  keep<T extends object>(name: string, read: () => T): T {
    let kept = this.#kept.get(name) as T | undefined;
    if (kept === undefined) this.#kept.set(name, (kept = read()));
    return kept;
  }

  /**
   * Resolves with what `run` returned once it is on disk, together with everything else that was asked for at
   * the same time. Rejects with `ERR_STORE_*` when the file failed, and with what `run` threw when `run` failed;
   * either way nothing of it was kept. When a neighbour fails, `run` is rolled back and called once more.
   */
  write<T>(run: (database: DatabaseSync) => T): Promise<T> {
    return this.#ask((_items, database) => [run(database)], undefined);
  }

  /**
   * As {@link write}, for what is asked for one by one and done together: `run` is given all items of one transaction,
   * in the order in which they came, and answers each in its place.
   */
  batched<Item, Result>(run: Kind<Item, Result>): (item: Item) => Promise<Result> {
    return (item) => this.#ask<Result>(run as Kind<unknown, Result>, item);
  }

  #ask<T>(kind: Kind<unknown, T>, item: unknown): Promise<T> {
    if (this.#closed) return Promise.reject(storeError(this.path, "is closed", undefined));
    return new Promise<T>((resolve, reject) => {
      let work = this.#queue.get(kind);
      if (work === undefined) this.#queue.set(kind, (work = { kind, items: [], waiting: [] }));
      work.items.push(item);
      work.waiting.push({ resolve, reject });
      this.#flushing ??= this.#flushNext();
    });
  }

  /** Not before everybody who was answered has had a turn to ask for more: it shares the transaction. */
  #flushNext(): Promise<void> {
    return new Promise<void>((done) => setImmediate(done)).then(() => this.#flush());
  }

  read<T>(run: (database: DatabaseSync) => T): T {
    if (!this.#database.isOpen) throw storeError(this.path, "is closed", undefined);
    try {
      return run(this.#database);
    } catch (cause) {
      throw isOfTheFile(cause) ? storeError(this.path, "cannot be read", cause) : cause;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // What was asked for before is done before.
    while (this.#flushing !== undefined) await this.#flushing;
    this.#database.close();
  }

  async #flush(): Promise<void> {
    const batch = [...this.#queue.values()];
    this.#queue = new Map();
    await this.#commit(batch);
    this.#flushing = this.#queue.size > 0 ? this.#flushNext() : undefined;
  }

  async #commit(batch: readonly Work[]): Promise<void> {
    try {
      await this.#begin();
    } catch (cause) {
      return this.#refuse(batch, cause);
    }
    try {
      const results = this.#runAll(batch);
      for (const [which, { waiting }] of batch.entries())
        for (const [index, { resolve }] of waiting.entries()) resolve(results[which]?.[index] as never);
    } catch (cause) {
      const each = batch.flatMap(pieces);
      if (isOfTheFile(cause)) this.#refuse(batch, cause);
      else if (each.length === 1) each[0]!.waiting[0]!.reject(cause);
      // One of them failed and undid the others: each for itself, so that only that one fails.
      else for (const piece of each) await this.#commit([piece]);
    }
  }

  #refuse(batch: readonly Work[], cause: unknown): void {
    const error = storeError(this.path, "cannot be written", cause);
    for (const { waiting } of batch) for (const { reject } of waiting) reject(error);
  }

  async #begin(): Promise<void> {
    const end = performance.now() + this.#lockTimeoutMs;
    this.#rollback();
    for (;;) {
      this.#identity.check();
      try {
        this.#database.exec("BEGIN IMMEDIATE");
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  #runAll(batch: readonly Work[]): readonly (readonly unknown[])[] {
    this.#kept.clear();
    try {
      const results = batch.map(({ kind, items }) => kind(items, this.#database));
      this.#database.exec("COMMIT");
      return results;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  #rollback(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    } catch {
      // A file that does not answer: the transaction is tried again to be rolled back before the next one begins.
    }
  }

  /** Answers with the path that SQLite opened. */
  #prepareFile(): string {
    const { file } = this.#database.prepare("SELECT file FROM pragma_database_list WHERE name = 'main'").get() as { readonly file: string };
    const mode = this.#database.prepare("PRAGMA journal_mode = WAL").get() as { readonly journal_mode: string };
    if (mode.journal_mode !== "wal") {
      throw new SallyportError(
        "ERR_CONFIG_INVALID",
        `the database keeps its journal in mode "${mode.journal_mode}", not in a write-ahead log`,
        {
          place: this.path,
          remedy: "Give the path of a file on a disk of this machine; for what may be lost use the stores in memory.",
        },
      );
    }
    this.#database.exec(
      `PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -${CACHE_KIB}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`,
    );
    return file;
  }
}

const pieces = ({ kind, items, waiting }: Work): readonly Work[] =>
  waiting.map((one, index) => ({ kind, items: [items[index]], waiting: [one] }));
