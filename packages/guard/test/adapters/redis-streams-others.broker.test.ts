// What others do to a stream and its groups, and what becomes of what is out and delayed there.
import { expect, test } from "vitest";
import { describeBroker } from "../brokers.ts";
import { redisStreamsHouse } from "./redis-streams-house.ts";
import { box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 10_000, interval: 10 };

describeBroker("redis", "Redis Streams, what others do", (url) => {
  const { ioredis, freshPrefix, open } = redisStreamsHouse(url, "s");
  const pendingOf = async (stream: string, group = "g"): Promise<unknown> => ((await ioredis.xpending(stream, group)) as unknown[])[0];
  test.each(["none", "key"] as const)("[PSN-01] entries deleted while they are pending hold nothing up (ordering %s)", async (ordering) => {
    const prefix = freshPrefix();
    const stream = `${prefix}:{orders}`;
    const transport = open(ioredis, { prefix });
    const { take } = await box(transport, { ordering, prefetch: 1 });
    await send(transport, ["a1", "a2"], "a");
    const [a1] = await take(1);
    await ioredis.xdel(stream, a1!.brokerId);
    await a1!.retryAfter(20);
    const [a2] = await take(1);
    expect(textsOf([a2!])).toEqual(["a2"]);
    await a2!.ack();
    await expect.poll(() => pendingOf(stream), within).toBe(0);
    await expect.poll(() => ioredis.zcard(`${stream}:due:g`), within).toBe(0);
    expect(await ioredis.hlen(`${stream}:keys:g`)).toBe(0);
  });

  test("[PSN-01] entries trimmed while they wait behind their key hold nothing up", async () => {
    const prefix = freshPrefix();
    const transport = open(ioredis, { prefix });
    const { take } = await box(transport, { ordering: "key", prefetch: 1 });
    await send(transport, ["a1", "a2", "a3"], "a");
    const [a1] = await take(1);
    await send(transport, ["a4"], "a");
    await ioredis.xtrim(`${prefix}:{orders}`, "MAXLEN", 1);
    await a1!.ack();
    expect(textsOf(await take(1))).toEqual(["a4"]);
  });

  test.each([
    ["its group is destroyed", (stream: string) => ioredis.xgroup("DESTROY", stream, "g")],
    ["the stream is deleted", (stream: string) => ioredis.del(stream)],
  ])("[REP-12] a member goes on when %s", async (_what, strike) => {
    const prefix = freshPrefix();
    const transport = open(ioredis, { prefix });
    const { take } = await box(transport, { ordering: "key" });
    await send(transport, ["a1"], "a");
    const [a1] = await take(1);
    await strike(`${prefix}:{orders}`);
    await a1!.retryAfter(0);
    await send(transport, ["b1"], "b");
    const seen: string[] = [];
    while (!seen.includes("b1")) seen.push(...textsOf(await take(1)));
    expect(seen).toContain("b1");
  });

  test("[PSN-04] [REP-09] what others add is carried as it is, and its id vouches for nothing", async () => {
    const prefix = freshPrefix();
    const transport = open(ioredis, { prefix });
    const stream = `${prefix}:{orders}`;
    await ioredis.xadd(stream, "1-1", "other", "field");
    await ioredis.xadd(stream, "2-1", "bytes", "first", "bytes", "second", "key", "\u0000", "key", "k");
    await ioredis.xadd(stream, "18446744073709551615-1", "bytes", "late");
    const { take } = await box(transport, { ordering: "key" });
    const all = await take(3);
    expect(textsOf(all)).toEqual(["", "first", "late"]);
    expect(all.map(({ enqueuedAtMs }) => enqueuedAtMs)).toEqual([undefined, undefined, undefined]);
    expect(transport.capabilities.vouchesEnqueueTime).toBe(false);
    for (const delivery of all) await delivery.ack();
    expect(await pendingOf(stream)).toBe(0);
  });

  test("[PUB-11] a stream whose last id somebody chose takes nothing more, and says so", async () => {
    const prefix = freshPrefix();
    const transport = open(ioredis, { prefix });
    await ioredis.xadd(`${prefix}:{orders}`, "18446744073709551615-18446744073709551615", "bytes", "last");
    await expect(send(transport, ["a"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_REFUSED" });
  });

  test("[REP-09] where ids are vouched for, one of a time to come is not", async () => {
    const prefix = freshPrefix();
    const transport = open(ioredis, { prefix, vouchesEnqueueTime: true });
    await ioredis.xadd(`${prefix}:{orders}`, `${Date.now() + 3_600_000}-0`, "bytes", "late");
    const { take } = await box(transport);
    expect((await take(1))[0]!.enqueuedAtMs).toBeUndefined();
  });

  test("[PSN-11] what a plain XREADGROUP has taken for the group and not settled is delivered", async () => {
    const prefix = freshPrefix();
    const transport = open(ioredis, { prefix, reclaimAfterMs: 50 });
    const stream = `${prefix}:{orders}`;
    await send(transport, ["a", "b"]);
    await ioredis.xgroup("CREATE", stream, "g", "0");
    await ioredis.xreadgroup("GROUP", "g", "other", "COUNT", 1, "STREAMS", stream, ">");
    const { take } = await box(transport);
    expect(textsOf(await take(2))).toEqual(["b", "a"]);
  });
});
