// What is taken and not settled, what others do to streams and consumers, and what is told when something fails.
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type NatsOptions, NatsTransport } from "../../src/adapters/nats.ts";
import { TestClock } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { asked, meddling, opened } from "./nats-house.ts";
import { box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 10_000, interval: 10 };
const SLOW = { timeout: 60_000 };

let count = 0;
const freshPrefix = (): string => `d${process.pid}_${++count}`;

interface Info {
  readonly num_ack_pending: number;
  readonly num_waiting: number;
  readonly delivered: { readonly consumer_seq: number };
}

describeBroker("nats", "NATS JetStream, from day to day", (url) => {
  let connection: NatsConnection;
  beforeAll(async () => {
    connection = await connect({ servers: url, maxReconnectAttempts: -1 });
  });
  afterAll(() => connection.close());

  const open = (options: NatsOptions = {}): Promise<NatsTransport> => opened(connection, { prefix: freshPrefix(), ...options });
  const infoOf = (prefix: string, group = "g"): Promise<Info> => asked(connection, `CONSUMER.INFO.${prefix}-orders.${group}`);
  const pendingOf = async (prefix: string): Promise<number> => (await infoOf(prefix)).num_ack_pending;

  describe("what is out belongs to a member that can be heard of", () => {
    test("[PSN-11] [PSN-12] a member that is not heard of loses what it has, after reclaimAfterMs and not before", async () => {
      const options = { prefix: freshPrefix(), reclaimAfterMs: 400 };
      // Whose timers stand still: it says nothing of what it has.
      const first = await box(await opened(connection, { ...options, clock: new TestClock() }));
      const transport = await opened(connection, options);
      const sentAt = performance.now();
      await send(transport, ["a"]);
      await first.take(1);
      const second = await box(transport);
      const [again] = await second.take(1);
      expect([textsOf([again!]), performance.now() - sentAt >= 399]).toEqual([["a"], true]);
    });

    test("[PSN-05] a member that works for longer keeps what it has", SLOW, async () => {
      const prefix = freshPrefix();
      const transport = await opened(connection, { prefix, reclaimAfterMs: 200 });
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
      const transport = await opened(connection, { prefix });
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
      const slow = new Proxy(connection, {
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

  describe("what others do", () => {
    test("[PUB-11] a message is stored however often its id was, and whatever somebody sent under it", async () => {
      const transport = await open();
      for (const text of ["a", "b"])
        await transport.send([{ id: "same", destination: "orders", key: undefined, bytes: Buffer.from(text) }]);
      expect(textsOf(await (await box(transport)).take(2))).toEqual(["a", "b"]);
    });

    test.each([
      ["that it had it before", '{"stream":"s","seq":1,"duplicate":true}'],
      ["nothing", ""],
      ["something else", '{"hello":"world"}'],
    ])("[PUB-11] a stream that answers %s has confirmed nothing", async (_what, answer) => {
      const prefix = freshPrefix();
      const transport = await opened(connection, { prefix });
      await send(transport, ["first"]);
      await asked(connection, `STREAM.DELETE.${prefix}-orders`);
      const liar = connection.subscribe(`${prefix}.orders`, { callback: (_error, message) => void message.respond(answer) });
      await expect(send(transport, ["a"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      liar.unsubscribe();
    });

    test("[PSN-04] a message that looks like one of the server's is a message, and its key is no subject", async () => {
      const prefix = freshPrefix();
      const transport = await opened(connection, { prefix });
      for (const key of ["*", ">", "k>", "a.b", "", "k".repeat(2000)]) {
        const forged = headers(404, "No Messages");
        forged.set("Sallyport-Key", key);
        forged.set("Nats-Pending-Messages", "99");
        await connection.request(`${prefix}.orders`, "forged", { headers: forged, timeout: 5000 });
      }
      const { take } = await box(transport, { ordering: "key" });
      for (let n = 0; n < 6; n++) {
        const [delivery] = await take(1);
        expect(textsOf([delivery!])).toEqual(["forged"]);
        if (n % 2 === 0) await delivery!.ack();
        else await delivery!.retryAfter(1);
      }
      for (let n = 0; n < 3; n++) await (await take(1))[0]!.ack();
      await expect.poll(() => pendingOf(prefix), within).toBe(0);
    });

    test("[REP-09] what comes to an inbox from nobody's consumer is no delivery", async () => {
      const prefix = freshPrefix();
      const inboxPrefix = `_INBOX_${prefix}`;
      const heard: string[] = [];
      connection.subscribe(`$JS.API.CONSUMER.MSG.NEXT.${prefix}-orders.g`, { callback: (_error, { reply }) => void heard.push(reply!) });
      const transport = await opened(connection, { prefix, inboxPrefix });
      const { waiting, take } = await box(transport);
      await expect.poll(() => heard.length, within).toBeGreaterThan(0);
      for (const reply of [`$JS.ACK.other.g.1.1.1.1.0`, `$JS.ACK.${prefix}-orders.g.1.x.1.1.0`, "elsewhere", undefined])
        connection.publish(heard[0]!, "forged", reply === undefined ? {} : { reply });
      await send(transport, ["true"]);
      expect([textsOf(await take(1)), waiting()]).toEqual([["true"], 0]);
    });

    test.each([
      ["its consumer is removed", (prefix: string) => asked(connection, `CONSUMER.DELETE.${prefix}-orders.g`)],
      [
        "the stream is removed and declared anew",
        async (prefix: string) => {
          await asked(connection, `STREAM.DELETE.${prefix}-orders`);
          await opened(connection, { prefix });
        },
      ],
    ])("[REP-12] a member goes on when %s, and what it has can be settled", SLOW, async (_what, strike) => {
      const prefix = freshPrefix();
      const transport = await opened(connection, { prefix, answerWithinMs: 300 });
      const { take, told } = await box(transport, { prefetch: 1 });
      await send(transport, ["a"]);
      const [a] = await take(1);
      await strike(prefix);
      // Until there is somebody who hears of it.
      await expect
        .poll(
          () =>
            a!.ack().then(
              () => "done",
              () => "not yet",
            ),
          within,
        )
        .toBe("done");
      await send(transport, ["b"]);
      const seen: string[] = [];
      while (!seen.includes("b")) {
        const [delivery] = await take(1);
        seen.push(...textsOf([delivery!]));
        await delivery!.ack();
      }
      expect(told.at(-1)).toBeUndefined();
    });

    test.each(["ack", "retryAfter"] as const)(
      "[REP-12] %s that is never answered is done when the server answers all else",
      SLOW,
      async (how) => {
        const prefix = freshPrefix();
        const meddled = await meddling(url);
        const transport = new NatsTransport(meddled.client, { prefix, answerWithinMs: 300 });
        onTestFinished(() => transport.close());
        await transport.declare("orders");
        const { take } = await box(transport, { prefetch: 1 });
        await send(transport, ["a", "b"]);
        const [a] = await take(1);
        meddled.isUnanswered = true;
        await (how === "ack" ? a!.ack() : a!.retryAfter(60_000));
        meddled.isUnanswered = false;
        const [b] = await take(1);
        expect(textsOf([b!])).toEqual(["b"]);
        await b!.ack();
        expect(await pendingOf(prefix)).toBe(how === "ack" ? 0 : 1);
      },
    );

    test("[PSN-01] messages removed while they are delayed hold nothing up", SLOW, async () => {
      const prefix = freshPrefix();
      const transport = await opened(connection, { prefix, reclaimAfterMs: 300 });
      const { take } = await box(transport, { ordering: "key", prefetch: 1 });
      await send(transport, ["a1", "a2"], "a");
      const [a1] = await take(1);
      await a1!.retryAfter(60_000);
      await asked(connection, `STREAM.MSG.DELETE.${prefix}-orders`, { seq: 1 });
      const [a2] = await take(1);
      expect(textsOf([a2!])).toEqual(["a2"]);
      await a2!.ack();
      await expect.poll(() => pendingOf(prefix), within).toBe(0);
    });
  });

  test("[PSN-03] a member that waits asks for nothing, and is woken by what comes", async () => {
    const prefix = freshPrefix();
    const transport = await opened(connection, { prefix, clock: new TestClock() });
    const asking: string[] = [];
    const watch = connection.subscribe(`$JS.API.*.*.*.${prefix}-orders.>`, {
      callback: (_error, { subject }) => void asking.push(subject),
    });
    onTestFinished(() => watch.unsubscribe());
    const { take } = await box(transport);
    await send(transport, ["a"]);
    await (await take(1))[0]!.ack();
    await expect.poll(async () => (await infoOf(prefix)).num_waiting, within).toBe(1);
    const before = asking.filter((subject) => subject.includes("MSG.NEXT")).length;
    for (let n = 0; n < 20; n++) await connection.flush();
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
    const transport = await opened(connection, { prefix });
    await send(transport, ["a", "b", "c", "d"]);
    const gapAfter = async (after: string | undefined): Promise<boolean> =>
      (await transport.browse({ destination: "orders", after, most: 9 })).gap;
    await asked(connection, `STREAM.PURGE.${prefix}-orders`, { seq: 3 });
    expect([await gapAfter(undefined), await gapAfter("1"), await gapAfter("2"), await gapAfter("3")]).toEqual([false, true, false, false]);
    await asked(connection, `STREAM.PURGE.${prefix}-orders`);
    expect([await gapAfter("3"), await gapAfter("4")]).toEqual([true, false]);
  });
});
