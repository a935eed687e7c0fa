// A process that handles steps from a Redis stream, with claims in Redis, and writes down what it did in a list there;
// ends itself with SIGKILL at a named point. Arguments: address, prefix, key file text, point (or "none"), how many passes
// of the point come before the end.
import { Redis as IoRedis } from "ioredis";
import { RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import { Consumer, parseKeys, retry } from "../../src/index.ts";
import { Redis } from "../../src/redis/redis.ts";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { RedisClaims } from "../../src/stores/redis-claims.ts";
import { steps } from "../sqlite/steps.ts";

const [url = "", prefix = "", keyText = "", point = "none", passes = "0"] = process.argv.slice(2);
const client = new IoRedis(url);
let left = Number(passes);
const transport = new RedisStreamsTransport(client, { prefix, reclaimAfterMs: 300 });
const consumer = new Consumer({
  contract: steps,
  group: "g",
  transport,
  keys: parseKeys(keyText, "argument"),
  claims: new RedisClaims(new Redis(client, { prefix })),
  deadLetters: new MemoryDeadLetters(),
  observer: {
    at: (name) => {
      if (name === point && left-- <= 0) process.kill(process.pid, "SIGKILL");
    },
  },
  // One at a time, so that no other handler is between its effect and its commit when the process ends.
  policy: { concurrency: point === "none" ? 4 : 1, leaseMs: 200, retryMs: 5, maxFailures: 3, maxCrashes: 1000 },
  handlers: {
    step: async ({ data: { of, n } }, { attempt }) => {
      if (n % 3 === 1 && attempt === 1) return retry(5);
      await client.rpush(`${prefix}:done:${of}`, `${n}`);
      return undefined;
    },
  },
});
await consumer.start();
await new Promise((resolve) => process.stdin.resume().once("end", resolve));
await consumer.drain(1000);
// The connection for commands is this process's own to close; whatever else is left would keep it from its end.
await client.quit();
