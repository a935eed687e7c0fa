// Where a key is looked for. Keys are random to their first byte: an index of the keys themselves, or a table in their
// order, has every transaction write most of its pages. Rows are kept in the order in which they came instead, and
// found by a number that is small; what is found is told apart by the whole key.
import { digestOf } from "../envelope/signing-input.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";

interface Keyed {
  readonly id: number;
  readonly key: string;
}

/** The rows of some keys, kept current by whoever writes them in the same transaction. */
export class KeyedRows<Row extends Keyed> {
  readonly #slots = new Map<string, number>();
  readonly #rows = new Map<string, Row>();

  /** `sql` is given the slots as a JSON array. For use inside a write. */
  constructor(database: SqliteDatabase, sql: string, keys: readonly string[]) {
    for (const key of keys) this.#slots.set(key, slotOf(key));
    const found = database.prepare(sql).all(JSON.stringify([...this.#slots.values()])) as unknown as Row[];
    for (const row of found) this.#rows.set(row.key, row);
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  slotOf(key: string): number {
    return this.#slots.get(key) ?? slotOf(key);
  }

  set(row: Row): void {
    this.#rows.set(row.key, row);
  }
}

/** 48 bits of the digest: nobody can choose keys that gather in one slot, and every number of JavaScript holds it. */
export function slotOf(key: string): number {
  return Number.parseInt(digestOf(key).slice(0, 12), 16);
}
