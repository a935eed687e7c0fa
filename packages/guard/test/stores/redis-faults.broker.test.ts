// What goes wrong between the guard and a real Redis: servers that may forget, answers that are lost, hostile clients.
import { Redis as IoRedis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redis as redisServer } from "../../../../scripts/brokers/redis.ts";
import type { Running } from "../../../../scripts/brokers/running.ts";
import { end, start } from "../../../../scripts/brokers/start.ts";
import type { ClaimRequest } from "../../src/ports/claim-store.ts";
import type { LedgerEntry } from "../../src/ports/limits.ts";
import { Redis, type RedisClient } from "../../src/redis/redis.ts";
import { RedisClaims } from "../../src/stores/redis-claims.ts";
import { RedisLedger, RedisLimits } from "../../src/stores/redis-limits.ts";
import { TestClock } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";

const REQUEST: ClaimRequest = { key: "k", digest: "d", stale: false, leaseMs: 60_000, rememberMs: 90_000, maxFailures: 3, maxCrashes: 2 };
const CALL: LedgerEntry = { key: "call", digest: "d", eventId: "e1", leaseMs: 60_000, rememberMs: 90_000 };

let stores = 0;

describeBroker("redis", "Redis at fault", (url) => {
  const client = new IoRedis(url);
  const freshPrefix = (): string => `f${process.pid}-${++stores}`;

  afterAll(() => client.disconnect());

  /** What a store asks, by digest or whole; not how a server is set, nor a script's digest. */
  const isAsked = (command: string, [script = "", keyCount]: readonly string[]): boolean =>
    command === "EVALSHA" || (command === "EVAL" && keyCount !== "0" && !script.includes("'INFO'"));

  /** A client whose commands are all carried out; of what `loses` names, the answers get lost. */
  function losing(loses: (args: readonly string[]) => boolean): RedisClient {
    return {
      async call(command, args) {
        const answer = await client.call(command, args);
        return isAsked(command, args) && loses(args) ? new Promise(() => undefined) : answer;
      },
    };
  }

  test("[PSN-08] claims that were granted beside one that failed are granted again, and count once", async () => {
    let deaf = true;
    const redis = new Redis(
      losing((args) => deaf && args.some((arg) => arg.endsWith("{lost}"))),
      { prefix: freshPrefix(), answerWithinMs: 100 },
    );
    const store = new RedisClaims(redis);
    const batch = ["one", "lost", "two"].map((key) => ({ ...REQUEST, key }));
    await expect(store.claim(batch)).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    deaf = false;
    const again = { kind: "granted", attempt: 1, failures: 0 };
    expect(await store.claim(batch)).toMatchObject([again, again, again]);
  });

  test("[PSN-08] of two copies whose answers were both lost, the one that was granted is granted again", async () => {
    let deaf = true;
    const store = new RedisClaims(
      new Redis(
        losing(() => deaf),
        { prefix: freshPrefix(), answerWithinMs: 100 },
      ),
    );
    await expect(store.claim([REQUEST, REQUEST])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    deaf = false;
    expect(await store.claim([REQUEST, REQUEST])).toMatchObject([{ kind: "granted", attempt: 1 }, { kind: "busy" }]);
  });

  test("[PUB-10] a call whose beginning was not answered is begun again, and is not in flight until its lease ends", async () => {
    let deaf = true;
    const ledger = new RedisLedger(
      new Redis(
        losing(() => deaf),
        { prefix: freshPrefix(), answerWithinMs: 100 },
      ),
    );
    await expect(ledger.begin(CALL)).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    deaf = false;
    expect(await ledger.begin({ ...CALL, eventId: "e2" })).toMatchObject({ kind: "begun", eventId: "e1" });
    expect(await ledger.begin({ ...CALL, eventId: "e3" })).toMatchObject({ kind: "in-flight" });
  });

  test("[REP-12] of very many that ask a silent server at once, all are told of it together", async () => {
    let asked = 0;
    const silent = losing(() => ++asked > 0);
    const limits = new RedisLimits(new Redis(silent, { prefix: freshPrefix(), answerWithinMs: 100 }));
    const spends = Array.from({ length: 2000 }, (_, index) => limits.spend([{ key: String(index), limit: 1, windowMs: 60_000 }]));
    for (const told of await Promise.allSettled(spends)) expect(told).toMatchObject({ reason: { code: "ERR_STORE_UNAVAILABLE" } });
    expect(asked).toBeLessThan(5);
  });

  test("the fencing token of a redriven event can stand in a header", async () => {
    const store = new RedisClaims(new Redis(client, { prefix: freshPrefix() }));
    const [claim] = await store.claim([{ ...REQUEST, key: "6:größe,1:1,", earlier: ["6:größe,1:0,"] }]);
    if (claim?.kind !== "granted") return expect.unreachable();
    expect(() => new Headers({ "fencing-token": claim.token })).not.toThrow();
    expect(await store.change([{ kind: "commit", key: "6:größe,1:1,", token: claim.token }])).toEqual(["changed"]);
  });

  describe("[REP-10] a server that may forget is refused before anything is kept there", () => {
    let server: Running;
    let theirs: IoRedis;
    beforeAll(async () => {
      server = await start(redisServer);
      theirs = new IoRedis(server.url);
    });
    afterAll(async () => {
      theirs.disconnect();
      await end(server);
    });

    test.each([
      ["maxmemory-policy", "allkeys-lru", "noeviction"],
      ["maxmemory-policy", "volatile-ttl", "noeviction"],
      ["appendonly", "no", "yes"],
    ])("%s %s", async (setting, bad, good) => {
      await theirs.config("SET", setting, bad);
      const store = new RedisClaims(new Redis(theirs, { prefix: freshPrefix() }));
      const refused = { code: "ERR_CONFIG_CAPABILITY", place: `Redis's ${setting}`, remedy: expect.stringContaining(`${setting} ${good}`) };
      await expect(store.claim([REQUEST])).rejects.toMatchObject(refused);
      expect(await theirs.dbsize()).toBe(0);
      await theirs.config("SET", setting, good);
      expect(await store.claim([REQUEST])).toMatchObject([{ kind: "granted" }]);
      await theirs.flushall();
    });

    test("also to a user that may not see its configuration", async () => {
      const rights = ["on", ">secret", "~*", "+eval", "+evalsha", "+info", "+time", "+get", "+set"];
      await theirs.call("ACL", "SETUSER", "guard", ...rights);
      await theirs.config("SET", "maxmemory-policy", "allkeys-lru");
      const limited = new IoRedis(server.url, { username: "guard", password: "secret" });
      const store = new RedisClaims(new Redis(limited, { prefix: freshPrefix() }));
      await expect(store.claim([REQUEST])).rejects.toMatchObject({ code: "ERR_CONFIG_CAPABILITY" });
      await theirs.config("SET", "maxmemory-policy", "noeviction");
      expect(await store.claim([REQUEST])).toMatchObject([{ kind: "granted" }]);
      limited.disconnect();
    });

    test("also when it has started anew with other settings", async () => {
      const store = new RedisClaims(new Redis(theirs, { prefix: freshPrefix() }));
      await store.claim([REQUEST]);
      await theirs.config("SET", "appendonly", "no");
      await theirs.script("FLUSH");
      await expect(store.claim([{ ...REQUEST, key: "other" }])).rejects.toMatchObject({ code: "ERR_CONFIG_CAPABILITY" });
    });
  });

  test("a client that gives numbers as text is understood", async () => {
    const wordy = new IoRedis(url, { stringNumbers: true });
    const redis = new Redis(wordy, { prefix: freshPrefix() });
    const store = new RedisClaims(redis);
    const [claim] = await store.claim([REQUEST]);
    expect(claim).toMatchObject({ kind: "granted", attempt: 1, failures: 0 });
    expect(await store.claim([REQUEST])).toMatchObject([{ kind: "busy", forMs: expect.any(Number) }]);
    if (claim?.kind === "granted") expect(await store.change([{ kind: "commit", key: "k", token: claim.token }])).toEqual(["changed"]);
    const limits = new RedisLimits(redis);
    const spend = { key: "k", limit: 1, windowMs: 60_000 };
    expect([await limits.spend([spend]), await limits.spend([spend])]).toMatchObject([
      undefined,
      { refused: 0, retryAfterMs: expect.any(Number) },
    ]);
    wordy.disconnect();
  });

  test("a client of node-redis that gives bytes and text numbers to others is understood", async () => {
    const typeMapping = { 36: Buffer, 58: String } as const;
    const bytes = await createClient({ url, RESP: 3, commandOptions: { typeMapping } }).connect();
    const redis = new Redis(bytes, { prefix: freshPrefix() });
    const store = new RedisClaims(redis);
    expect(await store.claim([REQUEST])).toMatchObject([{ kind: "granted", attempt: 1, failures: 0 }]);
    expect(await store.claim([REQUEST])).toMatchObject([{ kind: "busy" }]);
    expect(await new RedisLedger(redis).begin(CALL)).toMatchObject({ kind: "begun", eventId: "e1" });
    bytes.destroy();
  });

  test.each([
    ["a cluster", createCluster({ rootNodes: [{ url }] })],
    ["sentinels", createSentinel({ name: "m", sentinelRootNodes: [{ host: "127.0.0.1", port: 1 }] })],
  ])("a client of node-redis for %s is refused, since it would take the command for something else", (_what, routing) => {
    expect(() => new Redis(routing as unknown as RedisClient)).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID" }));
  });

  test("a client that throws at once fails the one question, and nothing later", async () => {
    const rejections: unknown[] = [];
    const hear = (reason: unknown): number => rejections.push(reason);
    process.on("unhandledRejection", hear);
    const closed: RedisClient = {
      call() {
        throw new Error("closed");
      },
    };
    const clock = new TestClock();
    const store = new RedisClaims(new Redis(closed, { answerWithinMs: 20, clock }));
    await expect(store.claim([REQUEST])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    clock.advance(20);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", hear);
    expect(rejections).toEqual([]);
  });
});
