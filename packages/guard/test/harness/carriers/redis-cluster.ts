import { Cluster } from "ioredis";
import { RedisStreamsTransport } from "../../../src/adapters/redis-streams.ts";
import type { Carrier } from "./carrier.ts";

/** The address is of one node: the others are found by it, or by `,` more of them. */
export const redisCluster: Carrier = {
  async open(urls) {
    const client = new Cluster(urls.split(","), { redisOptions: { socketTimeout: 4000 }, clusterRetryStrategy: () => 50 });
    client.on("error", () => undefined);
    return { transport: new RedisStreamsTransport(client, { reclaimAfterMs: 300 }), close: async () => client.disconnect() };
  },
};
