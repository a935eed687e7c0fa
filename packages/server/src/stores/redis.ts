// Claims, limits, the call ledger, dead letters and the trail in Redis.
import { PASSWORD, type Role, userOf } from "../brokers/broker.ts";
import { connectRedis } from "../redis-connection.ts";
import { REDIS_SCHEMES, redisAnswers, redisChecks, redisExposures } from "../redis-server.ts";
import type { Store } from "./store.ts";

/** Each is a selector of its own, so that what is allowed of one kind of key is not of another. Redis 7 has them. */
const ASKS = ["+eval", "+evalsha", "+info", "+time"];
const CLAIMS = ["+get", "+set", "~sallyport:claim:*"];
const LIMITS = ["+lindex", "+rpush", "+ltrim", "+pexpire", "~sallyport:{limits}:*"];
const CALLS = ["+get", "+set", "+del", "~sallyport:call:*"];
const BURIES = ["+hsetnx", "+zadd", "~sallyport:{dead}:*"];
const DIGS_UP = ["+hget", "+hmget", "+hdel", "+zrange", "+zrank", "+zrem", "~sallyport:{dead}:*"];
/** Nothing that is on the trail can be changed or removed with these (OPS-01). */
const APPENDS = ["+hmget", "+hget", "+hset", "+xadd", "~sallyport:{trail}", "~sallyport:{trail}:head"];
const VERIFIES = ["+xrange", "~sallyport:{trail}"];

const AREAS: Readonly<Record<Role, readonly (readonly string[])[]>> = {
  server: [LIMITS, CALLS, APPENDS],
  worker: [CLAIMS, BURIES, APPENDS],
  operator: [DIGS_UP, APPENDS, VERIFIES],
};

export const redis: Store = {
  name: "redis",
  schemes: REDIS_SCHEMES,
  options: new Map(),
  example: "rediss://USER:PASSWORD@HOST[:PORT][,HOST…]",
  exposures: redisExposures,
  open: async (address, { onNotice }) => {
    const [client, { Redis }, { RedisClaims }, { RedisLedger, RedisLimits }, { RedisDeadLetters }, { RedisTrail }] = await Promise.all([
      connectRedis(address, "ERR_STORE_UNAVAILABLE", onNotice),
      import("@sallyport/guard/redis"),
      import("@sallyport/guard/stores/redis-claims"),
      import("@sallyport/guard/stores/redis-limits"),
      import("@sallyport/guard/stores/redis-dead-letters"),
      import("@sallyport/guard/stores/redis-trail"),
    ]);
    const asked = new Redis(client);
    return {
      claims: new RedisClaims(asked),
      limits: new RedisLimits(asked),
      ledger: new RedisLedger(asked),
      deadLetters: new RedisDeadLetters(asked),
      trail: new RedisTrail(asked),
      answers: () => redisAnswers(client),
      checks: () => redisChecks(client),
      declare: () => Promise.resolve(),
      close: async () => client.disconnect(),
    };
  },
  rights: (layout, role) => {
    const selectors = AREAS[role].map((area) => `(${[...ASKS, ...area].join(" ")})`);
    return {
      role,
      user: userOf(layout, role),
      goes: "to redis-cli, of a user who may ACL, after the broker's where that is the same server; then ACL SAVE, where it has an aclfile",
      text: `ACL SETUSER ${userOf(layout, role)} on resetpass >${PASSWORD} clearselectors +ping +info +cluster|slots ${selectors.join(" ")}`,
    };
  },
};
