// The trail in a SQLite file, in a chain of hashes. Someone who can write the file can also rebuild the whole chain: keep
// its head elsewhere and verify against that (OPS-01).
import { type Clock, systemClock } from "../ports/clock.ts";
import type { KeptTrail, StoredEntry, TrailEntry, TrailVerdict } from "../ports/trail.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";
import { EMPTY, type Head, type Link, linked, storedOf, verified } from "./trail-chain.ts";

const SCHEMA = `CREATE TABLE IF NOT EXISTS sallyport_trail (
  seq INTEGER PRIMARY KEY, atMs INTEGER NOT NULL, entry TEXT NOT NULL, hash TEXT NOT NULL)`;
const INSERT = "INSERT INTO sallyport_trail (seq, atMs, entry, hash) VALUES (?, ?, ?, ?)";

export class SqliteTrail implements KeptTrail {
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;
  readonly #append: (entries: readonly TrailEntry[]) => Promise<void>;

  constructor(database: SqliteDatabase, options: { readonly clock?: Clock } = {}) {
    this.#database = database;
    this.#clock = options.clock ?? systemClock;
    this.#append = database.batched((appended) => this.#appendAll(appended));
    database.define(SCHEMA);
  }

  append(entries: readonly TrailEntry[]): Promise<void> {
    return this.#append(entries);
  }

  async list(page: { readonly limit: number; readonly after?: number }): Promise<readonly StoredEntry[]> {
    return this.#links(page.after ?? 0, page.limit).map(storedOf);
  }

  verify(head?: string): Promise<TrailVerdict> {
    return verified(async (after, limit) => this.#links(after, limit), head);
  }

  #appendAll(appended: readonly (readonly TrailEntry[])[]): readonly undefined[] {
    // Another trail may be on the same file.
    const head = this.#database.keep("sallyport_trail", () => this.#head());
    const insert = this.#database.prepare(INSERT);
    const atMs = this.#clock.now();
    return appended.map((entries) => {
      for (const { seq, entry, hash } of linked(head, entries, atMs)) {
        insert.run(seq, atMs, entry, hash);
        Object.assign(head, { seq, hash });
      }
      return undefined;
    });
  }

  /** Another process may have written since the last transaction, so that each reads it once. */
  #head(): Head {
    const row = this.#database.prepare("SELECT seq, hash FROM sallyport_trail ORDER BY seq DESC LIMIT 1").get();
    return { ...EMPTY, ...row };
  }

  #links(after: number, limit: number): readonly Link[] {
    const sql = "SELECT seq, atMs, entry, hash FROM sallyport_trail WHERE seq > ? ORDER BY seq LIMIT ?";
    return this.#database.read(() => this.#database.prepare(sql).all(after, limit)) as unknown as readonly Link[];
  }
}
