// What the stores use of a `pg` pool that the user hands in: statements, transactions, and tables of their own.
import { SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { isAnswered, isOfTheServer, storeError } from "./failure.ts";

export type Row = Record<string, any>;

export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<Answer>;
}

interface Answer {
  readonly rows: Row[];
  readonly rowCount: number | null;
  readonly command?: string;
}

export interface PostgresPool extends PostgresClient {
  connect(): Promise<PooledClient>;
  /** Of a pool that tells when it has a new connection. */
  on?(event: "connect", listener: (client: PooledClient) => void): unknown;
}

interface PooledClient extends PostgresClient {
  release(destroy?: boolean): void;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export interface PostgresOptions {
  /** In which the guard's tables are. Default `sallyport`. Created, with them, where it is not there and the user may. */
  readonly schema?: string;
  /** After this without an answer the store is said to be unavailable. Default 5 s. */
  readonly answerWithinMs?: number;
  /** For {@link PostgresOptions.answerWithinMs} alone: whatever else is a time is the server's. */
  readonly clock?: Clock;
}

const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;
/** Any number that nobody else locks: two that create the same tables at once would trip over each other. */
const DEFINING = 7_310_114;

/** For statements: the time that is given, else the server's, in milliseconds. */
export const nowOf = (parameter: number): string =>
  `COALESCE($${parameter}::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)`;

export class Postgres {
  readonly schema: string;
  readonly #pool: PostgresPool;
  readonly #answerWithinMs: number;
  readonly #clock: Clock;
  readonly #definitions = new Map<string, string>();
  #defined: Promise<void> | undefined;
  /** Whether a statement alone is READ COMMITTED. Under another isolation it would fail where it has to wait. */
  #readsCommitted = true;

  /** @throws {SallyportError} `ERR_CONFIG_INVALID` for a schema that is not a plain lower-case name. */
  constructor(pool: PostgresPool, { schema = "sallyport", answerWithinMs = 5000, clock = systemClock }: PostgresOptions = {}) {
    if (!SCHEMA.test(schema)) {
      throw new SallyportError("ERR_CONFIG_INVALID", `"${schema}" is not a name for a schema`, {
        place: "the PostgreSQL store's schema",
        remedy: "Use 1 to 63 lower-case letters, digits and '_', beginning with a letter or '_'.",
      });
    }
    hearAll(pool);
    this.schema = schema;
    this.#pool = pool;
    this.#answerWithinMs = answerWithinMs;
    this.#clock = clock;
  }

  /** A store's table, created before its first statement. */
  define(table: string, sql: string): void {
    this.#definitions.set(table, sql);
    this.#defined = undefined;
  }

  /** What `define` was given: for a database whose tables somebody else creates. */
  get definitions(): string {
    return [this.#createSchema, ...this.#definitions.values()].map((sql) => `${sql};\n`).join("");
  }

  /** @throws {SallyportError} `ERR_STORE_*`. A statement that was not answered may still be carried out. */
  async query(text: string, values: unknown[]): Promise<Row[]> {
    try {
      await this.#define();
      if (!this.#readsCommitted) return (await this.transaction((client) => client.query(text, values))).rows;
      return await this.#alone(text, values);
    } catch (error) {
      throw storeError(error);
    }
  }

  /**
   * `work` in one transaction, which is committed when it resolves and rolled back when it rejects. What it asks
   * through `patient` may take any time. Where the server hears nothing for `quietMs` and twice as long as an answer may
   * take, it takes all back: a host that is gone would keep what it has locked, for two hours by default (PSN-09).
   * @throws what `work` throws, and `ERR_STORE_*` where the server is at fault.
   */
  async transaction<T>(work: (client: PostgresClient, patient: PostgresClient) => Promise<T>, quietMs = 0): Promise<T> {
    let client: PooledClient;
    try {
      await this.#define();
      client = await this.#connect();
    } catch (error) {
      throw storeError(error);
    }
    return this.#within(client, work, quietMs);
  }

  /** @throws what `otherwise` returns, after `ms`. */
  withinTime<T>(answer: PromiseLike<T>, ms: number, otherwise: () => Error): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const cancel = this.#clock.after(ms, () => reject(otherwise()));
    void Promise.resolve(answer).then(resolve, reject).finally(cancel);
    return promise;
  }

  /** A connection that comes when nobody waits for it any more goes back, or the pool would have one less for ever. */
  async #connect(): Promise<PooledClient> {
    const connecting = this.#pool.connect();
    try {
      const client = await this.#answer(connecting);
      hear(client);
      return client;
    } catch (error) {
      connecting.then((late) => late.release(), ignore);
      throw error;
    }
  }

  async #alone(text: string, values: unknown[]): Promise<Row[]> {
    const client = await this.#connect();
    let broken = false;
    try {
      return (await this.#answer(client.query(text, values))).rows;
    } catch (error) {
      broken = !isAnswered(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async #within<T>(client: PooledClient, work: (client: PostgresClient, patient: PostgresClient) => Promise<T>, quietMs = 0): Promise<T> {
    const ask: PostgresClient["query"] = (text, values) => this.#answer(client.query(text, values));
    let broken = true;
    try {
      // The server's default may be another, under which rows that were waited for are not seen.
      const takenBackMs = quietMs + 2 * this.#answerWithinMs;
      await ask(`BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = ${takenBackMs}`);
      const result = await work({ query: ask }, { query: (text, values) => client.query(text, values) });
      const { command } = await ask("COMMIT");
      broken = false;
      // So does the server answer where a statement has failed and nobody looked.
      if (command === "ROLLBACK") throw new RolledBack("a statement failed: the transaction was rolled back");
      return result;
    } catch (error) {
      if (error instanceof RolledBack) throw error;
      broken = await ask("ROLLBACK").then(
        () => false,
        () => true,
      );
      throw broken || isOfTheServer(error) ? storeError(error) : error;
    } finally {
      client.release(broken);
    }
  }

  get #createSchema(): string {
    return `CREATE SCHEMA IF NOT EXISTS ${this.schema}`;
  }

  #define(): Promise<void> {
    return (this.#defined ??= this.#create().catch((error: unknown) => {
      this.#defined = undefined;
      throw error;
    }));
  }

  async #create(): Promise<void> {
    const client = await this.#connect();
    await this.#within(client, async (within) => {
      await within.query(`SELECT pg_advisory_xact_lock(${DEFINING})`);
      // Who may not create is refused even where everything is there.
      const lacks = async (what: string): Promise<boolean> => (await within.query(`SELECT ${what} IS NULL AS lacks`)).rows[0]?.["lacks"];
      if (await lacks(`to_regnamespace('${this.schema}')`)) await within.query(this.#createSchema);
      for (const [table, sql] of this.#definitions) if (await lacks(`to_regclass('${this.schema}.${table}')`)) await within.query(sql);
      const { rows } = await within.query(`SELECT current_setting('synchronous_commit') AS commit, current_setting('fsync') AS fsync,
        current_setting('default_transaction_isolation') AS isolation`);
      refuseForgetful(rows[0] ?? {});
      this.#readsCommitted = rows[0]?.["isolation"] === "read committed";
    });
  }

  #answer<T>(answer: Promise<T>): Promise<T> {
    return this.withinTime(answer, this.#answerWithinMs, () => unanswered(this.#answerWithinMs));
  }
}

/** By the server, when it was to be committed. */
export class RolledBack extends Error {}

const heard = new WeakSet<PooledClient | PostgresPool>();

/** The statement under way is told of a connection's end too; an event that nobody hears would end the process. */
function hear(client: PooledClient): void {
  if (!heard.has(client)) client.on("error", ignore);
  heard.add(client);
}

/** A server that is being ended may say so in one packet with its greeting, before anybody has the connection. */
function hearAll(pool: PostgresPool): void {
  if (!heard.has(pool)) pool.on?.("connect", hear);
  heard.add(pool);
}

const ignore = (): void => undefined;

/** An answer that a crash of the server takes back is no answer (REP-10). */
function refuseForgetful(settings: Row): void {
  for (const [name, value] of [
    ["synchronous_commit", settings["commit"]],
    ["fsync", settings["fsync"]],
  ]) {
    if (value !== "off") continue;
    throw new SallyportError("ERR_CONFIG_CAPABILITY", `${name} is off: what PostgreSQL has said to be committed may be lost`, {
      place: "PostgreSQL's settings",
      remedy: name === "fsync" ? "Set fsync = on and restart the server." : "ALTER ROLE … SET synchronous_commit = on.",
    });
  }
}

const unanswered = (ms: number): SallyportError =>
  new SallyportError("ERR_STORE_UNAVAILABLE", `PostgreSQL did not answer within ${ms} ms`, {
    remedy: "See whether the server runs and can be reached from here, and whether the pool has connections left.",
  });
