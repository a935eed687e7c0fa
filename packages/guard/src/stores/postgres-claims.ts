// Claims in PostgreSQL: shared by every process that reaches the server, and in one transaction with effects that
// write to the same database: the transactional inbox (REP-10, REP-13).
import { isSallyportError } from "../errors.ts";
import type { ChangeOutcome, ClaimChange, ClaimOutcome, ClaimRequest, ClaimStore, Effect } from "../ports/claim-store.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import { type ClaimStatements, claimStatements } from "../postgres/claim-statements.ts";
import { gaveWay, isAnswered, isLocked, isOfTheAsker } from "../postgres/failure.ts";
import { type Postgres, type PostgresClient, RolledBack, type Row } from "../postgres/postgres.ts";
import { claimedAgain, type ClaimRecord, claimRecord, isKnown, livesOn, supersededBy } from "./claim-record.ts";
import { Gathered } from "./gathered.ts";
import { InTurn } from "./in-turn.ts";
import { Unanswered } from "./unanswered.ts";

export interface PostgresClaimsOptions {
  /** In place of the server's own: for tests. */
  readonly clock?: Clock;
  readonly newId?: NewId;
  /** An effect that takes longer has failed. Default 20 s. */
  readonly effectWithinMs?: number;
}

/**
 * What an effect is handed: the transaction that commits the claim. It may await what it asks, and must not end it. When
 * the effect has ended, nothing more is asked.
 */
export type PostgresTransaction = Pick<PostgresClient, "query">;

const FORGET_EVERY_MS = 1000;
const FORGET_MOST = 10_000;
/** Nobody knows how long who has the row keeps it: most only write it. */
const LOCKED_FOR_MS = 500;

export class PostgresClaims implements ClaimStore {
  readonly name = "postgres";
  readonly persists = true;
  readonly #postgres: Postgres;
  readonly #sql: ClaimStatements;
  readonly #clock: Clock | undefined;
  readonly #newId: NewId;
  readonly #effectWithinMs: number;
  readonly #changes = new Gathered<ClaimChange, ChangeOutcome>((changes) => this.#changeAll(changes), keyOf);
  /** What is asked of a key while an effect has its row would keep waiting what is gathered with it. */
  readonly #turns = new InTurn();
  readonly #unanswered = new Unanswered();
  #forgetAtMs = 0;

  constructor(postgres: Postgres, { clock, newId = randomId, effectWithinMs = 20_000 }: PostgresClaimsOptions = {}) {
    this.#postgres = postgres;
    this.#sql = claimStatements(postgres.schema);
    this.#clock = clock;
    this.#newId = newId;
    this.#effectWithinMs = effectWithinMs;
    postgres.define("claims", this.#sql.table);
  }

  async claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimOutcome[]> {
    await this.#forget();
    const asked = requests.map((request) => ({ request, token: this.#unanswered.take(request.key) ?? this.#newId() }));
    try {
      return await this.#claimAll(asked);
    } catch (error) {
      // Some may have been granted: one that failed must not use up attempts of its neighbours.
      for (const { request, token } of asked) this.#unanswered.put(request.key, token);
      throw error;
    }
  }

  change(changes: readonly ClaimChange[]): Promise<readonly ChangeOutcome[]> {
    const ask = (change: ClaimChange): Promise<ChangeOutcome> =>
      change.kind === "commit" && change.effect !== undefined ? this.#commitWith(change, change.effect) : this.#changes.ask(change);
    return Promise.all(changes.map((change) => this.#turns.take(change.key, () => ask(change))));
  }

  async #claimAll(asked: readonly Asked[]): Promise<readonly ClaimOutcome[]> {
    const granted = await this.#claimNew(asked.filter(({ request }) => !request.stale && request.earlier === undefined));
    const outcomes: ClaimOutcome[] = [];
    for (const { request, token } of asked) {
      if (granted.has(token)) outcomes.push({ kind: "granted", token, attempt: 1, failures: 0 });
      else outcomes.push(await this.#claimKnown(request, token));
    }
    return outcomes;
  }

  /** Most messages are new: their claims are written without a look, all in one statement. */
  async #claimNew(asked: readonly Asked[]): Promise<ReadonlySet<string>> {
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
      const outcome = await this.#postgres.transaction((client) => this.#decide(client, request, token)).catch(unlessContended);
      if (outcome !== undefined) return outcome;
    }
  }

  async #decide(client: PostgresClient, request: ClaimRequest, token: string): Promise<ClaimOutcome> {
    const { key, earlier = [] } = request;
    const { rows } = await client.query(this.#sql.lock, [[key, ...earlier], this.#givenMs()]);
    const nowMs = Number(rows[0]?.["now_ms"]);
    const found = new Map(rows.filter((row) => row["key"] !== null).map((row) => [row["key"] as string, recordOf(row)]));
    if (earlier.some((one) => livesOn(found.get(one), nowMs))) return { kind: "done" };
    const known = found.get(key);
    const { outcome, record } = claimedAgain(known, request, nowMs, token) ?? claimRecord(known, request, nowMs, token);
    if (record === undefined) return outcome;
    const superseded = outcome.kind === "granted" ? earlier.filter((one) => !isKnown(found.get(one), nowMs)) : [];
    // In order of key, as rows are locked: two redrives of an event would wait for each other.
    for (const one of [key, ...superseded].sort())
      await this.#write(client, one, one === key ? record : supersededBy(record), found.has(one));
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
    const at: { stage: "change" | "effect" | "commit"; transactionId?: unknown } = { stage: "change" };
    try {
      return await this.#postgres.transaction(async (client, patient): Promise<ChangeOutcome> => {
        const { rows } = await client.query(this.#sql.change, this.#valuesOf([change]));
        if (rows.length === 0) return "lost";
        Object.assign(at, { stage: "effect", transactionId: rows[0]?.["transaction"] });
        await this.#runEffect(effect, client, patient, at.transactionId);
        at.stage = "commit";
        return "changed";
      }, this.#effectWithinMs);
    } catch (error) {
      if (error instanceof EffectFailed) return { effectFailed: error.cause };
      // A constraint that is checked when the transaction ends, or a statement that failed unseen.
      if (at.stage === "commit" && (error instanceof RolledBack || isOfTheAsker(error))) return { effectFailed: error };
      const tooLong = at.stage === "effect" ? tooLongOf(error) : undefined;
      if (tooLong === undefined) throw error;
      // Of a server that answers others, the effect asked too much; of one that does not, nothing can be said of it.
      await this.#postgres.query(this.#sql.terminate, [at.transactionId]);
      return { effectFailed: tooLong };
    }
  }

  /** A server that fails is not the effect's fault: the whole change fails, and is tried again (PSN-08). */
  async #runEffect(effect: Effect<never>, client: PostgresClient, patient: PostgresClient, transactionId: unknown): Promise<void> {
    const late = (): Error => new TooLong(`the effect did not end within ${this.#effectWithinMs} ms`);
    const asking = new Asking(patient);
    try {
      await this.#postgres.withinTime(started(effect, asking), this.#effectWithinMs, late);
      asking.isOver = true;
      const { rows } = await client.query("SELECT txid_current_if_assigned() AS id");
      if (rows[0]?.["id"] !== transactionId) throw new TypeError("an effect must not end the transaction that it runs in");
    } catch (cause) {
      asking.isOver = true;
      if (cause instanceof TooLong || (asking.told.has(cause) && !isOfTheAsker(cause) && isAnswered(cause))) throw cause;
      // What was thrown may be anything: a connection that is gone says so itself.
      await client.query("ROLLBACK").catch((error: unknown) => {
        throw isSallyportError(error) ? late() : error;
      });
      throw new EffectFailed("an effect failed", { cause });
    }
  }

  #valuesOf(changes: readonly ClaimChange[]): unknown[] {
    // A handler may ask for a delay of any length.
    const ms = (change: ClaimChange): number => Math.ceil("afterMs" in change ? change.afterMs : "leaseMs" in change ? change.leaseMs : 0);
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

interface Asked {
  readonly request: ClaimRequest;
  readonly token: string;
}

class Overtaken extends Error {}
class EffectFailed extends Error {}
class TooLong extends Error {}

/** `undefined`: to be decided anew. */
function unlessContended(error: unknown): ClaimOutcome | undefined {
  const cause = isSallyportError(error) ? error.cause : undefined;
  if (isLocked(cause)) return { kind: "busy", forMs: LOCKED_FOR_MS };
  if (error instanceof Overtaken || gaveWay(cause)) return undefined;
  throw error;
}

const tooLongOf = (error: unknown): TooLong | undefined =>
  [error, error instanceof Error ? error.cause : undefined].find((one) => one instanceof TooLong);

/** A function that throws at once is one whose promise rejects. */
const started = async (effect: Effect<never>, transaction: PostgresTransaction): Promise<void> =>
  (effect as Effect<PostgresTransaction>)(transaction);

/** What an effect asks with, until it is over: the connection may be another's then. */
class Asking {
  isOver = false;
  /** What the server, or the connection to it, has told the effect. */
  readonly told = new Set<unknown>();
  readonly query: PostgresTransaction["query"];

  constructor(client: PostgresClient) {
    this.query = (text, values) => {
      const answer = this.isOver ? Promise.reject(new TypeError("the effect is over")) : client.query(text, values);
      // Told whether the effect looks at it or not; what it does not look at must not end the process.
      answer.catch((error: unknown) => this.told.add(error));
      return answer;
    };
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
