// The stores on a cluster of three servers: each is looked at, and what was confirmed is there when another has its keys.
import { Cluster, Redis as IoRedis } from "ioredis";
import { createCluster } from "redis";
import { expect, onTestFinished, test } from "vitest";
import { RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import type { ClaimRequest } from "../../src/ports/claim-store.ts";
import { Redis, type RedisClient } from "../../src/redis/redis.ts";
import { RedisClaims } from "../../src/stores/redis-claims.ts";
import { RedisDeadLetters } from "../../src/stores/redis-dead-letters.ts";
import { RedisLedger, RedisLimits } from "../../src/stores/redis-limits.ts";
import { RedisTrail } from "../../src/stores/redis-trail.ts";
import { claimStoreLaws, deadLetterLaws, ledgerLaws, limitStoreLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { RedisCluster } from "../redis-cluster.ts";

const SLOW = { timeout: 60_000 };
const REQUEST: ClaimRequest = { key: "k", digest: "d", stale: false, leaseMs: 60_000, rememberMs: 600_000, maxFailures: 3, maxCrashes: 2 };
const KEYS = Array.from({ length: 30 }, (_, n) => `k${n}`);
const CALL = { digest: "d", leaseMs: 60_000, rememberMs: 60_000 };
const LETTER = {
  diedAtMs: 1,
  bytes: new Uint8Array(1),
  group: "g",
  destination: "d",
  code: "ERR_HANDLER_FAILED",
  step: "handle",
  attempts: 1,
} as const;
const SPEND = { key: "all", limit: 1_000_000, windowMs: 600_000 };

let prefixes = 0;
const freshPrefix = (): string => `c${process.pid}-${++prefixes}`;

function clientOf(cluster: RedisCluster): Cluster {
  const client = new Cluster([...cluster.urls], { clusterRetryStrategy: () => 50 });
  client.on("error", () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

const claimEach = (claims: RedisClaims): Promise<readonly PromiseSettledResult<unknown>[]> =>
  Promise.allSettled(KEYS.map((key) => claims.claim([{ ...REQUEST, key }])));

describeBroker("redis", "Redis stores on a cluster", () => {
  test(
    "[REP-01] [REP-07] [REP-15] [PSN-14] keep all laws, and each process of them goes to the server which has its keys",
    SLOW,
    async () => {
      const cluster = await RedisCluster.open({ replicas: 0 });
      const client = clientOf(cluster);
      const opened = (): Redis => new Redis(client, { prefix: freshPrefix() });
      for (const law of claimStoreLaws(async (clock) => new RedisClaims(opened(), { clock }))) await law.run();
      for (const law of limitStoreLaws(async (clock) => new RedisLimits(opened(), { clock }))) await law.run();
      for (const law of ledgerLaws(async (clock) => new RedisLedger(opened(), { clock }))) await law.run();
      const letters = deadLetterLaws(async () => {
        const redis = opened();
        return { store: new RedisDeadLetters(redis), reopen: () => new RedisDeadLetters(new Redis(client, { prefix: redis.prefix })) };
      });
      for (const law of letters) await law.run();
      const sizes = await Promise.all(cluster.nodes.map(({ admin }) => admin.dbsize()));
      expect(
        sizes.every((size) => size > 0),
        "all three have keys",
      ).toBe(true);
    },
  );

  test("[REP-08] [REP-10] one server that would forget is enough to be refused, whichever it is", SLOW, async () => {
    const cluster = await RedisCluster.open();
    const client = clientOf(cluster);
    // Another process has been there, so that all have the scripts.
    for (const one of await claimEach(new RedisClaims(new Redis(client)))) expect(one).toMatchObject({ status: "fulfilled" });
    for (const [index, setting, wrong, right] of [
      [1, "maxmemory-policy", "allkeys-lru", "noeviction"],
      [2, "appendonly", "no", "yes"],
      // A replica, which is a master after the next failover.
      [4, "maxmemory-policy", "volatile-lru", "noeviction"],
    ] as const) {
      const { admin } = cluster.nodes[index]!;
      await admin.config("SET", setting, wrong);
      const reason = { code: "ERR_CONFIG_CAPABILITY", remedy: expect.stringContaining(`${setting} ${right}`) as string };
      for (const one of await claimEach(new RedisClaims(new Redis(client)))) expect(one).toMatchObject({ status: "rejected", reason });
      const sent = new RedisStreamsTransport(client).send([{ id: "x", destination: "orders", key: undefined, bytes: new Uint8Array(1) }]);
      // Streams do not expire, and only what does is removed by the third.
      if (wrong === "volatile-lru") await sent;
      else await expect(sent).rejects.toMatchObject({ code: "ERR_CONFIG_CAPABILITY" });
      await admin.config("SET", setting, right);
    }
  });

  test("clients that are told of one server alone are told to be a cluster's", SLOW, async () => {
    const cluster = await RedisCluster.open({ replicas: 0 });
    const one = new IoRedis(cluster.urls[0]!);
    onTestFinished(() => one.disconnect());
    const results = await claimEach(new RedisClaims(new Redis(one)));
    const elsewhere = { code: "ERR_STORE_UNAVAILABLE", remedy: expect.stringContaining("Cluster of ioredis") as string };
    const failed = results.filter(({ status }) => status === "rejected");
    expect(failed.length).toBeGreaterThan(0);
    for (const result of failed) expect(result).toMatchObject({ reason: elsewhere });
    const unfit = createCluster({ rootNodes: [{ url: cluster.urls[0]! }] }) as unknown as RedisClient;
    expect(() => new Redis(unfit)).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID" }));
  });

  test("what min-replicas-to-write refuses is not done, and is said", SLOW, async () => {
    const cluster = await RedisCluster.open({ replicas: 0 });
    const claims = new RedisClaims(new Redis(clientOf(cluster)));
    for (const { admin } of cluster.nodes) await admin.config("SET", "min-replicas-to-write", "1");
    await expect(claims.claim([REQUEST])).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
      message: expect.stringContaining("min-replicas-to-write") as string,
    });
    for (const { admin } of cluster.nodes) await admin.config("SET", "min-replicas-to-write", "0");
    expect(await claims.claim([REQUEST])).toMatchObject([{ kind: "granted", attempt: 1 }]);
  });

  test("[REP-07] [OPS-01] [PSN-08] masters fail over and slots move under load: nothing is lost, nothing done twice", SLOW, async () => {
    const cluster = await RedisCluster.open();
    const redis = new Redis(clientOf(cluster));
    const [claims, ledger, limits] = [new RedisClaims(redis), new RedisLedger(redis), new RedisLimits(redis)];
    const [letters, trail] = [new RedisDeadLetters(redis), new RedisTrail(redis)];
    const done: string[] = [];
    const progress = { isOver: false };
    const lane = async (name: string): Promise<void> => {
      for (let n = 0; !progress.isOver; n++) {
        const key = `${name}${n}`;
        const [claim] = await claims.claim([{ ...REQUEST, key }]);
        if (claim?.kind !== "granted") return expect.unreachable(`${key} is ${claim?.kind}`);
        expect([key, claim.attempt, await claims.change([{ kind: "commit", key, token: claim.token }])]).toEqual([key, 1, ["changed"]]);
        const call = await ledger.begin({ ...CALL, key, eventId: key });
        if (call.kind !== "begun") return expect.unreachable(`the call ${key} is ${call.kind}`);
        await ledger.end(key, call.token, { kind: "finished", result: key });
        await Promise.all([
          limits.spend([SPEND]),
          letters.put([{ ...LETTER, id: key }]),
          trail.append([{ door: "publish", decision: "accepted" }]),
        ]);
        done.push(key);
      }
    };
    const lanes = Promise.all(["a", "b", "c"].map(lane));
    const until = (count: number): Promise<unknown> =>
      expect.poll(() => done.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(count);
    for (const key of ["sallyport:{trail}", "sallyport:{dead}:letters", "sallyport:{limits}:all", "sallyport:{trail}"]) {
      await until(done.length + 10);
      await cluster.failover(key);
      await until(done.length + 10);
      await cluster.migrate(key);
    }
    progress.isOver = true;
    await lanes;
    const claimed = (await Promise.all(done.map((key) => claims.claim([{ ...REQUEST, key }])))).flat();
    expect(new Set(claimed.map(({ kind }) => kind))).toEqual(new Set(["done"]));
    for (const key of done) expect(await ledger.begin({ ...CALL, key, eventId: "x" })).toEqual({ kind: "finished", result: key });
    expect((await letters.list({}, { limit: done.length + 1 })).map(({ id }) => id).toSorted()).toEqual(done.toSorted());
    expect(await trail.verify()).toMatchObject({ intact: true, entries: done.length });
  });
});
