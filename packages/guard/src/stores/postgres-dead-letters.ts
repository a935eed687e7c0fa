// Dead letters in PostgreSQL: stored when `put` resolves, and so before anything is acknowledged (PSN-14).
import type { ErrorCode } from "../errors.ts";
import type { DeadLetter, DeadLetterFilter, DeadLetterStore } from "../ports/dead-letters.ts";
import type { Postgres, Row } from "../postgres/postgres.ts";

const COLUMNS = "id, group_name, destination, code, step, attempts, died_at_ms, bytes, event";

export class PostgresDeadLetters implements DeadLetterStore {
  readonly #postgres: Postgres;
  readonly #table: string;

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
    this.#table = `${postgres.schema}.dead_letters`;
    // What hostile bytes hold is no text: only `bytes` has any of it. Ids are compared as bytes, as in every other store.
    const columns = `id text COLLATE "C" PRIMARY KEY, group_name text NOT NULL, destination text NOT NULL, code text NOT NULL,
      step text NOT NULL, attempts bigint NOT NULL, died_at_ms bigint NOT NULL, bytes bytea NOT NULL, event text`;
    postgres.define(
      "dead_letters",
      `CREATE TABLE IF NOT EXISTS ${this.#table} (${columns});
      CREATE INDEX IF NOT EXISTS dead_letters_order ON ${this.#table} (died_at_ms, id)`,
    );
  }

  async put(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    // In order of id: two that put the same letters would wait for each other.
    const inOrder = letters.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    const column = (of: (letter: DeadLetter) => unknown): unknown[] => inOrder.map(of);
    const sql = `INSERT INTO ${this.#table} (${COLUMNS}) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[],
      $5::text[], $6::bigint[], $7::bigint[], $8::bytea[], $9::text[]) ON CONFLICT (id) DO NOTHING`;
    await this.#postgres.query(sql, [
      column(({ id }) => id),
      column(({ group }) => group),
      column(({ destination }) => destination),
      column(({ code }) => code),
      column(({ step }) => step),
      column(({ attempts }) => attempts),
      column(({ diedAtMs }) => diedAtMs),
      column(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
      column(({ event }) => (event === undefined ? null : JSON.stringify(event))),
    ]);
  }

  async list(filter: DeadLetterFilter, page: { readonly limit: number; readonly after?: string }): Promise<readonly DeadLetter[]> {
    const sql = `SELECT ${COLUMNS} FROM ${this.#table}
      WHERE ($1::text IS NULL OR group_name = $1) AND ($2::text IS NULL OR destination = $2) AND ($3::text IS NULL OR code = $3)
        AND ($4::text IS NULL OR (died_at_ms, id) > (SELECT died_at_ms, id FROM ${this.#table} WHERE id = $4))
      ORDER BY died_at_ms, id LIMIT $5`;
    const values = [filter.group ?? null, filter.destination ?? null, filter.code ?? null, page.after ?? null, page.limit];
    return (await this.#postgres.query(sql, values)).map(letterOf);
  }

  async get(id: string): Promise<DeadLetter | undefined> {
    const [row] = await this.#postgres.query(`SELECT ${COLUMNS} FROM ${this.#table} WHERE id = $1`, [id]);
    return row === undefined ? undefined : letterOf(row);
  }

  async remove(ids: readonly string[]): Promise<number> {
    return (await this.#postgres.query(`DELETE FROM ${this.#table} WHERE id = ANY($1::text[]) RETURNING id`, [ids])).length;
  }
}

const letterOf = (row: Row): DeadLetter => ({
  id: row["id"],
  group: row["group_name"],
  destination: row["destination"],
  code: row["code"] as ErrorCode,
  step: row["step"],
  attempts: Number(row["attempts"]),
  diedAtMs: Number(row["died_at_ms"]),
  bytes: new Uint8Array(row["bytes"]),
  ...(row["event"] === null ? {} : { event: JSON.parse(row["event"]) as NonNullable<DeadLetter["event"]> }),
});
