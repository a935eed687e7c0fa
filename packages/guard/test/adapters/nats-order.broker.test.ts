// An ordered group on NATS: whoever comes, goes or loses its turn keeps the order of each key.
import { expect, onTestFinished, test } from "vitest";
import { NatsTransport } from "../../src/adapters/nats.ts";
import { describeBroker } from "../brokers.ts";
import { KeysInWork } from "./keys-in-work.ts";
import { asked, type Info, connected, meddling, opened, natsHouse } from "./nats-house.ts";
import { box, type Box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 10_000, interval: 10 };
const SLOW = { timeout: 60_000 };

describeBroker("nats", "NATS JetStream, order by key", (url) => {
  const house = natsHouse(url, "o");
  const { freshPrefix, open, infoOf } = house;

  test("[PSN-09] [PSN-12] whoever comes next waits for what was out, and for what is delayed", SLOW, async () => {
    const prefix = freshPrefix();
    const options = { prefix, reclaimAfterMs: 500 };
    const dead = await connected(url);
    const first = await box(await opened(dead, options), { ordering: "key", prefetch: 2 });
    const transport = await opened(house.connection, options);
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
    const transport = await opened(house.connection, { prefix });
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
      const transport = await opened(house.connection, options);
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
      (await asked<Info>(house.connection, `CONSUMER.INFO.${prefix}-orders=order=g.turn`)).delivered.consumer_seq;
    await expect.poll(turns, within).toBeGreaterThan(1);
    meddled.isDoubted = false;
    await send(transport, ["a2"], "a");
    expect(textsOf(await take(1))).toEqual(["a2"]);
  });

  test("[PSN-09] members that come, go and retry keep the order of each key, and never have two of one", SLOW, async () => {
    const options = { prefix: freshPrefix(), reclaimAfterMs: 2000 };
    const transports = [await opened(house.connection, options), await opened(await connected(url), options)];
    const keys = new KeysInWork();
    const members: Box[] = [];
    for (const index of [0, 1, 2]) members.push(await keys.join(transports[index % 2]!));
    await keys.send(transports[0]!);
    await expect.poll(() => keys.left, SLOW).toBeLessThan(200);
    // Whoever has the turn is one of these.
    for (const [index, member] of members.entries()) {
      member.subscription.pause();
      await expect.poll(() => keys.out.size, within).toBe(0);
      await keys.join(transports[(index + 1) % 2]!);
      await member.subscription.close();
      keys.out.clear();
    }
    await keys.finished;
    expect(keys.twice).toEqual([]);
    // What was being acknowledged when its member left came again.
    for (const [done, wanted] of keys.orders) expect([...new Set(done)]).toEqual(wanted);
  });
});
