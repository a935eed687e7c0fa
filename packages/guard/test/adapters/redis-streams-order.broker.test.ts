// Ordered groups on Redis Streams: whoever comes, goes or retries keeps the order of each key.
import { expect, test } from "vitest";
import { TestClock } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { KeysInWork } from "./keys-in-work.ts";
import { redisStreamsHouse } from "./redis-streams-house.ts";
import { box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 10_000, interval: 10 };

describeBroker("redis", "Redis Streams, order by key", (url) => {
  const { ioredis, nodeRedis, freshPrefix, open } = redisStreamsHouse(url, "o");

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
    const keys = new KeysInWork();
    await Promise.all([0, 1, 2, 3].map((index) => keys.join(transports[index % 2]!)));
    await Promise.all([keys.send(transports[0]!), keys.finished]);
    expect(keys.twice).toEqual([]);
    for (const [done, wanted] of keys.orders) expect(done).toEqual(wanted);
  });
});
