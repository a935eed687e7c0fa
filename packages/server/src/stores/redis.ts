// Claims, limits, the call ledger, dead letters and the trail in Redis.
import { connectRedis, REDIS_SCHEMES, redisAnswers, redisChecks, redisExposures } from "../redis-server.ts";
import type { Store } from "./store.ts";

export const redis: Store = {
  name: "redis",
  schemes: REDIS_SCHEMES,
  options: new Map(),
  example: "rediss://USER:PASSWORD@HOST[:PORT]",
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
      close: async () => client.disconnect(),
    };
  },
};
