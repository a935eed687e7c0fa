// What is asked of Redis at the same time is one command, and each of it is answered as if it had been asked alone.
import { Redis as IoRedis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisAlone } from "../../../../scripts/brokers/redis.ts";
import type { Running } from "../../../../scripts/brokers/running.ts";
import { end, start } from "../../../../scripts/brokers/start.ts";
import type { ClaimOutcome, ClaimRequest } from "../../src/ports/claim-store.ts";
import { Redis, type RedisClient } from "../../src/redis/redis.ts";
import { RedisClaims } from "../../src/stores/redis-claims.ts";
import { RedisLedger, RedisLimits } from "../../src/stores/redis-limits.ts";
import { claimStoreLaws, ledgerLaws, limitStoreLaws, TestClock } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";

const REQUEST: ClaimRequest = { key: "k", digest: "d", stale: false, leaseMs: 60_000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };
/** As many as go in one command. */
const MANY = Array.from({ length: 32 }, (_, index) => `key-${index}`);

let stores = 0;
const freshPrefix = (): string => `g${process.pid}-${++stores}`;

/** Counts scripts at the client. */
function counting(client: IoRedis): { readonly client: RedisClient; scripts: number } {
  const counted = {
    scripts: 0,
    client: {
      call(command: string, args: string[]): Promise<unknown> {
        if (command === "EVALSHA") counted.scripts++;
        return client.call(command, args);
      },
    },
  };
  return counted;
}

const claimEach = (store: RedisClaims, keys: readonly string[]): Promise<readonly PromiseSettledResult<readonly ClaimOutcome[]>[]> =>
  Promise.allSettled(keys.map((key) => store.claim([{ ...REQUEST, key }])));

describeBroker("redis", "Redis, asked for many at once", (clusterUrl) => {
  const cluster = new IoRedis(clusterUrl);
  let server: Running;
  let alone: IoRedis;
  let nodeRedis: ReturnType<typeof createClient>;

  beforeAll(async () => {
    server = await start(redisAlone);
    alone = new IoRedis(server.url);
    nodeRedis = createClient({ url: server.url });
    await nodeRedis.connect();
  });
  afterAll(async () => {
    cluster.disconnect();
    alone.disconnect();
    nodeRedis.destroy();
    await end(server);
  });

  describe.each([
    ["ioredis", () => alone],
    ["node-redis", () => nodeRedis],
  ])("no cluster, through %s", (_name, clientOf) => {
    const opened = (): Redis => new Redis(clientOf(), { prefix: freshPrefix() });
    for (const law of claimStoreLaws(async (clock) => new RedisClaims(opened(), { clock }))) test(law.name, law.run);
    for (const law of limitStoreLaws(async (clock) => new RedisLimits(opened(), { clock }))) test(law.name, law.run);
    for (const law of ledgerLaws(async (clock) => new RedisLedger(opened(), { clock }))) test(law.name, law.run);
  });

  test("claims of one turn are one command, and so are their changes", async () => {
    const counted = counting(alone);
    const store = new RedisClaims(new Redis(counted.client, { prefix: freshPrefix() }));
    const claims = (await Promise.all(MANY.map((key) => store.claim([{ ...REQUEST, key }])))).flat();
    expect(claims.map(({ kind }) => kind)).toEqual(MANY.map(() => "granted"));
    expect(counted.scripts).toBe(1);
    const changes = claims.map((claim, index) => {
      if (claim.kind !== "granted") return expect.unreachable();
      return store.change([{ kind: "commit", key: MANY[index] as string, token: claim.token }]);
    });
    expect(await Promise.all(changes)).toEqual(MANY.map(() => ["changed"]));
    expect(counted.scripts).toBe(2);
    expect((await claimEach(store, MANY)).map((one) => one.status === "fulfilled" && one.value)).toEqual(
      MANY.map(() => [{ kind: "done" }]),
    );
  });

  test("[REP-02] [PSN-01] what goes in one command has terms of its own", async () => {
    const counted = counting(alone);
    const clock = new TestClock();
    const redis = new Redis(counted.client, { prefix: freshPrefix() });
    const store = new RedisClaims(redis, { clock });
    const claimWith = async (terms: Partial<ClaimRequest>): Promise<ClaimOutcome | undefined> =>
      (await store.claim([{ ...REQUEST, ...terms }]))[0];
    const [short, stale, long] = await Promise.all([
      claimWith({ key: "short", leaseMs: 100 }),
      claimWith({ key: "stale", stale: true }),
      claimWith({ key: "long", leaseMs: 900 }),
    ]);
    expect([short?.kind, stale?.kind, long?.kind]).toEqual(["granted", "stale", "granted"]);
    expect(counted.scripts).toBe(1);
    const busy = ["short", "long"].map((key) => claimWith({ key }));
    expect(await Promise.all(busy)).toEqual([
      { kind: "busy", forMs: 100 },
      { kind: "busy", forMs: 900 },
    ]);
    clock.advance(1000);
    const again = [claimWith({ key: "short", maxCrashes: 1 }), claimWith({ key: "long", maxCrashes: 2 })];
    expect((await Promise.all(again)).map((outcome) => outcome?.kind)).toEqual(["exhausted", "granted"]);
    const ledger = new RedisLedger(redis, { clock });
    const entry = { digest: "d", eventId: "e", rememberMs: 60_000 };
    const begin = (key: string, leaseMs: number) => ledger.begin({ ...entry, key, leaseMs });
    await Promise.all([begin("short", 100), begin("long", 900)]);
    expect(await Promise.all([begin("short", 100), begin("long", 900)])).toEqual([
      { kind: "in-flight", forMs: 100 },
      { kind: "in-flight", forMs: 900 },
    ]);
  });

  test("calls of one turn are one command for each step", async () => {
    const counted = counting(alone);
    const redis = new Redis(counted.client, { prefix: freshPrefix() });
    const [limits, ledger] = [new RedisLimits(redis), new RedisLedger(redis)];
    const spent = await Promise.all(MANY.map(() => limits.spend([{ key: "rate", limit: 20, windowMs: 60_000 }])));
    expect(spent.filter((refusal) => refusal === undefined)).toHaveLength(20);
    expect(counted.scripts).toBe(1);
    const entry = { digest: "d", leaseMs: 60_000, rememberMs: 60_000 };
    const begun = await Promise.all(MANY.map((key) => ledger.begin({ ...entry, key, eventId: `event-${key}` })));
    expect(begun).toMatchObject(MANY.map((key) => ({ kind: "begun", eventId: `event-${key}` })));
    expect(counted.scripts).toBe(2);
    await Promise.all(
      begun.map((one, index) => {
        const key = MANY[index] as string;
        return one.kind === "begun" ? ledger.end(key, one.token, { kind: "finished", result: key }) : expect.unreachable();
      }),
    );
    expect(counted.scripts).toBe(3);
    expect(await ledger.begin({ ...entry, key: "key-7", eventId: "other" })).toEqual({ kind: "finished", result: "key-7" });
  });

  test.each([
    ["no cluster", () => alone],
    ["a cluster", () => cluster],
  ])("[REP-12] on %s one that fails fails alone, however many go with it", async (_name, clientOf) => {
    const prefix = freshPrefix();
    await clientOf().set(`${prefix}:claim:{key-7}`, "no claim");
    const store = new RedisClaims(new Redis(clientOf(), { prefix }));
    for (const kind of ["granted", "busy"]) {
      for (const [index, claim] of (await claimEach(store, MANY)).entries()) {
        if (index === 7) expect(claim).toMatchObject({ status: "rejected", reason: { code: "ERR_STORE_UNAVAILABLE" } });
        else expect(claim).toMatchObject({ status: "fulfilled", value: [{ kind }] });
      }
    }
  });

  test("[REP-12] a client hears that its server is a replica, so that it can look for the primary", async () => {
    const heard: string[] = [];
    const reconnectOnError = ({ message }: Error): boolean => heard.push(message) < 0;
    const searching = new IoRedis(server.url, { reconnectOnError });
    const store = new RedisClaims(new Redis(searching, { prefix: freshPrefix() }));
    await claimEach(store, ["before"]);
    heard.length = 0;
    await alone.replicaof("127.0.0.1", 1);
    try {
      for (const claim of await claimEach(store, MANY)) expect(claim).toMatchObject({ reason: { code: "ERR_STORE_UNAVAILABLE" } });
      expect(heard).toEqual([expect.stringMatching(/^READONLY /)]);
    } finally {
      await alone.replicaof("NO", "ONE");
      searching.disconnect();
    }
  });

  test("in a cluster what is of other slots goes in commands of its own", async () => {
    const counted = counting(cluster);
    const store = new RedisClaims(new Redis(counted.client, { prefix: freshPrefix() }));
    for (const claim of await claimEach(store, MANY)) expect(claim).toMatchObject({ value: [{ kind: "granted" }] });
    expect(counted.scripts).toBe(MANY.length);
  });

  test("a cluster that says that it is none is found out, and nothing is lost by it", async () => {
    const liar: RedisClient = {
      async call(command, args) {
        const answer = await cluster.call(command, args);
        return command === "EVAL" ? String(answer).replace("cluster_enabled:1", "cluster_enabled:0") : answer;
      },
    };
    const store = new RedisClaims(new Redis(liar, { prefix: freshPrefix() }));
    for (const claim of await claimEach(store, MANY)) expect(claim).toMatchObject({ value: [{ kind: "granted", attempt: 1 }] });
  });
});
