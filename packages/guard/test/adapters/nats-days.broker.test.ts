// What is taken and not settled, what others do to streams and consumers, and what is told when something fails.
import { describe, expect, onTestFinished, test } from "vitest";
import { type NatsOptions, NatsTransport } from "../../src/adapters/nats.ts";
import { TestClock } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { asked, opened, natsHouse } from "./nats-house.ts";
import { box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 10_000, interval: 10 };
const SLOW = { timeout: 60_000 };

describeBroker("nats", "NATS JetStream, from day to day", (url) => {
  const house = natsHouse(url, "d");
  const { freshPrefix, open, infoOf } = house;
  const pendingOf = async (prefix: string): Promise<number> => (await infoOf(prefix)).num_ack_pending;

  describe("what is out belongs to a member that can be heard of", () => {
    test("[PSN-11] [PSN-12] a member that is not heard of loses what it has, after reclaimAfterMs and not before", async () => {
      const options = { prefix: freshPrefix(), reclaimAfterMs: 400 };
      // Whose timers stand still: it says nothing of what it has.
      const first = await box(await opened(house.connection, { ...options, clock: new TestClock() }));
      const transport = await opened(house.connection, options);
      const sentAt = performance.now();
      await send(transport, ["a"]);
      await first.take(1);
      const second = await box(transport);
      const [again] = await second.take(1);
      expect([textsOf([again!]), performance.now() - sentAt >= 399]).toEqual([["a"], true]);
    });

    test("[PSN-05] a member that works for longer keeps what it has", SLOW, async () => {
      const prefix = freshPrefix();
      const transport = await opened(house.connection, { prefix, reclaimAfterMs: 200 });
      const [first, second] = [await box(transport), await box(transport)];
      await send(transport, ["a", "b"]);
      await expect.poll(() => first.waiting() + second.waiting(), within).toBe(2);
      const deliveriesOf = async (): Promise<number> => (await infoOf(prefix)).delivered.consumer_seq;
      // Another destination's message, delayed for five times as long, is the clock.
      await transport.declare("clock");
      const clock = await box(transport, { destination: "clock" });
      await send(transport, ["tick"], undefined, "clock");
      await (await clock.take(1))[0]!.retryAfter(1000);
      await clock.take(1);
      expect([await deliveriesOf(), first.waiting() + second.waiting()]).toEqual([2, 2]);
    });

    test.each(["none", "key"] as const)(
      "[PSN-03] what is delayed is not hurried by what is said of the rest (ordering %s)",
      SLOW,
      async (ordering) => {
        const transport = await open({ reclaimAfterMs: 300 });
        const { take } = await box(transport, { ordering });
        await send(transport, ["slow"], "a");
        await send(transport, ["work"], "b");
        const both = await take(2);
        const slow = both.find((delivery) => textsOf([delivery])[0] === "slow");
        const askedAt = performance.now();
        await slow!.retryAfter(1500);
        expect(textsOf(await take(1))).toEqual(["slow"]);
        expect(performance.now() - askedAt).toBeGreaterThanOrEqual(1499);
      },
    );

    test("[PSN-12] a member that closes gives back what it had, in its order, and settles nothing any more", async () => {
      const prefix = freshPrefix();
      const transport = await opened(house.connection, { prefix });
      const first = await box(transport);
      await send(transport, ["a", "b", "c", "d"]);
      const taken = await first.take(4);
      await taken[1]!.ack();
      await Promise.all([first.subscription.close(), first.subscription.close(), transport.close()]);
      await taken[0]!.ack();
      await taken[2]!.retryAfter(60_000);
      const second = await box(transport);
      expect(textsOf(await second.take(3))).toEqual(["a", "c", "d"]);
      expect(await pendingOf(prefix)).toBe(3);
    });

    test("[PSN-11] what was acknowledged stays so when the member that waited behind it is gone", async () => {
      const transport = await open();
      const first = await box(transport, { prefetch: 3 });
      await send(transport, ["a", "b"]);
      const [, b] = await first.take(2);
      await b!.ack();
      // It waits for more when it goes, and gives one back.
      await first.subscription.close();
      const second = await box(transport);
      expect(textsOf(await second.take(1))).toEqual(["a"]);
      await send(transport, ["c"]);
      expect([textsOf(await second.take(1)), second.waiting()]).toEqual([["c"], 0]);
    });

    test("[PSN-03] a retry at once comes at once, however early it comes", async () => {
      const { take, waiting } = await box(await openWith(["a"]), { prefetch: 1 });
      for (let n = 0; n < 50; n++) await (await take(1))[0]!.retryAfter(0);
      await (await take(1))[0]!.ack();
      expect(waiting()).toBe(0);
    });

    test("the next goes while what was settled is being recorded", async () => {
      const recorded = Promise.withResolvers<void>();
      const slow = new Proxy(house.connection, {
        get(target, name) {
          if (name === "request")
            return async (...args: Parameters<typeof target.request>) => {
              if (args[1] === "+ACK") await recorded.promise;
              return target.request(...args);
            };
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      const transport = await opened(slow, { prefix: freshPrefix() });
      const { take } = await box(transport, { prefetch: 1 });
      await send(transport, ["a", "b"]);
      const settled = (await take(1))[0]!.ack();
      expect(textsOf(await take(1))).toEqual(["b"]);
      recorded.resolve();
      await settled;
    });

    test("a paused member leaves to others what it has asked for", async () => {
      const transport = await open();
      const paused = await box(transport);
      paused.subscription.pause();
      const second = await box(transport, { prefetch: 2 });
      await send(transport, ["a", "b"]);
      expect(textsOf(await second.take(2)).sort()).toEqual(["a", "b"]);
      expect(paused.waiting()).toBe(0);
      for (const text of ["c", "d"]) await send(transport, [text]);
      paused.subscription.resume();
      expect(textsOf(await paused.take(2)).sort()).toEqual(["c", "d"]);
    });
  });

  const openWith = async (texts: readonly string[], options: NatsOptions = {}): Promise<NatsTransport> => {
    const transport = await open(options);
    await send(transport, texts);
    return transport;
  };

  test("[PSN-03] a member that waits asks for nothing, and is woken by what comes", async () => {
    const prefix = freshPrefix();
    const transport = await opened(house.connection, { prefix, clock: new TestClock() });
    const asking: string[] = [];
    const watch = house.connection.subscribe(`$JS.API.*.*.*.${prefix}-orders.>`, {
      callback: (_error, { subject }) => void asking.push(subject),
    });
    onTestFinished(() => watch.unsubscribe());
    const { take } = await box(transport);
    await send(transport, ["a"]);
    await (await take(1))[0]!.ack();
    await expect.poll(async () => (await infoOf(prefix)).num_waiting, within).toBe(1);
    const before = asking.filter((subject) => subject.includes("MSG.NEXT")).length;
    for (let n = 0; n < 20; n++) await house.connection.flush();
    expect(asking.filter((subject) => subject.includes("MSG.NEXT")).length).toBe(before);
    await send(transport, ["b"]);
    expect(textsOf(await take(1))).toEqual(["b"]);
  });

  test("[REP-09] a time to come is vouched for by nobody", async () => {
    const clock = new TestClock(Date.now() - 3_600_000);
    const transport = await openWith(["a"], { clock });
    const { take } = await box(transport);
    expect((await take(1))[0]!.enqueuedAtMs).toBeUndefined();
    const silent = await openWith(["a"], { vouchesEnqueueTime: false });
    expect(silent.capabilities.vouchesEnqueueTime).toBe(false);
    expect((await (await box(silent)).take(1))[0]!.enqueuedAtMs).toBeUndefined();
  });

  test("a reader is told what was removed meanwhile", async () => {
    const prefix = freshPrefix();
    const transport = await opened(house.connection, { prefix });
    await send(transport, ["a", "b", "c", "d"]);
    const gapAfter = async (after: string | undefined): Promise<boolean> =>
      (await transport.browse({ destination: "orders", after, most: 9 })).gap;
    await asked(house.connection, `STREAM.PURGE.${prefix}-orders`, { seq: 3 });
    expect([await gapAfter(undefined), await gapAfter("1"), await gapAfter("2"), await gapAfter("3")]).toEqual([false, true, false, false]);
    await asked(house.connection, `STREAM.PURGE.${prefix}-orders`);
    expect([await gapAfter("3"), await gapAfter("4")]).toEqual([true, false]);
  });
});
