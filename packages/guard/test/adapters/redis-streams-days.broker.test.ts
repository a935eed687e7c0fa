// What is taken and not settled, what others do to the stream, and what is told when something fails.
import { describe, expect, test } from "vitest";
import { TestClock } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { redisStreamsHouse } from "./redis-streams-house.ts";
import { box, meddled, send, textsOf } from "./stream-box.ts";

const within = { timeout: 10_000, interval: 10 };

describeBroker("redis", "Redis Streams, from day to day", (url) => {
  const { ioredis, freshPrefix, open } = redisStreamsHouse(url, "d");
  const pendingOf = async (stream: string, group = "g"): Promise<unknown> => ((await ioredis.xpending(stream, group)) as unknown[])[0];

  describe("what is out belongs to a member that can be heard of", () => {
    test("[PSN-11] [PSN-12] a member that is not heard of loses what it has, after reclaimAfterMs and not before", async () => {
      const prefix = freshPrefix();
      const frozen = meddled(ioredis);
      const first = await box(open(frozen, { prefix, reclaimAfterMs: 300 }));
      const transport = open(ioredis, { prefix, reclaimAfterMs: 300 });
      await send(transport, ["a"]);
      const [a] = await first.take(1);
      frozen.meddle = () => new Promise(() => undefined);
      const dueMs = Number(await ioredis.zscore(`${prefix}:{orders}:due:g`, a!.brokerId));
      const second = await box(transport);
      expect(textsOf(await second.take(1))).toEqual(["a"]);
      const [seconds, micros] = await ioredis.time();
      expect(Number(seconds) * 1000 + Number(micros) / 1000).toBeGreaterThanOrEqual(dueMs);
    });

    test("[PSN-05] a member that works for longer keeps what it has", async () => {
      const prefix = freshPrefix();
      const transport = open(ioredis, { prefix, reclaimAfterMs: 150 });
      const first = await box(transport);
      const second = await box(transport, { prefetch: 1 });
      await send(transport, ["a", "b"]);
      const firsts = await first.take(1);
      const all = [...firsts, ...(await (first.waiting() > 0 ? first : second).take(1))];
      expect(textsOf(all).sort()).toEqual(["a", "b"]);
      const dueOf = async (): Promise<number> => Number(await ioredis.zscore(`${prefix}:{orders}:due:g`, all[0]!.brokerId));
      const tookAt = await dueOf();
      await expect.poll(dueOf, within).toBeGreaterThan(tookAt + 300);
      expect([first.waiting(), second.waiting()]).toEqual([0, 0]);
    });

    test("[PSN-12] a member that closes leaves nothing of itself, and what it had is delivered in its order", async () => {
      const prefix = freshPrefix();
      const transport = open(ioredis, { prefix });
      const first = await box(transport);
      await send(transport, ["a", "b", "c", "d"]);
      const taken = await first.take(4);
      await taken[1]!.ack();
      await transport.close();
      const names = ((await ioredis.xinfo("CONSUMERS", `${prefix}:{orders}`, "g")) as unknown[][]).map((consumer) => consumer[1]);
      expect(names).toEqual(["-"]);
      await taken[0]!.ack();
      const second = await box(transport);
      expect(textsOf(await second.take(3))).toEqual(["a", "c", "d"]);
    });

    test("[PSN-12] what was taken from a member is no longer its own to delay, and is still settled by its acknowledgement", async () => {
      const prefix = freshPrefix();
      const frozen = meddled(ioredis);
      const first = await box(open(frozen, { prefix, reclaimAfterMs: 100 }));
      const transport = open(ioredis, { prefix, reclaimAfterMs: 60_000 });
      await send(transport, ["a"]);
      const [a] = await first.take(1);
      const thaw = frozen.meddle;
      frozen.meddle = () => Promise.reject(new Error("frozen"));
      const second = await box(transport);
      const [again] = await second.take(1);
      frozen.meddle = thaw;
      await a!.retryAfter(0);
      const owner = (await ioredis.xpending(`${prefix}:{orders}`, "g", "-", "+", 1)) as unknown[][];
      expect(owner[0]![1]).not.toBe("-");
      await again!.retryAfter(60_000);
      await a!.ack();
      expect(await pendingOf(`${prefix}:{orders}`)).toBe(1);
    });

    test("[REP-12] what comes again because a delay's answer got lost is no longer the first delivery's to delay", async () => {
      const prefix = freshPrefix();
      const client = meddled(ioredis);
      const transport = open(client, { prefix });
      const { take } = await box(transport, { prefetch: 2 });
      await send(transport, ["a"]);
      await (await take(1))[0]!.retryAfter(0);
      const [first] = await take(1);
      const heard = client.meddle;
      client.meddle = async (_script, ask) => {
        client.meddle = heard;
        await ask();
        throw new Error("lost");
      };
      await expect(first!.retryAfter(0)).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      const [again] = await take(1);
      await first!.retryAfter(60_000);
      await again!.ack();
      expect(await pendingOf(`${prefix}:{orders}`)).toBe(0);
    });

    test("[REP-12] what was given in an answer that got lost comes again at once", async () => {
      const client = meddled(ioredis);
      const transport = open(client, { reclaimAfterMs: 600_000 });
      const { take, told } = await box(transport, { prefetch: 1 });
      await send(transport, ["warm"]);
      const [warm] = await take(1);
      await send(transport, ["a", "b"]);
      let lost = 0;
      client.meddle = async (script, ask) => {
        const answer = await ask();
        if (!script || !Array.isArray(answer) || (answer[0] as unknown[]).length === 0 || lost++ > 0) return answer;
        throw new Error("the connection was closed");
      };
      await warm!.ack();
      const [one] = await take(1);
      await one!.ack();
      const [two] = await take(1);
      expect(textsOf([one!, two!]).sort()).toEqual(["a", "b"]);
      expect(told).toEqual([undefined, "ERR_TRANSPORT_UNAVAILABLE", undefined]);
    });
  });

  test("[PSN-01] poison that comes again and again takes a small share from what was never tried", { timeout: 30_000 }, async () => {
    const transport = open();
    const texts = [...Array<string>(50).fill("poison"), ...Array<string>(400).fill("honest")];
    await send(transport, texts);
    const { take } = await box(transport, { prefetch: 8 });
    let [honest, poison] = [0, 0];
    while (honest < 400) {
      const [delivery] = await take(1);
      if (textsOf([delivery!])[0] === "honest") {
        honest++;
        await delivery!.ack();
      } else {
        poison++;
        await delivery!.retryAfter(0);
      }
    }
    expect(poison - 50, "retries are not starved").toBeGreaterThan(5);
    expect(poison - 50).toBeLessThan(70);
  });

  describe("retention", () => {
    test("what is past its time goes when every group has settled it, and a reader is told of the gap", async () => {
      const prefix = freshPrefix();
      const stream = `${prefix}:{orders}`;
      const forever = open(ioredis, { prefix, retentionMs: Infinity });
      expect(forever.capabilities.retentionMs).toBeUndefined();
      for (const id of ["1-1", "2-1", "2-2", "3-1"]) await ioredis.xadd(stream, id, "bytes", id);
      await send(forever, ["new"]);
      const [one, two] = [await box(forever, { group: "one" }), await box(forever, { group: "two", prefetch: 2 })];
      for (const delivery of await one.take(5)) await delivery.ack();
      const [first, second] = await two.take(2);
      await first!.ack();
      const brief = open(ioredis, { prefix, retentionMs: 1000 });
      await box(brief, { group: "one" });
      // 1-1 alone is settled by both.
      await expect.poll(() => ioredis.xlen(stream), within).toBe(4);
      const gapAfter = async (after: string): Promise<boolean> => (await brief.browse({ destination: "orders", after, most: 1 })).gap;
      expect([await gapAfter("1-1"), await gapAfter("0-1"), await gapAfter("2-1")]).toEqual([false, true, false]);
      await second!.ack();
      for (let n = 0; n < 3; n++) await (await two.take(1))[0]!.ack();
      await box(brief, { group: "two" });
      await expect.poll(() => ioredis.xlen(stream), within).toBe(1);
      expect([await gapAfter("3-1"), await gapAfter("2-2")]).toEqual([false, true]);
    });
  });

  test("[PUB-11] what is sent at the same time is one command, and one that could not be added is asked for alone", async () => {
    const client = meddled(ioredis);
    const transport = open(client);
    const texts = Array.from({ length: 32 }, (_, index) => `t${index}`);
    await send(transport, ["first", "second"]);
    const before = client.asked;
    await Promise.all(texts.map((text, index) => send(transport, [text], index % 2 === 0 ? "key" : undefined)));
    expect(client.asked - before).toBe(1);
    const { take } = await box(transport, { prefetch: 100 });
    expect(textsOf(await take(34))).toEqual(["first", "second", ...texts]);
    client.meddle = (script, ask) => (script ? Promise.resolve([0]) : ask());
    await Promise.all([send(transport, ["failed"]), send(transport, ["added by the script"])]);
    client.meddle = (_script, ask) => ask();
    expect(textsOf(await take(1))).toEqual(["failed"]);
  });

  test("what a member may have out comes in parts, and all of it without anything being settled", async () => {
    const transport = open(ioredis);
    await send(
      transport,
      Array.from({ length: 80 }, (_, index) => `t${index}`),
    );
    const parts: number[] = [];
    const all = Promise.withResolvers<void>();
    const subscription = await transport.receive(
      { destination: "orders", group: "g", ordering: "none", prefetch: 70 },
      (deliveries) => parts.push(deliveries.length) === 4 && all.resolve(),
    );
    await all.promise;
    expect(parts).toEqual([18, 18, 18, 16]);
    await subscription.close();
  });

  test("the next goes while what was settled is being recorded, up to as many again", async () => {
    const client = meddled(ioredis);
    const transport = open(client);
    const { take, waiting } = await box(transport, { prefetch: 1 });
    await send(transport, ["a", "b", "c"]);
    const [a] = await take(1);
    const recorded = Promise.withResolvers<void>();
    let scripts = 0;
    // The first is the settling; what is taken after it is answered.
    client.meddle = async (_script, ask) => {
      const isFirst = scripts++ === 0;
      const answer = await ask();
      if (isFirst) await recorded.promise;
      return answer;
    };
    const settled = a!.ack();
    const [b] = await take(1);
    expect(textsOf([b!])).toEqual(["b"]);
    const also = b!.ack();
    await expect.poll(() => client.asked).toBeGreaterThan(3);
    expect(waiting()).toBe(0);
    recorded.resolve();
    await Promise.all([settled, also]);
    expect(textsOf(await take(1))).toEqual(["c"]);
  });

  describe("failures are told", () => {
    test("[PUB-11] a message that the server has no memory for is refused, and consumers go on", async () => {
      const client = meddled(ioredis);
      const transport = open(client);
      await send(transport, ["a"]);
      const ask = client.meddle;
      client.meddle = (script, asked) => (script ? asked() : Promise.reject(new Error("OOM command not allowed")));
      await expect(send(transport, ["b"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_REFUSED" });
      client.meddle = ask;
      const { take } = await box(transport);
      expect(textsOf(await take(1))).toEqual(["a"]);
    });

    test("[PUB-11] a batch of which some were refused is not said to be refused", async () => {
      const client = meddled(ioredis);
      const transport = open(client);
      await send(transport, ["a1", "a2"]);
      // Of the two the first was added, and the second is asked for alone.
      client.meddle = (script) => (script ? Promise.resolve([1]) : Promise.reject(new Error("OOM command not allowed")));
      await expect(send(transport, ["b", "c"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    });

    test("[PUB-11] of very much that is sent to a silent server at once, all is told of it together", async () => {
      const client = meddled(ioredis);
      const transport = open(client, { answerWithinMs: 100 });
      await send(transport, ["warm", "warm"]);
      client.meddle = () => new Promise(() => undefined);
      client.asked = 0;
      const sent = Array.from({ length: 2000 }, (_, index) => send(transport, [String(index)]));
      for (const told of await Promise.allSettled(sent)) expect(told).toMatchObject({ reason: { code: "ERR_TRANSPORT_UNAVAILABLE" } });
      expect(client.asked).toBeLessThan(5);
    });

    test("[PUB-11] what is not answered in time is not confirmed", async () => {
      const client = meddled(ioredis);
      const transport = open(client, { answerWithinMs: 300 });
      await send(transport, ["a"]);
      client.meddle = () => new Promise(() => undefined);
      await expect(send(transport, ["b"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    });
  });

  test("[PSN-03] a member that waits asks for nothing, and is woken by what comes", async () => {
    const [client, clock] = [meddled(ioredis), new TestClock()];
    const transport = open(client, { clock });
    const { take } = await box(transport);
    await send(transport, ["a"]);
    await (await take(1))[0]!.ack();
    const blocked = async (): Promise<boolean> => /blocked_clients:[1-9]/.test(await ioredis.info("clients"));
    await expect.poll(blocked, within).toBe(true);
    // The timers of this member stand still: whatever is asked, a busy loop asks it.
    let before = -1;
    await expect
      .poll(() => {
        const same = client.asked === before;
        before = client.asked;
        return same;
      }, within)
      .toBe(true);
    await ioredis.ping();
    expect(client.asked).toBe(before);
    await send(transport, ["b"]);
    expect(textsOf(await take(1))).toEqual(["b"]);
  });
});
