// The trail in a SQLite file: each entry's hash covers the one before it, so that any change is found (OPS-01).
// Someone who can write the file can also rebuild the whole chain: keep its head elsewhere and verify against that.
import { digestOf } from "../envelope/signing-input.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { Trail, TrailEntry } from "../ports/trail.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";

export interface StoredEntry extends TrailEntry {
  readonly seq: number;
  readonly atMs: number;
  readonly hash: string;
}

export type TrailVerdict =
  | { readonly intact: true; readonly entries: number; readonly head: string }
  /** The first entry that does not follow from those before it. */
  | { readonly intact: false; readonly brokenAt: number };

interface Row {
  readonly seq: number;
  readonly atMs: number;
  readonly entry: string;
  readonly hash: string;
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS sallyport_trail (
  seq INTEGER PRIMARY KEY, atMs INTEGER NOT NULL, entry TEXT NOT NULL, hash TEXT NOT NULL)`;
const INSERT = "INSERT INTO sallyport_trail (seq, atMs, entry, hash) VALUES (?, ?, ?, ?)";
const BEGINNING = "0".repeat(64);
const PAGE = 1000;

export class SqliteTrail implements Trail {
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

  /** In order, from the entry after `after`. */
  list(page: { readonly limit: number; readonly after?: number }): readonly StoredEntry[] {
    return this.#rows(page.after ?? 0, page.limit).map((row) => ({
      ...(JSON.parse(row.entry) as TrailEntry),
      seq: row.seq,
      atMs: row.atMs,
      hash: row.hash,
    }));
  }

  /** Recomputes every hash. With `head`, also finds entries that were cut off at the end, or a chain built anew. */
  verify(head?: string): TrailVerdict {
    let previous = BEGINNING;
    let seq = 0;
    let headSeen = head === undefined || head === BEGINNING;
    for (let rows = this.#rows(0, PAGE); rows.length > 0; rows = this.#rows(seq, PAGE)) {
      for (const row of rows) {
        if (row.seq !== seq + 1 || !isWhole(row) || row.hash !== hashOf(previous, row)) return { intact: false, brokenAt: seq + 1 };
        ({ hash: previous, seq } = row);
        headSeen ||= row.hash === head;
      }
    }
    return headSeen ? { intact: true, entries: seq, head: previous } : { intact: false, brokenAt: seq + 1 };
  }

  #appendAll(appended: readonly (readonly TrailEntry[])[]): readonly undefined[] {
    // Another trail may be on the same file.
    const head = this.#database.keep("sallyport_trail", () => this.#head());
    const insert = this.#database.prepare(INSERT);
    const atMs = this.#clock.now();
    return appended.map((entries) => {
      for (const entry of entries) {
        const next = { seq: head.seq + 1, atMs, entry: JSON.stringify(entry) };
        head.hash = hashOf(head.hash, next);
        insert.run((head.seq = next.seq), atMs, next.entry, head.hash);
      }
      return undefined;
    });
  }

  /** Another process may have written since the last transaction, so that each reads it once. */
  #head(): { seq: number; hash: string } {
    const row = this.#database.prepare("SELECT seq, hash FROM sallyport_trail ORDER BY seq DESC LIMIT 1").get();
    return { seq: 0, hash: BEGINNING, ...row };
  }

  #rows(after: number, limit: number): readonly Row[] {
    const sql = "SELECT seq, atMs, entry, hash FROM sallyport_trail WHERE seq > ? ORDER BY seq LIMIT ?";
    return this.#database.read(() => this.#database.prepare(sql).all(after, limit)) as unknown as readonly Row[];
  }
}

/** Unambiguous: neither a hash nor a number has a space in it, and the entry is the rest. */
const hashOf = (previous: string, row: Pick<Row, "seq" | "atMs" | "entry">): string =>
  digestOf(`${previous} ${row.seq} ${row.atMs} ${row.entry}`);

/** A column takes text as well, which could hold what the next one began with. */
const isWhole = (row: Row): boolean => Number.isSafeInteger(row.atMs) && typeof row.entry === "string";
