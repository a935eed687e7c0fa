// Both clients of Redis, connected while the tests of one description run.
import { Redis as IoRedis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll } from "vitest";

export function redisClients(url: string) {
  const ioredis = new IoRedis(url, { lazyConnect: true });
  const nodeRedis = createClient({ url });
  beforeAll(async () => {
    await Promise.all([ioredis.connect(), nodeRedis.connect()]);
  });
  afterAll(() => {
    ioredis.disconnect();
    nodeRedis.destroy();
  });
  return { ioredis, nodeRedis };
}
