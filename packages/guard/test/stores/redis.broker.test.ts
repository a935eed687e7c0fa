// Claims, limits and calls on a real Redis, through both clients that people use.
import { Redis as IoRedis } from "ioredis";
import { describe, expect, test } from "vitest";
import type { ClaimRequest } from "../../src/ports/claim-store.ts";
import { Redis, type RedisClient } from "../../src/redis/redis.ts";
import { RedisClaims } from "../../src/stores/redis-claims.ts";
import { RedisLedger, RedisLimits } from "../../src/stores/redis-limits.ts";
import { claimStoreLaws, ledgerLaws, limitStoreLaws, TestClock } from "../../src/testing/index.ts";
import { redisClients } from "../redis-clients.ts";
import { describeBroker } from "../brokers.ts";
import { Replay, traces, UNIT_MS } from "./model-replay.ts";

const REQUEST: ClaimRequest = { key: "k", digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };

let stores = 0;
/** Keys of its own for every store. */
const freshPrefix = (): string => `t${process.pid}-${++stores}`;

/** A redriven event's token says which slot it is in, and no effect is ever run. */
class RedisReplay extends Replay {
  override tokenOf(key: number, id: string): string {
    return key % 2 > 0 ? `${id}~${Buffer.from(`k${key - 1}`).toString("base64url")}` : id;
  }

  override async change(kind: string, key: number, ms: number, token: string): Promise<string> {
    const answer = await super.change(kind, key, ms, token);
    return kind === "commit-with-failing-effect" && answer === "effectFailed" ? "as the model" : answer;
  }
}

describeBroker("redis", "Redis", (url) => {
  const { ioredis, nodeRedis } = redisClients(url);

  const open = (client: RedisClient = ioredis): Redis => new Redis(client, { prefix: freshPrefix() });

  describe.each([
    ["ioredis", () => open(ioredis)],
    ["node-redis", () => open(nodeRedis)],
  ])("through %s", (_name, opened) => {
    for (const law of claimStoreLaws(async (clock) => new RedisClaims(opened(), { clock }))) test(law.name, law.run);
    for (const law of limitStoreLaws(async (clock) => new RedisLimits(opened(), { clock }))) test(law.name, law.run);
    for (const law of ledgerLaws(async (clock) => new RedisLedger(opened(), { clock }))) test(law.name, law.run);
  });

  describe("[REP-01] [REP-07] [REP-15] do as the model does", () => {
    test.each(traces)("%s", async (_name, { steps }) => {
      const redis = open();
      const replay = new RedisReplay((options) => new RedisClaims(redis, options));
      const recordOf = async (key: number, isForgotten: boolean): Promise<string> => {
        const family = key - (key % 2);
        const text = await ioredis.get(`${redis.prefix}:claim:{k${family}}${key === family ? "" : `k${key}`}`);
        if (text === null) return "none";
        const [state, started, finished, untilMs, expiresAtMs, , named] = text.split(" ");
        // What has expired is still there: the server's clock does not jump with the trace's.
        if (Number(expiresAtMs) <= replay.clock.now() && isForgotten) return "none";
        const [, digest, token] = /^d(\d+)t(\d+)/.exec(String(named)) ?? [];
        return [state, digest, token, started, finished, Number(untilMs) / UNIT_MS, Number(expiresAtMs) / UNIT_MS].join(" ");
      };
      for (const [index, step] of steps.entries()) {
        const answer = await replay.take(step);
        expect([index, answer === "as the model" ? step[5] : answer, await recordOf(step[2], step[6] === "none")]).toEqual([
          index,
          step[5],
          step[6],
        ]);
      }
    });
  });

  test("[REP-01] [REP-15] digests and tokens may be any text", async () => {
    for (const digest of ["", "0", "7 8 9", "a\0b", "%d\n", "ü 1"]) {
      const token = `1 2\0 ${digest}`;
      const store = new RedisClaims(open(), { newId: () => token });
      expect(await store.claim([{ ...REQUEST, digest }])).toEqual([{ kind: "granted", token, attempt: 1, failures: 0 }]);
      expect(await store.claim([{ ...REQUEST, digest: `${digest}1` }])).toEqual([{ kind: "conflict" }]);
      expect(await store.change([{ kind: "commit", key: REQUEST.key, token: token.slice(1) }])).toEqual(["lost"]);
      expect(await store.change([{ kind: "commit", key: REQUEST.key, token }])).toEqual(["changed"]);
      expect(await store.claim([{ ...REQUEST, digest }])).toEqual([{ kind: "done" }]);
    }
  });

  test("times are the server's where no clock is given", async () => {
    const store = new RedisClaims(open());
    expect(await store.claim([{ ...REQUEST, leaseMs: 50 }])).toMatchObject([{ kind: "granted", attempt: 1 }]);
    expect(await store.claim([REQUEST])).toMatchObject([{ kind: "busy" }]);
  });

  /** Of what was written within the last second. */
  const expectExpiry = async (key: string, ms: number): Promise<void> => {
    const ttl = await ioredis.pttl(key);
    expect(ttl).toBeGreaterThan(ms - 1000);
    expect(ttl).toBeLessThanOrEqual(ms);
  };

  test("[REP-08] what is remembered expires by itself, and not before", async () => {
    const redis = open();
    const clock = new TestClock();
    const store = new RedisClaims(redis, { clock });
    const [claim] = await store.claim([{ ...REQUEST, key: "a", rememberMs: 30_000 }]);
    await expectExpiry(`${redis.prefix}:claim:{a}`, 30_000);
    if (claim?.kind !== "granted") return expect.unreachable();
    await store.change([{ kind: "renew", key: "a", token: claim.token, leaseMs: 50_000 }]);
    await expectExpiry(`${redis.prefix}:claim:{a}`, 50_000);
    await store.change([{ kind: "commit", key: "a", token: claim.token }]);
    await expectExpiry(`${redis.prefix}:claim:{a}`, 50_000);
  });

  test("[PUB-10] a call expires by itself, and not before: with its lease, and after its end", async () => {
    const redis = open();
    const ledger = new RedisLedger(redis);
    const begun = await ledger.begin({ key: "c", digest: "d", eventId: "e", leaseMs: 40_000, rememberMs: 20_000 });
    await expectExpiry(`${redis.prefix}:call:c`, 60_000);
    if (begun.kind !== "begun") return expect.unreachable();
    await ledger.end("c", begun.token, { kind: "finished", result: "r" });
    await expectExpiry(`${redis.prefix}:call:c`, 20_000);
  });

  test("[PUB-08] of a limit no more is kept than is looked at, and no longer than its window", async () => {
    const redis = open();
    const clock = new TestClock();
    const limits = new RedisLimits(redis, { clock });
    for (let spend = 0; spend < 10; spend++, clock.advance(30_000))
      expect(await limits.spend([{ key: "s", limit: 3, windowMs: 60_000 }])).toBeUndefined();
    expect(await ioredis.llen(`${redis.prefix}:{limits}:s`)).toBe(3);
    await expectExpiry(`${redis.prefix}:{limits}:s`, 60_000);
  });

  test("[PSN-08] a claim whose answer was lost is asked again under its token: no attempt is counted twice", async () => {
    const redis = open();
    const clock = new TestClock();
    const deaf = deafTo(ioredis);
    const store = new RedisClaims(new Redis(deaf, { prefix: redis.prefix, answerWithinMs: 100 }), { clock });
    deaf.losing = true;
    await expect(store.claim([REQUEST])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    deaf.losing = false;
    clock.advance(10 * REQUEST.leaseMs);
    expect(await store.claim([REQUEST])).toMatchObject([{ kind: "granted", attempt: 1, failures: 0 }]);
  });

  test("[REP-07] a copy that comes while an unanswered claim is asked again is not granted", async () => {
    const redis = open();
    const deaf = deafTo(ioredis);
    const store = new RedisClaims(new Redis(deaf, { prefix: redis.prefix, answerWithinMs: 100 }), { clock: new TestClock() });
    deaf.losing = true;
    await expect(store.claim([REQUEST])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    deaf.losing = false;
    const [again, copy] = await Promise.all([store.claim([REQUEST]), store.claim([REQUEST])]);
    expect([again[0]?.kind, copy[0]?.kind]).toEqual(["granted", "busy"]);
  });

  test("all generations of an event, and all spends of a call, are in one slot of a cluster", async () => {
    const names: string[][] = [];
    const watched: RedisClient = {
      call: (command, args) => {
        if (command === "EVALSHA") names.push(args.slice(2, 2 + Number(args[1])));
        return ioredis.call(command, args);
      },
    };
    const redis = open(watched);
    const clock = new TestClock();
    const store = new RedisClaims(redis, { clock });
    const [claim] = await store.claim([{ ...REQUEST, key: "2:e1,1:2,", earlier: ["2:e1,1:0,", "2:e1,1:1,"] }]);
    if (claim?.kind !== "granted") return expect.unreachable();
    expect(await store.change([{ kind: "commit", key: "2:e1,1:2,", token: claim.token }])).toEqual(["changed"]);
    await new RedisLimits(redis, { clock }).spend(["a", "b"].map((key) => ({ key, limit: 1, windowMs: 1000 })));
    const slots = await Promise.all(
      names.map(async (keys) => new Set(await Promise.all(keys.map((key) => ioredis.cluster("KEYSLOT", key))))),
    );
    expect(slots.map(({ size }) => size)).toEqual([1, 1, 1]);
    expect(slots[0]).toEqual(slots[1]);
  });

  test("a script that the server has forgotten is sent again", async () => {
    const redis = open();
    const store = new RedisClaims(redis, { clock: new TestClock() });
    await store.claim([REQUEST]);
    await ioredis.script("FLUSH");
    expect(await store.claim([REQUEST])).toMatchObject([{ kind: "busy" }]);
  });

  test("[REP-13] an effect cannot be committed with the claim, and is said not to be", async () => {
    const store = new RedisClaims(open());
    const [claim] = await store.claim([REQUEST]);
    if (claim?.kind !== "granted") return expect.unreachable();
    const change = { kind: "commit", key: "k", token: claim.token, effect: () => expect.unreachable("it was run") } as const;
    expect(await store.change([change])).toMatchObject([{ effectFailed: { code: "ERR_CONFIG_CAPABILITY" } }]);
  });
});

/** A client whose commands are carried out and whose answers get lost. */
function deafTo(client: IoRedis): { losing: boolean; call(command: string, args: string[]): Promise<unknown> } {
  return {
    losing: false,
    async call(command, args) {
      const answer = await client.call(command, args);
      return this.losing && command === "EVALSHA" ? new Promise(() => undefined) : answer;
    },
  };
}
