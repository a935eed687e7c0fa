// What goes wrong between the guard and a real PostgreSQL: connections, effects and locks, one fault at a time.
import { setTimeout as after } from "node:timers/promises";
import { Pool } from "pg";
import { afterAll, expect, onTestFinished, test } from "vitest";
import type { ClaimRequest, Effect } from "../../src/ports/claim-store.ts";
import { Postgres, type PostgresPool } from "../../src/postgres/postgres.ts";
import { PostgresClaims, type PostgresTransaction } from "../../src/stores/postgres-claims.ts";
import { PostgresLedger, PostgresLimits } from "../../src/stores/postgres-limits.ts";
import { SallyportError } from "../../src/errors.ts";
import { describeBroker } from "../brokers.ts";
import { tcpProxy } from "../tcp-proxy.ts";

const REQUEST: ClaimRequest = { key: "k", digest: "d", stale: false, leaseMs: 60_000, rememberMs: 90_000, maxFailures: 3, maxCrashes: 2 };

let schemas = 0;

describeBroker("postgres", "PostgreSQL at fault", (url) => {
  const pool = new Pool({ connectionString: url, max: 8 });
  const made: string[] = [];

  function freshSchema(): string {
    const schema = `f${process.pid}_${++schemas}`;
    made.push(schema);
    return schema;
  }

  /** Connections of its own, so that a test may use them up. */
  function ownPool(max: number, options?: string): Pool {
    const own = new Pool({ connectionString: url, max, ...(options !== undefined && { options }) });
    own.on("error", () => undefined);
    onTestFinished(() => own.end());
    return own;
  }

  afterAll(async () => {
    for (const schema of made) await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  });

  async function granted(store: PostgresClaims, change: Partial<ClaimRequest> = {}): Promise<string> {
    const [claim] = await store.claim([{ ...REQUEST, ...change }]);
    return claim?.kind === "granted" ? claim.token : expect.unreachable(`not granted: ${claim?.kind}`);
  }

  /** A pool whose statements are all carried out; of those that `loses` names, the answers get lost. */
  const deaf = (loses: (text: string) => boolean): PostgresPool => ({
    query: (text, values) => pool.query(text, values),
    async connect() {
      const client = await pool.connect();
      return {
        async query(text, values) {
          const answer = await client.query(text, values);
          return loses(text) ? new Promise(noop) : answer;
        },
        release: (destroy) => client.release(destroy),
        on: (...heard) => client.on(...heard),
      };
    },
  });

  const commitWith = (store: PostgresClaims, token: string, effect: Effect<PostgresTransaction>, key = "k") =>
    store.change([{ kind: "commit", key, token, effect: effect as Effect<never> }]);

  test("a connection that comes after nobody waits for it any more goes back to the pool", async () => {
    const small = ownPool(1);
    const store = new PostgresClaims(new Postgres(small, { schema: freshSchema(), answerWithinMs: 200 }));
    const token = await granted(store);
    const taken = await small.connect();
    await expect(commitWith(store, token, noop)).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    taken.release();
    await after(50);
    expect(await store.claim([{ ...REQUEST, key: "other" }])).toMatchObject([{ kind: "granted" }]);
  });

  test("a connection on which nothing is answered is given up, and the next is used", async () => {
    const small = ownPool(1);
    const [schema, blocker] = [freshSchema(), await pool.connect()];
    const store = new PostgresClaims(new Postgres(small, { schema, answerWithinMs: 300 }));
    const token = await granted(store);
    await blocker.query(`BEGIN; SELECT 1 FROM ${schema}.claims FOR UPDATE`);
    await expect(store.change([{ kind: "renew", key: "k", token, leaseMs: 1 }])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    expect(await store.claim([{ ...REQUEST, key: "other" }])).toMatchObject([{ kind: "granted" }]);
    await blocker.query("ROLLBACK");
    blocker.release();
  });

  test("what a connection says before anybody has it ends nobody's process", async () => {
    const own = ownPool(1);
    const store = new PostgresClaims(new Postgres(own, { schema: freshSchema() }));
    const thrown: unknown[] = [];
    // In one packet with its greeting, from a server that is being ended.
    own.once("acquire", (client) => {
      process.nextTick(() => {
        try {
          client.emit("error", new Error("at once"));
        } catch (error) {
          thrown.push(error);
        }
      });
    });
    await store.claim([REQUEST]).catch(noop);
    expect(thrown).toEqual([]);
  });

  test("a delay that is no whole number of milliseconds is taken, and fails nobody else's change", async () => {
    const store = new PostgresClaims(new Postgres(pool, { schema: freshSchema() }));
    const [one, other] = [await granted(store, { key: "one" }), await granted(store, { key: "other" })];
    const changes = [
      { kind: "fail", key: "one", token: one, afterMs: 1000.5 },
      { kind: "commit", key: "other", token: other },
    ] as const;
    expect(await store.change(changes)).toEqual(["changed", "changed"]);
  });

  test("a limit beyond 32 bits is a limit", async () => {
    const limits = new PostgresLimits(new Postgres(pool, { schema: freshSchema() }));
    const spend = { key: "k", limit: 3_000_000_000, windowMs: 1000 };
    expect([await limits.spend([spend]), await limits.spend([spend])]).toEqual([undefined, undefined]);
  });

  test("a role whose transactions are serializable by default gets the same answers", async () => {
    const strict = ownPool(8, "-c default_transaction_isolation=serializable");
    const schema = freshSchema();
    const stores = Array.from({ length: 8 }, () => new PostgresClaims(new Postgres(strict, { schema })));
    await Promise.all(stores.map((store, n) => store.claim([{ ...REQUEST, key: `warm${n}` }])));
    const requests = Array.from({ length: 200 }, (_, n) => ({ ...REQUEST, key: `k${n}` }));
    const outcomes = (await Promise.all(stores.map((store) => store.claim(requests)))).flat();
    expect(outcomes.filter(({ kind }) => kind === "granted")).toHaveLength(200);
  });

  test("[REP-16] redrives of several generations at once do not wait for each other in a circle", async () => {
    const schema = freshSchema();
    const stores = Array.from({ length: 2 }, () => new PostgresClaims(new Postgres(pool, { schema })));
    await Promise.all(stores.map((store, n) => store.claim([{ ...REQUEST, key: `warm${n}` }])));
    for (let round = 0; round < 40; round++) {
      const keys = Array.from({ length: 6 }, (_, n) => `${round}-${n}`);
      const claims = keys
        .slice(1)
        .map((key, n) => (stores[n % 2] as PostgresClaims).claim([{ ...REQUEST, key, earlier: keys.slice(0, n + 1) }]));
      const outcomes = (await Promise.all(claims)).flat();
      expect(outcomes.filter(({ kind }) => kind === "granted")).toHaveLength(1);
    }
  });

  test("[PSN-08] a claim that was granted beside one that failed is granted again, and counts once", async () => {
    const schema = freshSchema();
    let losing = true;
    await granted(new PostgresClaims(new Postgres(pool, { schema })), { key: "known" });
    const lossy = deaf((text) => losing && text.includes("FOR UPDATE"));
    const store = new PostgresClaims(new Postgres(lossy, { schema, answerWithinMs: 300 }));
    const batch = [
      { ...REQUEST, key: "new" },
      { ...REQUEST, key: "known" },
    ];
    await expect(store.claim(batch)).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    losing = false;
    expect(await store.claim(batch)).toMatchObject([{ kind: "granted", attempt: 1, failures: 0 }, { kind: "busy" }]);
  });

  test("[PUB-10] a call whose beginning was not answered is begun again, and is not in flight until its lease ends", async () => {
    const schema = freshSchema();
    const store = new PostgresLedger(new Postgres(pool, { schema }));
    const call = { key: "call", digest: "d", eventId: "e1", leaseMs: 60_000, rememberMs: 90_000 };
    const first = await store.begin({ ...call, key: "warm" });
    let losing = true;
    const ledger = new PostgresLedger(
      new Postgres(
        deaf((text) => losing && text.includes("INSERT")),
        { schema, answerWithinMs: 200 },
      ),
    );
    await expect(ledger.begin(call)).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    losing = false;
    expect([first.kind, await ledger.begin({ ...call, eventId: "e2" })]).toMatchObject(["begun", { kind: "begun", eventId: "e1" }]);
    expect(await ledger.begin(call)).toMatchObject({ kind: "in-flight" });
  });

  test.each<[string, Effect<PostgresTransaction>]>([
    ["an error of the guard's own", () => Promise.reject(new SallyportError("ERR_REQUEST_INVALID", "no such note"))],
    [
      "what a function of the server's says of its argument",
      ({ query }) => query(`DO $$ BEGIN RAISE 'bad' USING ERRCODE = 'XX000'; END $$`).then(noop),
    ],
    ["a table that its user may not write", ({ query }) => query("SET LOCAL ROLE pg_monitor; CREATE TABLE public.nowhere ()").then(noop)],
    [
      "a statement that the server ended for its length",
      ({ query }) => query("SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)").then(noop),
    ],
    ["an error that only looks like the network's", () => Promise.reject(Object.assign(new Error("no"), { code: "57P01" }))],
  ])("[PSN-01] %s is the effect's failure, and holds nothing up", async (_what, effect) => {
    const store = new PostgresClaims(new Postgres(pool, { schema: freshSchema() }));
    expect(await commitWith(store, await granted(store), effect)).toMatchObject([{ effectFailed: expect.anything() }]);
  });

  test("[PSN-05] an effect that does not end has failed after its time, with the server waiting for it or not", async () => {
    const store = new PostgresClaims(new Postgres(ownPool(1), { schema: freshSchema(), answerWithinMs: 200 }), { effectWithinMs: 300 });
    const token = await granted(store);
    expect(await commitWith(store, token, () => new Promise(noop))).toMatchObject([{ effectFailed: expect.any(Error) }]);
    expect(await commitWith(store, token, ({ query }) => query("SELECT pg_sleep(2)").then(noop))).toMatchObject([
      { effectFailed: expect.any(Error) },
    ]);
    expect(await store.change([{ kind: "fail", key: "k", token, afterMs: 0 }])).toEqual(["changed"]);
  });

  test("[PSN-05] an effect may take longer than an answer", async () => {
    const store = new PostgresClaims(new Postgres(pool, { schema: freshSchema(), answerWithinMs: 200 }));
    expect(await commitWith(store, await granted(store), ({ query }) => query("SELECT pg_sleep(0.5)").then(noop))).toEqual(["changed"]);
  });

  test("[REP-13] what an effect asks after it has ended is not done, in no transaction", async () => {
    const schema = freshSchema();
    const store = new PostgresClaims(new Postgres(ownPool(1), { schema }));
    const token = await granted(store);
    await pool.query(`CREATE TABLE ${schema}.effects (id text)`);
    let kept: PostgresTransaction | undefined;
    expect(await commitWith(store, token, (transaction) => void (kept = transaction))).toEqual(["changed"]);
    await expect(kept?.query(`INSERT INTO ${schema}.effects VALUES ('late')`)).rejects.toThrow("over");
    expect((await pool.query(`SELECT * FROM ${schema}.effects`)).rows).toEqual([]);
  });

  test("a copy of a message whose effect is running is busy, and keeps nobody waiting", async () => {
    const schema = freshSchema();
    const [store, another] = [new PostgresClaims(new Postgres(pool, { schema })), new PostgresClaims(new Postgres(pool, { schema }))];
    const token = await granted(store);
    const { promise: running, resolve: started } = Promise.withResolvers<void>();
    const { promise: waited, resolve: finish } = Promise.withResolvers<void>();
    const committed = commitWith(store, token, () => (started(), waited));
    await running;
    const claimed = another.claim([REQUEST, { ...REQUEST, key: "other" }]);
    expect(await Promise.race([claimed, after(2000, "it waits")])).toMatchObject([{ kind: "busy" }, { kind: "granted" }]);
    finish();
    expect(await committed).toEqual(["changed"]);
    expect(await another.claim([REQUEST])).toEqual([{ kind: "done" }]);
  });

  test("[PSN-09] what a host that is gone has begun is taken back, and another goes on", async () => {
    const schema = freshSchema();
    const proxy = await tcpProxy(url);
    const cable = new Pool({ connectionString: proxy.url, max: 2 });
    cable.on("error", noop);
    onTestFinished(() => (proxy.cut(), cable.end()));
    const gone = new PostgresClaims(new Postgres(cable, { schema, answerWithinMs: 200 }), { effectWithinMs: 500 });
    const token = await granted(gone, { leaseMs: 1 });
    const committed = commitWith(gone, token, () => (proxy.vanish(), new Promise(noop)));
    await expect(committed).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    const another = new PostgresClaims(new Postgres(pool, { schema }));
    const found = async (): Promise<unknown> => (await another.claim([REQUEST]))[0]?.kind;
    await expect.poll(found, { timeout: 10_000 }).toBe("granted");
  });

  test("changes of other messages do not wait for an effect", async () => {
    const store = new PostgresClaims(new Postgres(pool, { schema: freshSchema() }));
    const [slow, quick] = [await granted(store), await granted(store, { key: "quick" })];
    const { promise: running, resolve: started } = Promise.withResolvers<void>();
    const { promise: waited, resolve: finish } = Promise.withResolvers<void>();
    const committed = commitWith(store, slow, () => (started(), waited));
    await running;
    const renewed = store.change([{ kind: "renew", key: "k", token: slow, leaseMs: 60_000 }]);
    const other = store.change([{ kind: "commit", key: "quick", token: quick }]);
    expect(await Promise.race([other, after(1000, "it waits")])).toEqual(["changed"]);
    finish();
    expect(await Promise.all([committed, renewed])).toEqual([["changed"], ["lost"]]);
  });
});

const noop = (): void => undefined;
