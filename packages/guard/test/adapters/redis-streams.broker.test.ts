import { Redis as IoRedis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type RedisStreamsClient, type RedisStreamsOptions, RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import { browserLaws, transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";

let transports = 0;
/** Keys of its own for every transport. */
const freshPrefix = (): string => `s${process.pid}-${++transports}`;

describeBroker("redis", "Redis Streams", (url) => {
  const ioredis = new IoRedis(url, { lazyConnect: true });
  const nodeRedis = createClient({ url });

  beforeAll(async () => {
    await Promise.all([ioredis.connect(), nodeRedis.connect()]);
  });
  afterAll(() => {
    ioredis.disconnect();
    nodeRedis.destroy();
  });

  const open = (client: RedisStreamsClient = ioredis, options: RedisStreamsOptions = {}): RedisStreamsTransport =>
    new RedisStreamsTransport(client, { prefix: freshPrefix(), ...options });

  describe.each([
    ["ioredis", ioredis],
    ["node-redis", nodeRedis],
  ] as const)("through %s", (_name, client) => {
    const opened = async (): Promise<RedisStreamsTransport> => open(client, { vouchesEnqueueTime: true });
    for (const law of [...transportLaws(opened), ...browserLaws(opened)]) test(law.name, law.run);
  });
});
