// Rates, quotas, loop budgets and the call ledger in PostgreSQL: shared by every process that reaches the server.
import { type Clock, systemClock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import type { Ledger, LedgerEnd, LedgerEntry, LedgerOutcome, LimitStore, Spend } from "../ports/limits.ts";
import { ledgerStatements, type LedgerStatements, type LimitStatements, limitStatements } from "../postgres/limit-statements.ts";
import type { Postgres, PostgresClient } from "../postgres/postgres.ts";
import { Unanswered } from "./unanswered.ts";

type Refused = { readonly refused: number; readonly retryAfterMs: number };

const FORGET_EVERY_MS = 1000;
const FORGET_MOST = 10_000;

/** One row a spend: exact over any window. The lock of the key's counter decides who spends first. */
export class PostgresLimits implements LimitStore {
  readonly #postgres: Postgres;
  readonly #sql: LimitStatements;
  readonly #clock: Clock | undefined;
  readonly #forget: () => Promise<void>;

  /** `clock`: in place of the server's own, for tests. */
  constructor(postgres: Postgres, { clock }: { readonly clock?: Clock } = {}) {
    this.#postgres = postgres;
    this.#sql = limitStatements(postgres.schema);
    this.#clock = clock;
    this.#forget = forgetting(postgres, this.#sql.forget, clock);
    postgres.define("counters", this.#sql.counters);
    postgres.define("spends", this.#sql.spends);
  }

  async spend(spends: readonly Spend[]): Promise<Refused | undefined> {
    await this.#forget();
    try {
      await this.#postgres.transaction((client) => this.#spendAll(client, spends));
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.refused;
      throw error;
    }
  }

  /** In order of key, so that no two calls wait for each other. */
  async #spendAll(client: PostgresClient, spends: readonly Spend[]): Promise<void> {
    const inOrder = [...spends.entries()].sort(([, one], [, other]) => (one.key < other.key ? -1 : 1));
    let refused: Refused | undefined;
    for (const [index, { key, limit, windowMs }] of inOrder) {
      const givenMs = this.#clock?.now() ?? null;
      const { rows: counted } = await client.query(this.#sql.lock, [key, givenMs]);
      const { rows } = await client.query(this.#sql.spend, [key, counted[0]?.["last"], limit, windowMs, givenMs]);
      const blocking = rows[0];
      if (blocking !== undefined && (refused === undefined || index < refused.refused))
        refused = { refused: index, retryAfterMs: Number(blocking["ms"]) };
    }
    if (refused !== undefined) throw new Refusal(refused);
  }
}

/** Rolls back what the other spends of the call have taken. */
class Refusal extends Error {
  readonly refused: Refused;

  constructor(refused: Refused) {
    super("refused");
    this.refused = refused;
  }
}

export class PostgresLedger implements Ledger {
  readonly #postgres: Postgres;
  readonly #sql: LedgerStatements;
  readonly #clock: Clock | undefined;
  readonly #newId: NewId;
  readonly #unanswered = new Unanswered();
  readonly #forget: () => Promise<void>;

  /** `clock`: in place of the server's own, for tests. */
  constructor(postgres: Postgres, { clock, newId = randomId }: { readonly clock?: Clock; readonly newId?: NewId } = {}) {
    this.#postgres = postgres;
    this.#sql = ledgerStatements(postgres.schema);
    this.#clock = clock;
    this.#newId = newId;
    this.#forget = forgetting(postgres, this.#sql.forget, clock);
    postgres.define("calls", this.#sql.table);
  }

  async begin(entry: LedgerEntry): Promise<LedgerOutcome> {
    const call = `${entry.digest} ${entry.key}`;
    const token = this.#unanswered.take(call) ?? this.#newId();
    try {
      await this.#forget();
      return await this.#begin(entry, token);
    } catch (error) {
      // It may have begun, and nobody carries it out.
      this.#unanswered.put(call, token);
      throw error;
    }
  }

  async #begin({ key, digest, eventId, leaseMs, rememberMs }: LedgerEntry, token: string): Promise<LedgerOutcome> {
    for (;;) {
      const values = [key, digest, eventId, token, leaseMs, rememberMs, this.#clock?.now() ?? null];
      const [begun] = await this.#postgres.query(this.#sql.begin, values);
      if (begun !== undefined) return { kind: "begun", token, eventId: begun["event_id"] };
      const [found] = await this.#postgres.query(this.#sql.find, [key, this.#clock?.now() ?? null]);
      if (found === undefined) continue;
      if (found["digest"] !== digest) return { kind: "conflict" };
      if (found["result"] !== null) return { kind: "finished", result: found["result"] };
      const forMs = Number(found["for_ms"]);
      // Else its lease has ended between the two statements, and it can be begun now.
      if (forMs > 0) return { kind: "in-flight", forMs };
    }
  }

  async end(key: string, token: string, end: LedgerEnd): Promise<void> {
    if (end.kind === "refused") return void (await this.#postgres.query(this.#sql.remove, [key, token]));
    const result = end.kind === "finished" ? end.result : null;
    await this.#postgres.query(this.#sql.end, [key, token, result, this.#clock?.now() ?? null]);
  }
}

/** What is over is no longer looked at; it is removed now and then. */
function forgetting(postgres: Postgres, sql: string, clock: Clock | undefined): () => Promise<void> {
  let dueMs = 0;
  return async () => {
    const nowMs = (clock ?? systemClock).now();
    if (nowMs < dueMs) return;
    dueMs = nowMs + FORGET_EVERY_MS;
    await postgres.query(sql, [clock?.now() ?? null, FORGET_MOST]);
  };
}
