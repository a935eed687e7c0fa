// An ordered group on NATS: whoever comes, goes or loses its turn keeps the order of each key.
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type NatsOptions, NatsTransport } from "../../src/adapters/nats.ts";
import { describeBroker } from "../brokers.ts";
import { asked, connected, meddling, opened } from "./nats-house.ts";
import { box, type Box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 10_000, interval: 10 };
const SLOW = { timeout: 60_000 };

let count = 0;
const freshPrefix = (): string => `o${process.pid}_${++count}`;

interface Info {
  readonly num_ack_pending: number;
  readonly delivered: { readonly consumer_seq: number };
}

describeBroker("nats", "NATS JetStream, order by key", (url) => {
  let connection: NatsConnection;
  beforeAll(async () => {
    connection = await connect({ servers: url, maxReconnectAttempts: -1 });
  });
  afterAll(() => connection.close());

  const open = (options: NatsOptions = {}): Promise<NatsTransport> => opened(connection, { prefix: freshPrefix(), ...options });
  const infoOf = (prefix: string, group = "g"): Promise<Info> => asked(connection, `CONSUMER.INFO.${prefix}-orders.${group}`);

  test("[PSN-09] [PSN-12] whoever comes next waits for what was out, and for what is delayed", SLOW, async () => {
    const prefix = freshPrefix();
    const options = { prefix, reclaimAfterMs: 500 };
    const dead = await connected(url);
    const first = await box(await opened(dead, options), { ordering: "key", prefetch: 2 });
    const transport = await opened(connection, options);
    await send(transport, ["a1", "a2"], "a");
    await send(transport, ["b1", "b2"], "b");
    const taken = await first.take(2);
    expect(textsOf(taken)).toEqual(["a1", "b1"]);
    const askedAt = performance.now();
    await taken[1]!.retryAfter(2500);
    // Gone without a word, with one out, one delayed, and two behind them.
    await dead.close();
    const second = await box(transport, { ordering: "key" });
    await send(transport, ["c1"], "c");
    expect(textsOf(await second.take(2)).sort()).toEqual(["a1", "c1"]);
    expect(performance.now() - askedAt, "the delay of the other does not hold it up").toBeLessThan(2400);
    expect(textsOf(await second.take(1))).toEqual(["b1"]);
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(2499);
    expect(second.waiting()).toBe(0);
  });

  test("[PSN-09] a member that asks for no order waits until none asks for it", SLOW, async () => {
    const prefix = freshPrefix();
    const transport = await opened(connection, { prefix });
    const ordered = await box(transport, { ordering: "key", prefetch: 1 });
    await send(transport, ["a1"], "a");
    await ordered.take(1);
    const other = await box(transport);
    await send(transport, ["a2", "a3"], "a");
    await expect.poll(async () => (await infoOf(prefix)).num_ack_pending, within).toBeGreaterThanOrEqual(1);
    expect(other.waiting()).toBe(0);
    await ordered.subscription.close();
    expect(textsOf(await other.take(3)).sort()).toEqual(["a1", "a2", "a3"]);
  });

  test("[PSN-09] and one that asks for it, until what others have without it is settled", SLOW, async () => {
    const transport = await open();
    const before = await box(transport);
    await send(transport, ["a1", "a2"], "a");
    const taken = await before.take(2);
    const ordered = await box(transport, { ordering: "key" });
    await taken[1]!.retryAfter(400);
    await before.subscription.close();
    const [a1] = await ordered.take(1);
    expect([textsOf([a1!]), ordered.waiting()]).toEqual([["a1"], 0]);
    await a1!.ack();
    expect(textsOf(await ordered.take(1))).toEqual(["a2"]);
  });

  test(
    "[PSN-09] whoever cannot say that it is still there gives up its turn, and what it had is settled by its acknowledgement",
    SLOW,
    async () => {
      const prefix = freshPrefix();
      const options = { prefix, reclaimAfterMs: 600 };
      const meddled = await meddling(url);
      const first = new NatsTransport(meddled.client, options);
      await first.declare("orders");
      onTestFinished(() => first.close());
      const one = await box(first, { ordering: "key", prefetch: 2 });
      const transport = await opened(connection, options);
      await send(transport, ["a1", "a2"], "a");
      const [a1] = await one.take(1);
      meddled.isMute = true;
      const two = await box(transport, { ordering: "key" });
      const [again] = await two.take(1);
      expect(textsOf([again!])).toEqual(["a1"]);
      await a1!.retryAfter(60_000);
      expect(one.waiting()).toBe(0);
      await again!.ack();
      expect(textsOf(await two.take(1))).toEqual(["a2"]);
    },
  );

  test("[PSN-09] [REP-12] a member that has lost its turn gets it back, and goes on at once", { timeout: 15_000 }, async () => {
    const prefix = freshPrefix();
    const meddled = await meddling(url);
    const transport = new NatsTransport(meddled.client, { prefix, reclaimAfterMs: 500 });
    onTestFinished(() => transport.close());
    await transport.declare("orders");
    const { take } = await box(transport, { ordering: "key" });
    await send(transport, ["a1"], "a");
    // It has asked for more, and waits.
    await (await take(1))[0]!.ack();
    meddled.isDoubted = true;
    const turns = async (): Promise<number> =>
      (await asked<Info>(connection, `CONSUMER.INFO.${prefix}-orders=order=g.turn`)).delivered.consumer_seq;
    await expect.poll(turns, within).toBeGreaterThan(1);
    meddled.isDoubted = false;
    await send(transport, ["a2"], "a");
    expect(textsOf(await take(1))).toEqual(["a2"]);
  });

  test("[PSN-09] members that come, go and retry keep the order of each key, and never have two of one", SLOW, async () => {
    const options = { prefix: freshPrefix(), reclaimAfterMs: 2000 };
    const transports = [await opened(connection, options), await opened(await connected(url), options)];
    const keys = Array.from({ length: 12 }, (_, key) => `k${key}`);
    const wanted = Array.from({ length: 25 }, (_, n) => String(n));
    const done = new Map<string, string[]>(keys.map((key) => [key, []]));
    const out = new Set<string>();
    const twice: string[] = [];
    let [left, taken] = [keys.length * wanted.length, 0];
    const finished = Promise.withResolvers<void>();
    const work = async (mine: Box): Promise<void> => {
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
    };
    const members: Box[] = [];
    const join = async (index: number): Promise<void> => {
      const mine = await box(transports[index % 2]!, { ordering: "key", prefetch: 3 });
      members.push(mine);
      void work(mine);
    };
    for (const index of [0, 1, 2]) await join(index);
    const sending = Promise.all(
      keys.map(async (key) => {
        for (const n of wanted) await send(transports[0]!, [`${key} ${n}`], key);
      }),
    );
    await sending;
    await expect.poll(() => left, SLOW).toBeLessThan(200);
    // Whoever has the turn is one of these.
    for (const member of members.splice(0)) {
      member.subscription.pause();
      await expect.poll(() => out.size, within).toBe(0);
      await join(members.length + 1);
      await member.subscription.close();
      out.clear();
    }
    await finished.promise;
    expect(twice).toEqual([]);
    for (const key of keys) expect([key, [...new Set(done.get(key))]]).toEqual([key, wanted]);
  });
});
