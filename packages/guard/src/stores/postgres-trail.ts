// The trail in PostgreSQL: one chain of hashes, whichever process appends to it. Who may write the table can rebuild the
// chain: give the guard's user INSERT and SELECT on it alone, and keep its head elsewhere (OPS-01).
import { type Clock } from "../ports/clock.ts";
import type { KeptTrail, StoredEntry, TrailEntry, TrailVerdict } from "../ports/trail.ts";
import { nowOf, type Postgres, type PostgresClient, type Row } from "../postgres/postgres.ts";
import { Gathered } from "./gathered.ts";
import { EMPTY, type Link, linked, storedOf, verified } from "./trail-chain.ts";

export class PostgresTrail implements KeptTrail {
  readonly #postgres: Postgres;
  readonly #table: string;
  readonly #clock: Clock | undefined;
  readonly #appends = new Gathered<readonly TrailEntry[], undefined>((appended) => this.#appendAll(appended));

  /** `clock`: in place of the server's own, for tests. */
  constructor(postgres: Postgres, { clock }: { readonly clock?: Clock } = {}) {
    this.#postgres = postgres;
    this.#table = `${postgres.schema}.trail`;
    this.#clock = clock;
    const columns = "seq bigint PRIMARY KEY, at_ms bigint NOT NULL, entry text NOT NULL, hash text NOT NULL";
    postgres.define("trail", `CREATE TABLE IF NOT EXISTS ${this.#table} (${columns})`);
  }

  append(entries: readonly TrailEntry[]): Promise<void> {
    return this.#appends.ask(entries);
  }

  async list({ after = 0, limit }: { readonly limit: number; readonly after?: number }): Promise<readonly StoredEntry[]> {
    return (await this.#links(after, limit)).map(storedOf);
  }

  verify(head?: string): Promise<TrailVerdict> {
    return verified((after, limit) => this.#links(after, limit), head);
  }

  async #appendAll(appended: readonly (readonly TrailEntry[])[]): Promise<readonly undefined[]> {
    const entries = appended.flat();
    if (entries.length > 0) await this.#postgres.transaction((client) => this.#link(client, entries));
    return appended.map(() => undefined);
  }

  /** One at a time: who waited for the lock sees, in a statement of its own, what the one before has committed. */
  async #link(client: PostgresClient, entries: readonly TrailEntry[]): Promise<void> {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [this.#table]);
    const head = `SELECT ${nowOf(1)} AS now_ms, last.seq, last.hash FROM (SELECT) AS one
      LEFT JOIN (SELECT seq, hash FROM ${this.#table} ORDER BY seq DESC LIMIT 1) AS last ON true`;
    const { rows } = await client.query(head, [this.#clock?.now() ?? null]);
    const { now_ms: nowMs, seq, hash } = rows[0] ?? {};
    const links = linked(seq === null ? EMPTY : { seq: Number(seq), hash }, entries, Number(nowMs));
    const insert = `INSERT INTO ${this.#table} SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])`;
    const column = (of: (link: Link) => unknown): unknown[] => links.map(of);
    await client.query(insert, [
      column((link) => link.seq),
      column(({ atMs }) => atMs),
      column(({ entry }) => entry),
      column((link) => link.hash),
    ]);
  }

  async #links(after: number, limit: number): Promise<readonly Link[]> {
    const sql = `SELECT seq, at_ms, entry, hash FROM ${this.#table} WHERE seq > $1 ORDER BY seq LIMIT $2`;
    return (await this.#postgres.query(sql, [after, limit])).map(linkOf);
  }
}

const linkOf = (row: Row): Link => ({ seq: Number(row["seq"]), atMs: Number(row["at_ms"]), entry: row["entry"], hash: row["hash"] });
