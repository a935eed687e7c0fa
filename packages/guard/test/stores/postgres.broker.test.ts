// Claims, limits and calls on a real PostgreSQL, and effects in the transaction that commits the claim.
import { Pool } from "pg";
import { afterAll, describe, expect, test } from "vitest";
import type { ClaimOutcome, ClaimRequest, ClaimStore, Effect } from "../../src/ports/claim-store.ts";
import { Postgres } from "../../src/postgres/postgres.ts";
import { PostgresClaims, type PostgresTransaction } from "../../src/stores/postgres-claims.ts";
import { PostgresLedger, PostgresLimits } from "../../src/stores/postgres-limits.ts";
import { claimStoreLaws, ledgerLaws, limitStoreLaws, TestClock } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { Replay, traces, UNIT_MS } from "./model-replay.ts";

const REQUEST: ClaimRequest = { key: "k", digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };

let schemas = 0;

describeBroker("postgres", "PostgreSQL", (url) => {
  const pool = new Pool({ connectionString: url, max: 8 });
  const made: string[] = [];

  /** With tables of its own. */
  function open(): Postgres {
    const schema = `t${process.pid}_${++schemas}`;
    made.push(schema);
    return new Postgres(pool, { schema });
  }

  afterAll(async () => {
    for (const schema of made) await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  });

  for (const law of claimStoreLaws(async (clock) => new PostgresClaims(open(), { clock }))) test(law.name, law.run);
  for (const law of limitStoreLaws(async (clock) => new PostgresLimits(open(), { clock }))) test(law.name, law.run);
  for (const law of ledgerLaws(async (clock) => new PostgresLedger(open(), { clock }))) test(law.name, law.run);

  describe("[REP-01] [REP-07] [REP-15] do as the model does", () => {
    test.each(traces)("%s", async (_name, { steps }) => {
      const postgres = open();
      const replay = new Replay((options) => new PostgresClaims(postgres, options));
      const recordOf = async (key: number, isForgotten: boolean): Promise<string> => {
        const { rows } = await pool.query(`SELECT * FROM ${postgres.schema}.claims WHERE key = $1`, [`k${key}`]);
        const row = rows[0] as Record<string, unknown> | undefined;
        // What has expired is removed now and then.
        if (row === undefined || (Number(row["expires_at_ms"]) <= replay.clock.now() && isForgotten)) return "none";
        const times = [row["until_ms"], row["expires_at_ms"]].map((ms) => Number(ms) / UNIT_MS);
        const [digest, token] = [row["digest"], row["token"]].map((text) => String(text).slice(1));
        return [row["state"], digest, token, row["started"], row["finished"], ...times].join(" ");
      };
      for (const [index, step] of steps.entries()) {
        expect([index, await replay.take(step), await recordOf(step[2], step[6] === "none")]).toEqual([index, step[5], step[6]]);
      }
    });
  });

  test("[REP-07] of many processes that claim many keys at once, each key is granted once", async () => {
    const { schema } = open();
    const stores = Array.from({ length: 4 }, () => new PostgresClaims(new Postgres(pool, { schema })));
    const keys = Array.from({ length: 50 }, (_, n) => `k${n}`);
    const claimAll = (store: ClaimStore, index: number): Promise<readonly ClaimOutcome[]> =>
      store.claim((index % 2 > 0 ? keys.toReversed() : keys).map((key) => ({ ...REQUEST, leaseMs: 60_000, key })));
    const outcomes = (await Promise.all(stores.map(claimAll))).flat();
    expect(outcomes.filter(({ kind }) => kind === "granted")).toHaveLength(keys.length);
    expect(outcomes.filter(({ kind }) => kind === "busy")).toHaveLength(3 * keys.length);
  });

  test("[REP-16] a redrive and a late copy of what it stands for, at once: never both", async () => {
    const store = new PostgresClaims(open());
    for (let round = 0; round < 25; round++) {
      const [late, redriven] = [`${round}-0`, `${round}-1`];
      const outcomes = await Promise.all([
        store.claim([{ ...REQUEST, leaseMs: 60_000, key: late }]),
        store.claim([{ ...REQUEST, leaseMs: 60_000, key: redriven, earlier: [late] }]),
      ]);
      expect(outcomes.flat().filter(({ kind }) => kind === "granted")).toHaveLength(1);
    }
  });

  test("times are the server's where no clock is given", async () => {
    const store = new PostgresClaims(open());
    expect(await store.claim([{ ...REQUEST, leaseMs: 60_000 }])).toMatchObject([{ kind: "granted", attempt: 1 }]);
    expect(await store.claim([REQUEST])).toMatchObject([{ kind: "busy" }]);
  });

  test("[REP-08] what is no longer remembered is removed, and what is, is not", async () => {
    const [postgres, clock] = [open(), new TestClock()];
    const store = new PostgresClaims(postgres, { clock });
    await store.claim([
      { ...REQUEST, key: "short", rememberMs: 10 },
      { ...REQUEST, key: "long" },
    ]);
    clock.advance(2000);
    await store.claim([{ ...REQUEST, key: "next" }]);
    const { rows } = await pool.query(`SELECT key FROM ${postgres.schema}.claims ORDER BY key`);
    expect(rows).toEqual([{ key: "long" }, { key: "next" }]);
  });

  test("[PUB-08] spends whose window is over are removed, counters with them, and what still counts is kept", async () => {
    const [postgres, clock] = [open(), new TestClock()];
    const limits = new PostgresLimits(postgres, { clock });
    const [short, long] = [
      { key: "short", limit: 2, windowMs: 100 },
      { key: "long", limit: 1, windowMs: 60_000 },
    ];
    await limits.spend([short, long]);
    await limits.spend([short]);
    clock.advance(2000);
    expect(await limits.spend([long])).toEqual({ refused: 0, retryAfterMs: 58_000 });
    const rows = async (table: string) => (await pool.query(`SELECT key FROM ${postgres.schema}.${table}`)).rows;
    expect([await rows("spends"), await rows("counters")]).toEqual([[{ key: "long" }], [{ key: "long" }]]);
    expect(await limits.spend([short])).toBeUndefined();
  });

  describe("[REP-13] effect and commit", () => {
    async function claimed(): Promise<{
      store: PostgresClaims;
      token: string;
      effects: () => Promise<unknown[]>;
      insert: Effect<PostgresTransaction>;
    }> {
      const postgres = open();
      const store = new PostgresClaims(postgres);
      const [claim] = await store.claim([{ ...REQUEST, leaseMs: 60_000 }]);
      if (claim?.kind !== "granted") return expect.unreachable();
      const table = `${postgres.schema}.effects`;
      await pool.query(`CREATE TABLE ${table} (id text PRIMARY KEY, parent text REFERENCES ${table} DEFERRABLE INITIALLY DEFERRED)`);
      return {
        store,
        token: claim.token,
        effects: async () => (await pool.query(`SELECT id FROM ${table}`)).rows,
        insert: async ({ query }) => void (await query(`INSERT INTO ${table} VALUES ('x')`)),
      };
    }
    const commitWith = (store: ClaimStore, token: string, effect: Effect<PostgresTransaction>) =>
      store.change([{ kind: "commit", key: "k", token, effect: effect as Effect<never> }]);

    test("are one: both are there", async () => {
      const { store, token, effects, insert } = await claimed();
      expect(await commitWith(store, token, insert)).toEqual(["changed"]);
      expect(await effects()).toEqual([{ id: "x" }]);
      expect(await store.claim([REQUEST])).toEqual([{ kind: "done" }]);
    });

    test("are one: a claim that is lost runs no effect", async () => {
      const { store } = await claimed();
      expect(await commitWith(store, "stolen", () => expect.unreachable("it was run"))).toEqual(["lost"]);
    });

    test("are one: what an effect wrote before it failed is not there", async () => {
      const { store, token, effects, insert } = await claimed();
      const failing: Effect<PostgresTransaction> = async (transaction) => {
        await insert(transaction);
        throw new Error("no");
      };
      expect(await commitWith(store, token, failing)).toEqual([{ effectFailed: new Error("no") }]);
      expect(await effects()).toEqual([]);
      expect(await store.claim([REQUEST])).toMatchObject([{ kind: "busy" }]);
    });

    test.each([
      ["a statement that the server refuses", "INSERT INTO nowhere VALUES (1)", { code: "42P01" }],
      ["the end of the transaction", "COMMIT", new TypeError("an effect must not end the transaction that it runs in")],
    ])("%s is the effect's failure, and not the store's", async (_what, sql, failure) => {
      const { store, token } = await claimed();
      expect(await commitWith(store, token, async ({ query }) => void (await query(sql)))).toMatchObject([{ effectFailed: failure }]);
    });

    test("a statement that failed and was caught has failed all the same", async () => {
      const { store, token } = await claimed();
      const caught: Effect<PostgresTransaction> = ({ query }) => query("INSERT INTO nowhere VALUES (1)").then(noop, noop);
      expect(await commitWith(store, token, caught)).toMatchObject([{ effectFailed: { code: "25P02" } }]);
    });

    test("a constraint that is checked at the end is the effect's failure", async () => {
      const { store, token, effects, insert } = await claimed();
      const orphan: Effect<PostgresTransaction> = async (transaction) => {
        await insert({ query: (sql) => transaction.query(sql.replace("('x')", "('x', 'nobody')")) });
      };
      expect(await commitWith(store, token, orphan)).toMatchObject([{ effectFailed: { code: "23503" } }]);
      expect(await effects()).toEqual([]);
      expect(await store.claim([REQUEST])).toMatchObject([{ kind: "busy" }]);
    });

    test("[PSN-08] a connection that breaks in the middle is the store's failure, and the change can be made again", async () => {
      const { store, token, effects, insert } = await claimed();
      const broken: Effect<PostgresTransaction> = async (transaction) => {
        await insert(transaction);
        await transaction.query("SELECT pg_terminate_backend(pg_backend_pid())");
      };
      await expect(commitWith(store, token, broken)).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
      expect(await commitWith(store, token, insert)).toEqual(["changed"]);
      expect(await effects()).toEqual([{ id: "x" }]);
    });
  });

  test("[REP-12] a server that is not there is said to be unavailable", async () => {
    const nowhere = new Pool({ host: "127.0.0.1", port: 1, max: 1 });
    const store = new PostgresClaims(new Postgres(nowhere));
    await expect(store.claim([REQUEST])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    await nowhere.end();
  });

  test("[REP-10] a server that may forget what it has committed is refused", async () => {
    const forgetful = new Pool({ connectionString: url, max: 1, options: "-c synchronous_commit=off" });
    const store = new PostgresClaims(new Postgres(forgetful, { schema: open().schema }));
    await expect(store.claim([REQUEST])).rejects.toMatchObject({ code: "ERR_CONFIG_CAPABILITY" });
    await forgetful.end();
  });

  test("tables that somebody else created are used by a user that may create none", async () => {
    const postgres = open();
    const { persists } = new PostgresClaims(postgres);
    await pool.query(postgres.definitions);
    expect(persists).toBe(true);
    const role = `${postgres.schema}_user`;
    await pool.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA ${postgres.schema} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ${postgres.schema}.claims TO ${role}`);
    const theirs = new Pool({ connectionString: url.replace("sallyport@", `${role}@`), max: 1 });
    const store = new PostgresClaims(new Postgres(theirs, { schema: postgres.schema }));
    expect(await store.claim([REQUEST])).toMatchObject([{ kind: "granted" }]);
    await theirs.end();
    await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});

const noop = (): void => undefined;
