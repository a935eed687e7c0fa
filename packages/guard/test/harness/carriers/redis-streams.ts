import { Redis } from "ioredis";
import { RedisStreamsTransport } from "../../../src/adapters/redis-streams.ts";
import type { Carrier } from "./carrier.ts";

export const redisStreams: Carrier = {
  async open(url) {
    const client = new Redis(url);
    client.on("error", () => undefined);
    return { transport: new RedisStreamsTransport(client, { reclaimAfterMs: 300 }), close: async () => client.disconnect() };
  },
};
