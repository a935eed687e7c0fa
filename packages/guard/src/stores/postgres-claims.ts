// Claims in PostgreSQL: shared by every process that reaches the server, and in one transaction with effects that
// write to the same database: the transactional inbox (REP-10, REP-13).
import type { ChangeOutcome, ClaimChange, ClaimOutcome, ClaimRequest, ClaimStore, Effect } from "../ports/claim-store.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import { type ClaimStatements, claimStatements } from "../postgres/claim-statements.ts";
import { isOfTheServer, isOfTheStatement } from "../postgres/failure.ts";
import { Gathered } from "../postgres/gathered.ts";
import type { Postgres, PostgresClient, Row } from "../postgres/postgres.ts";
import { type ClaimRecord, claimRecord, isKnown, livesOn, supersededBy } from "./claim-record.ts";

export interface PostgresClaimsOptions {
  /** In place of the server's own: for tests. */
  readonly clock?: Clock;
  readonly newId?: NewId;
}

/** What an effect is handed: the transaction that commits the claim. It may await what it asks, and must not end it. */
export type PostgresTransaction = Pick<PostgresClient, "query">;

const FORGET_EVERY_MS = 1000;
const FORGET_MOST = 10_000;

export class PostgresClaims implements ClaimStore {
  readonly name = "postgres";
  readonly persists = true;
  readonly #postgres: Postgres;
  readonly #sql: ClaimStatements;
  readonly #clock: Clock | undefined;
  readonly #newId: NewId;
  readonly #changes = new Gathered<ClaimChange, ChangeOutcome>((changes) => this.#changeAll(changes), keyOf);
  #forgetAtMs = 0;

  constructor(postgres: Postgres, { clock, newId = randomId }: PostgresClaimsOptions = {}) {
    this.#postgres = postgres;
    this.#sql = claimStatements(postgres.schema);
    this.#clock = clock;
    this.#newId = newId;
    postgres.define("claims", this.#sql.table);
  }

  async claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimOutcome[]> {
    await this.#forget();
    const asked = requests.map((request) => ({ request, token: this.#newId() }));
    const granted = await this.#claimNew(asked.filter(({ request }) => !request.stale && request.earlier === undefined));
    const outcomes: ClaimOutcome[] = [];
    for (const { request, token } of asked) {
      if (granted.has(token)) outcomes.push({ kind: "granted", token, attempt: 1, failures: 0 });
      else outcomes.push(await this.#claimKnown(request, token));
    }
    return outcomes;
  }

  change(changes: readonly ClaimChange[]): Promise<readonly ChangeOutcome[]> {
    return Promise.all(
      changes.map((change) =>
        change.kind === "commit" && change.effect !== undefined ? this.#commitWith(change, change.effect) : this.#changes.ask(change),
      ),
    );
  }

  /** Most messages are new: their claims are written without a look, all in one statement. */
  async #claimNew(asked: readonly { readonly request: ClaimRequest; readonly token: string }[]): Promise<ReadonlySet<string>> {
    if (asked.length === 0) return new Set();
    const column = (of: (request: ClaimRequest) => unknown): unknown[] => asked.map(({ request }) => of(request));
    const rows = await this.#postgres.query(this.#sql.claimNew, [
      this.#givenMs(),
      column(({ key }) => key),
      column(({ digest }) => digest),
      asked.map(({ token }) => token),
      column(({ leaseMs }) => leaseMs),
      column(({ rememberMs }) => rememberMs),
    ]);
    return new Set(rows.map((row) => row["token"] as string));
  }

  /** Under the locks of the key's row and of those of its earlier generations. */
  async #claimKnown(request: ClaimRequest, token: string): Promise<ClaimOutcome> {
    for (;;) {
      const outcome = await this.#postgres.transaction((client) => this.#decide(client, request, token)).catch(unlessOvertaken);
      if (outcome !== undefined) return outcome;
    }
  }

  async #decide(client: PostgresClient, request: ClaimRequest, token: string): Promise<ClaimOutcome> {
    const { key, earlier = [] } = request;
    const { rows } = await client.query(this.#sql.lock, [[key, ...earlier], this.#givenMs()]);
    const nowMs = Number(rows[0]?.["now_ms"]);
    const found = new Map(rows.filter((row) => row["key"] !== null).map((row) => [row["key"] as string, recordOf(row)]));
    if (earlier.some((one) => livesOn(found.get(one), nowMs))) return { kind: "done" };
    const { outcome, record } = claimRecord(found.get(key), request, nowMs, token);
    if (record === undefined) return outcome;
    const write = (one: string, value: ClaimRecord): Promise<void> => this.#write(client, one, value, found.has(one));
    await write(key, record);
    if (outcome.kind === "granted") for (const one of earlier) if (!isKnown(found.get(one), nowMs)) await write(one, supersededBy(record));
    return outcome;
  }

  /** A row that was not there could not be locked: whoever inserted it meanwhile was first. */
  async #write(client: PostgresClient, key: string, record: ClaimRecord, exists: boolean): Promise<void> {
    const { digest, state, token, started, finished, untilMs, expiresAtMs } = record;
    const values = [key, digest, state, token, started, finished, untilMs, expiresAtMs];
    const { rowCount } = await client.query(exists ? this.#sql.update : this.#sql.insert, values);
    if (rowCount !== 1) throw new Overtaken();
  }

  async #changeAll(changes: readonly ClaimChange[]): Promise<readonly ChangeOutcome[]> {
    const rows = await this.#postgres.query(this.#sql.change, this.#valuesOf(changes));
    const changed = new Set(rows.map((row) => row["key"] as string));
    return changes.map(({ key }) => (changed.has(key) ? "changed" : "lost"));
  }

  async #commitWith(change: ClaimChange, effect: Effect<never>): Promise<ChangeOutcome> {
    try {
      return await this.#postgres.transaction(async (client): Promise<ChangeOutcome> => {
        const { rows } = await client.query(this.#sql.change, this.#valuesOf([change]));
        if (rows.length === 0) return "lost";
        await applyEffect(client, effect, rows[0]?.["transaction"]);
        return "changed";
      });
    } catch (error) {
      if (error instanceof EffectFailed) return { effectFailed: error.cause };
      // A constraint that is checked when the transaction ends.
      if (isOfTheStatement(error)) return { effectFailed: error };
      throw error;
    }
  }

  #valuesOf(changes: readonly ClaimChange[]): unknown[] {
    const ms = (change: ClaimChange): number => ("afterMs" in change ? change.afterMs : "leaseMs" in change ? change.leaseMs : 0);
    return [this.#givenMs(), changes.map(keyOf), changes.map(({ token }) => token), changes.map(({ kind }) => kind), changes.map(ms)];
  }

  /** `null`: the server's own time. */
  #givenMs(): number | null {
    return this.#clock?.now() ?? null;
  }

  async #forget(): Promise<void> {
    const nowMs = (this.#clock ?? systemClock).now();
    if (nowMs < this.#forgetAtMs) return;
    this.#forgetAtMs = nowMs + FORGET_EVERY_MS;
    await this.#postgres.query(this.#sql.forget, [this.#givenMs(), FORGET_MOST]);
  }
}

class Overtaken extends Error {}
class EffectFailed extends Error {}

function unlessOvertaken(error: unknown): undefined {
  if (!(error instanceof Overtaken)) throw error;
}

/** A server that fails is not the effect's fault: the whole change fails, and is tried again (PSN-08). */
async function applyEffect(client: PostgresClient, effect: Effect<never>, transactionId: unknown): Promise<void> {
  const transaction: PostgresTransaction = { query: (text, values) => client.query(text, values) };
  try {
    await (effect as Effect<PostgresTransaction>)(transaction);
    const { rows } = await client.query("SELECT txid_current_if_assigned() AS id");
    if (rows[0]?.["id"] !== transactionId) throw new TypeError("an effect must not end the transaction that it runs in");
  } catch (cause) {
    if (isOfTheServer(cause)) throw cause;
    throw new EffectFailed("an effect failed", { cause });
  }
}

const keyOf = ({ key }: ClaimChange): string => key;

const recordOf = (row: Row): ClaimRecord => ({
  digest: row["digest"],
  state: row["state"],
  token: row["token"],
  started: Number(row["started"]),
  finished: Number(row["finished"]),
  untilMs: Number(row["until_ms"]),
  expiresAtMs: Number(row["expires_at_ms"]),
});
