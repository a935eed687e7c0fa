import { RedisStreamsTransport } from "@sallyport/guard/adapters/redis-streams";
import { Redis } from "ioredis";
import { CONCURRENCY, GROUP, InWork, type Lane } from "./lane.ts";

type Entries = readonly (readonly [stream: Buffer, entries: readonly (readonly [id: Buffer, fields: readonly Buffer[]])[]])[];

export const redisStreams: Lane = {
  name: "Redis Streams",
  broker: "redis",
  async raw(url, destination) {
    const client = new Redis(url);
    const reader = client.duplicate();
    await client.xgroup("CREATE", destination, GROUP, "$", "MKSTREAM");
    return {
      publish: (bytes) => client.xadd(destination, "*", "bytes", Buffer.from(bytes)),
      async consume(count, handle) {
        const inWork = new InWork();
        for (let left = count; left > 0;) {
          const read = reader.xreadgroupBuffer("GROUP", GROUP, "one", "COUNT", CONCURRENCY, "BLOCK", 1000, "STREAMS", destination, ">");
          const [stream] = ((await read) ?? []) as unknown as Entries;
          for (const [, fields] of stream?.[1] ?? []) inWork.add(handle(fields[1]!));
          await inWork.done();
          await Promise.all((stream?.[1] ?? []).map(([id]) => client.xack(destination, GROUP, id)));
          left -= stream?.[1].length ?? 0;
        }
      },
      async close() {
        await client.del(destination);
        client.disconnect();
        reader.disconnect();
      },
    };
  },
  async guarded(url) {
    const client = new Redis(url);
    return { transport: new RedisStreamsTransport(client), close: async () => client.disconnect() };
  },
};
