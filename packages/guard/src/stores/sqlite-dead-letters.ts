// Dead letters in a SQLite file.
import type { DeadLetter, DeadLetterFilter, DeadLetterStore } from "../ports/dead-letters.ts";
import type { SqliteDatabase } from "../sqlite/database.ts";
import { slotOf } from "./sqlite-slot.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sallyport_dead_letters (
    slot INTEGER NOT NULL, id TEXT NOT NULL, groupName TEXT NOT NULL, destination TEXT NOT NULL, code TEXT NOT NULL, step TEXT NOT NULL,
    attempts INTEGER NOT NULL, diedAtMs INTEGER NOT NULL, bytes BLOB NOT NULL, event TEXT
  );
  CREATE INDEX IF NOT EXISTS sallyport_dead_letters_slot ON sallyport_dead_letters (slot);
  CREATE INDEX IF NOT EXISTS sallyport_dead_letters_order ON sallyport_dead_letters (diedAtMs, id)`;
const OF = "slot = ?1 AND id = ?2";
const PUT = `INSERT INTO sallyport_dead_letters (slot, id, groupName, destination, code, step, attempts, diedAtMs, bytes, event)
  SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM sallyport_dead_letters WHERE ${OF})`;
const COLUMNS = "id, groupName, destination, code, step, attempts, diedAtMs, bytes, event";
const LIST = `SELECT ${COLUMNS} FROM sallyport_dead_letters
  WHERE (?1 IS NULL OR groupName = ?1) AND (?2 IS NULL OR destination = ?2) AND (?3 IS NULL OR code = ?3)
    AND (?4 IS NULL OR (diedAtMs, id) > (SELECT diedAtMs, id FROM sallyport_dead_letters WHERE slot = ?5 AND id = ?4))
  ORDER BY diedAtMs, id LIMIT ?6`;

interface Row extends Omit<DeadLetter, "group" | "event"> {
  readonly groupName: string;
  readonly event: string | null;
}

export class SqliteDeadLetters implements DeadLetterStore {
  readonly #database: SqliteDatabase;
  readonly #put: (letters: readonly DeadLetter[]) => Promise<void>;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#put = database.batched((asked) => asked.map((letters) => this.#putAll(letters)));
    database.define(SCHEMA);
  }

  put(letters: readonly DeadLetter[]): Promise<void> {
    return this.#put(letters);
  }

  #putAll(letters: readonly DeadLetter[]): void {
    const put = this.#database.prepare(PUT);
    for (const { id, group, destination, code, step, attempts, diedAtMs, bytes, event } of letters)
      put.run(
        slotOf(id),
        id,
        group,
        destination,
        code,
        step,
        attempts,
        diedAtMs,
        bytes,
        event === undefined ? null : JSON.stringify(event),
      );
  }

  async list(filter: DeadLetterFilter, page: { readonly limit: number; readonly after?: string }): Promise<readonly DeadLetter[]> {
    const values = [
      filter.group ?? null,
      filter.destination ?? null,
      filter.code ?? null,
      page.after ?? null,
      slotOf(page.after ?? ""),
      page.limit,
    ];
    const rows = this.#database.read(() => this.#database.prepare(LIST).all(...values));
    return (rows as unknown as Row[]).map(fromRow);
  }

  async get(id: string): Promise<DeadLetter | undefined> {
    const row = this.#database.read(() =>
      this.#database.prepare(`SELECT ${COLUMNS} FROM sallyport_dead_letters WHERE ${OF}`).get(slotOf(id), id),
    );
    return row === undefined ? undefined : fromRow(row as unknown as Row);
  }

  remove(ids: readonly string[]): Promise<number> {
    return this.#database.write(() => {
      const remove = this.#database.prepare(`DELETE FROM sallyport_dead_letters WHERE ${OF}`);
      return ids.reduce((count, id) => count + Number(remove.run(slotOf(id), id).changes), 0);
    });
  }
}

function fromRow({ groupName, event, ...rest }: Row): DeadLetter {
  return { ...rest, group: groupName, ...(event === null ? {} : { event: JSON.parse(event) as NonNullable<DeadLetter["event"]> }) };
}
