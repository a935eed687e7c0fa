// Ordered groups on Redis Streams: whoever comes, goes or retries keeps the order of each key.
import { Redis as IoRedis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type RedisStreamsClient, type RedisStreamsOptions, RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import { TestClock } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { box, type Box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 10_000, interval: 10 };

let opened = 0;
/** Keys of its own for every transport. */
const freshPrefix = (): string => `o${process.pid}-${++opened}`;

describeBroker("redis", "Redis Streams, order by key", (url) => {
  const ioredis = new IoRedis(url, { lazyConnect: true });
  const nodeRedis = createClient({ url });

  beforeAll(async () => {
    await Promise.all([ioredis.connect(), nodeRedis.connect()]);
  });
  afterAll(() => {
    ioredis.disconnect();
    nodeRedis.destroy();
  });

  const open = (client: RedisStreamsClient = ioredis, options: RedisStreamsOptions = {}): RedisStreamsTransport => {
    const transport = new RedisStreamsTransport(client, { prefix: freshPrefix(), ...options });
    onTestFinished(() => transport.close());
    return transport;
  };

  test("[PSN-09] what an unordered group has given back and delayed is ordered when members ask for it", async () => {
    const prefix = freshPrefix();
    const transport = open(ioredis, { prefix });
    const before = await box(transport);
    await send(transport, ["a1", "a2", "a3", "a4"], "a");
    const taken = await before.take(4);
    before.subscription.pause();
    await taken[1]!.retryAfter(1);
    await taken[3]!.retryAfter(60_000);
    await before.subscription.close();
    const after = await box(transport, { ordering: "key" });
    for (const text of ["a1", "a2", "a3"]) {
      const [delivery] = await after.take(1);
      // When its time comes, it waits for the earlier none the less.
      if (text === "a1") await expect.poll(() => ioredis.zscore(`${prefix}:{orders}:due:g`, taken[1]!.brokerId), within).toBe(null);
      expect([textsOf([delivery!]), after.waiting()]).toEqual([[text], 0]);
      await delivery!.ack();
    }
  });

  test("[PSN-09] a member that asks for no order keeps it while another asks for it, and is woken when none does", async () => {
    const prefix = freshPrefix();
    const ordered = await box(open(ioredis, { prefix }), { ordering: "key", prefetch: 1 });
    // Whose timers stand still: it does not look by itself.
    const transport = open(ioredis, { prefix, clock: new TestClock() });
    await send(transport, ["a1"], "a");
    await ordered.take(1);
    const other = await box(transport);
    await send(transport, ["a2", "a3"], "a");
    await send(transport, ["b1"], "b");
    expect([textsOf(await other.take(1)), other.waiting()]).toEqual([["b1"], 0]);
    await ordered.subscription.close();
    expect(textsOf(await other.take(3)).sort()).toEqual(["a1", "a2", "a3"]);
  });

  test("[PSN-09] members that come, go and retry keep the order of each key, and never have two of one", { timeout: 60_000 }, async () => {
    const prefix = freshPrefix();
    const transports = [open(ioredis, { prefix }), open(nodeRedis, { prefix })];
    const keys = Array.from({ length: 12 }, (_, key) => `k${key}`);
    const wanted = Array.from({ length: 25 }, (_, n) => String(n));
    const done = new Map<string, string[]>(keys.map((key) => [key, []]));
    const out = new Set<string>();
    const twice: string[] = [];
    let [left, taken] = [keys.length * wanted.length, 0];
    const finished = Promise.withResolvers<void>();
    const member = (index: number): Promise<Box> => {
      const receiving = box(transports[index % 2]!, { ordering: "key", prefetch: 3 });
      void receiving.then(async (mine) => {
        for (;;) {
          const [delivery] = await mine.take(1);
          const [key, n] = textsOf([delivery!])[0]!.split(" ") as [string, string];
          if (out.has(key)) twice.push(key);
          out.add(key);
          await new Promise((resolve) => setImmediate(resolve));
          out.delete(key);
          if (++taken % 5 === 0) await delivery!.retryAfter(taken % 20);
          else {
            done.get(key)!.push(n);
            await delivery!.ack();
            if (--left === 0) finished.resolve();
          }
        }
      });
      return receiving;
    };
    const members = await Promise.all([0, 1, 2, 3].map(member));
    const sending = (async () => {
      for (const n of wanted) await Promise.all(keys.map((key) => send(transports[0]!, [`${key} ${n}`], key)));
    })();
    await Promise.all([sending, finished.promise]);
    expect(twice).toEqual([]);
    for (const key of keys) expect([key, done.get(key)]).toEqual([key, wanted]);
    for (const { subscription } of members) await subscription.close();
  });
});
