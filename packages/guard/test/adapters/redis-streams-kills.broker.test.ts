// The server, or a consumer's process, is ended with SIGKILL in the middle: nothing is lost and nothing is doubled.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Redis as IoRedis } from "ioredis";
import { createClient } from "redis";
import { expect, onTestFinished, test } from "vitest";
import { RedisStreamsTransport, type RedisStreamsClient } from "../../src/adapters/redis-streams.ts";
import { Consumer, KeyRing, Publisher, retry } from "../../src/index.ts";
import { Redis, type RedisClient } from "../../src/redis/redis.ts";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { RedisClaims } from "../../src/stores/redis-claims.ts";
import { describeBroker } from "../brokers.ts";
import { keySpec } from "../house.ts";
import { redisServer } from "../redis-server.ts";
import { steps } from "../sqlite/steps.ts";

const WORKER = fileURLToPath(new URL("stream-worker.ts", import.meta.url));
const SLOW = { timeout: 120_000 };
const within = { timeout: 60_000, interval: 20 };
const KEYS = ["p", "q", "r", "s"];
const spec = keySpec({ issuer: "counted" });

let prefixes = 0;
const freshPrefix = (): string => `kill${process.pid}-${++prefixes}`;

const publisherOn = (transport: RedisStreamsTransport): Publisher<typeof steps> =>
  new Publisher({ contract: steps, transport, keys: new KeyRing([spec]), limits: new MemoryLimits(), ledger: new MemoryLedger() });

/** Until it is confirmed: a call that is repeated goes out under the same id (PUB-10). */
async function publish(publisher: Publisher<typeof steps>, of: string, n: number): Promise<void> {
  for (;;) {
    try {
      const caller = { principal: { id: "x" }, origin: "service", idempotencyKey: `${of}${n}` } as const;
      await publisher.publish("step", { of, n }, caller);
      return;
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    }
  }
}

function startWorker(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ["--conditions=sallyport-source", WORKER, ...args], { stdio: ["pipe", "ignore", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

describeBroker("redis", "Redis Streams, killed", (url) => {
  const connections: readonly (readonly [string, (url: string) => Promise<RedisStreamsClient & RedisClient>])[] = [
    [
      "ioredis",
      async (to) => {
        const client = new IoRedis(to);
        client.on("error", () => undefined);
        onTestFinished(() => client.disconnect());
        return client;
      },
    ],
    [
      "node-redis",
      async (to) => {
        const client = createClient({ url: to });
        client.on("error", () => undefined);
        onTestFinished(() => client.destroy());
        await client.connect();
        return client as unknown as RedisStreamsClient & RedisClient;
      },
    ],
  ];

  test.each(connections)(
    "[REP-07] [REP-12] [PSN-03] [PSN-09] [PUB-11] a server killed under load, three times: 0 lost, 0 doubled, in order (%s)",
    SLOW,
    async (_name, connect) => {
      const server = await redisServer();
      const client = await connect(server.url);
      const transport = new RedisStreamsTransport(client, { reclaimAfterMs: 1000 });
      const done = new Map<string, number[]>(KEYS.map((key) => [key, []]));
      const progress = { handled: 0, wake: (): void => undefined };
      const told: (string | undefined)[] = [];
      const consumer = new Consumer({
        contract: steps,
        group: "g",
        transport,
        keys: new KeyRing([spec]),
        claims: new RedisClaims(new Redis(client)),
        deadLetters: new MemoryDeadLetters(),
        observer: { holding: (held, code) => void told.push(held ? code : undefined) },
        policy: { concurrency: 8, retryMs: 5, maxFailures: 3, maxCrashes: 1000, leaseMs: 500 },
        handlers: {
          step: ({ data: { of, n } }, { attempt }) => {
            if (n % 5 === 1 && attempt === 1) return retry(20);
            done.get(of)!.push(n);
            progress.handled++;
            progress.wake();
            return undefined;
          },
        },
      });
      onTestFinished(() => consumer.drain(100));
      await consumer.start();
      const publisher = publisherOn(transport);
      const wanted = Array.from({ length: 100 }, (_, n) => n);
      const sent = Promise.all(
        KEYS.map(async (key) => {
          for (const n of wanted) await publish(publisher, key, n);
        }),
      );
      for (const at of [60, 160, 260]) {
        while (progress.handled < at) {
          await new Promise<void>((resolve) => {
            progress.wake = resolve;
          });
        }
        await server.kill();
        await server.restart();
      }
      await sent;
      await expect.poll(() => progress.handled, within).toBe(KEYS.length * wanted.length);
      for (const key of KEYS) expect([key, done.get(key)]).toEqual([key, wanted]);
      const reader = new IoRedis(server.url);
      await expect.poll(async () => ((await reader.xpending("sallyport:{steps}", "g")) as unknown[])[0], within).toBe(0);
      reader.disconnect();
      expect(told.filter((code) => code === undefined).length, "it was held, and went on").toBeGreaterThan(0);
      await consumer.drain(100);
    },
  );

  test.each(["consume:received", "consume:claimed", "consume:committed", "consume:failed"])(
    "[PSN-07] [PSN-09] [PSN-11] [PSN-12] a consumer's process killed at %s: 0 lost, 0 doubled, in order",
    SLOW,
    async (point) => {
      const [prefix, keyText] = [freshPrefix(), JSON.stringify([spec])];
      const client = new IoRedis(url);
      onTestFinished(() => client.disconnect());
      const publisher = publisherOn(new RedisStreamsTransport(client, { prefix }));
      const wanted = Array.from({ length: 8 }, (_, n) => n);
      for (const n of wanted) for (const key of KEYS) await publish(publisher, key, n);
      for (let round = 0; round < 3; round++) {
        const [, signal] = (await once(startWorker(url, prefix, keyText, point, String(round)), "exit")) as [unknown, unknown];
        expect(signal).toBe("SIGKILL");
      }
      const peers = [startWorker(url, prefix, keyText), startWorker(url, prefix, keyText)];
      const exits = peers.map((peer) => once(peer, "exit"));
      await expect.poll(async () => ((await client.xpending(`${prefix}:{steps}`, "g")) as unknown[])[0], within).toBe(0);
      for (const key of KEYS) expect([key, await client.lrange(`${prefix}:done:${key}`, 0, -1)]).toEqual([key, wanted.map(String)]);
      // By themselves: no timer and no connection is left of the transport.
      for (const peer of peers) peer.stdin!.end();
      expect((await Promise.all(exits)).map(([code]) => code as unknown)).toEqual([0, 0]);
    },
  );
});
