// What is out when partitions are given to others, what is committed and by whom, and where delays live.
import { Admin, Consumer } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { KafkaOptions } from "../../src/kafka/carrier.ts";
import type { Transport } from "../../src/ports/transport.ts";
import { namesOf } from "../../src/kafka/names.ts";
import { describeBroker } from "../brokers.ts";
import { CLIENTS } from "./kafka-clients.ts";
import { brokersOf, createTopics, freshPrefix, type TopicsOptions } from "./kafka-topics.ts";
import { box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 20_000, interval: 20 };
const SLOW = { timeout: 60_000 };

describeBroker("kafka", "Kafka, from day to day", (url) => {
  let admin: Admin;
  beforeAll(() => {
    admin = new Admin({ clientId: "tests", bootstrapBrokers: brokersOf(url) });
  });
  afterAll(() => admin.close());

  describe.each(CLIENTS)("through %s", (_name, over) => {
    const prepare = async (topics: TopicsOptions = {}): Promise<string> => {
      const prefix = freshPrefix();
      await createTopics(admin, prefix, topics);
      return prefix;
    };
    const open = (prefix: string, options: KafkaOptions = {}): Transport => {
      const transport = over(url, { prefix, minInSyncReplicas: 1, sessionMs: 6000, ...options });
      onTestFinished(() => transport.close());
      return transport;
    };
    const committedOf = async (prefix: string): Promise<{ readonly offset: number; readonly metadata: string }> => {
      const { group, topic } = namesOf(prefix, "orders", "g");
      const [found] = await admin.listConsumerGroupOffsets({ groups: [group] });
      const partition = found?.topics.find(({ name }) => name === topic)?.partitions.find(({ partitionIndex }) => partitionIndex === 0);
      return { offset: Number(partition?.committedOffset ?? -1), metadata: partition?.metadata ?? "" };
    };

    test("[PSN-11] what is settled out of turn is committed behind the lowest that is not, and stays settled", SLOW, async () => {
      const prefix = await prepare({ partitions: 1 });
      const first = await box(open(prefix));
      await send(open(prefix), ["a", "b", "c", "d"]);
      const [a, b, c, d] = await first.take(4);
      await Promise.all([b!.ack(), d!.ack()]);
      const gap = await committedOf(prefix);
      expect(gap.offset).toBe(0);
      expect(gap.metadata).not.toBe("");
      await first.subscription.close();
      await Promise.all([a!.ack(), c!.ack()]);
      expect(await committedOf(prefix)).toEqual(gap);
      const second = await box(open(prefix));
      const again = await second.take(2);
      expect(textsOf(again)).toEqual(["a", "c"]);
      await Promise.all(again.map((delivery) => delivery.ack()));
      expect(await committedOf(prefix)).toEqual({ offset: 4, metadata: "" });
      expect(second.waiting()).toBe(0);
    });

    test("[PSN-11] [PSN-12] what is out when its partition is given to another is neither acknowledged nor lost", SLOW, async () => {
      const prefix = await prepare();
      const first = await box(open(prefix), { prefetch: 2 });
      await send(open(prefix), ["a", "b"]);
      const taken = await first.take(2);
      const second = await box(open(prefix));
      const moved = await second.take(1);
      const stayed = taken.filter(({ brokerId }) => brokerId !== moved[0]!.brokerId);
      expect(stayed).toHaveLength(1);
      // Neither moves what is the other's.
      await Promise.all(taken.map((delivery) => delivery.ack()));
      await first.subscription.close();
      await second.subscription.close();
      const third = await box(open(prefix));
      expect((await third.take(1)).map(({ brokerId }) => brokerId)).toEqual([moved[0]!.brokerId]);
      expect(third.waiting()).toBe(0);
    });

    test("[PSN-12] [REP-15] who was taken for dead and comes back settles nothing of before, and is given it again", SLOW, async () => {
      const prefix = await prepare({ partitions: 1 });
      const first = await box(open(prefix));
      await send(open(prefix), ["a"]);
      const [a] = await first.take(1);
      const { group } = namesOf(prefix, "orders", "g");
      const { members } = (await admin.describeGroups({ groups: [group] })).get(group)!;
      await admin.removeMembersFromConsumerGroup({ groupId: group, members: [...members.keys()].map((memberId) => ({ memberId })) });
      const [again] = await first.take(1);
      expect(again!.brokerId).toBe(a!.brokerId);
      await a!.ack();
      expect((await committedOf(prefix)).offset).toBe(-1);
      await again!.ack();
      expect((await committedOf(prefix)).offset).toBe(1);
    });

    test.each(["none", "key"] as const)("[PSN-03] a delay outlives who asked for it, ordering %s", SLOW, async (ordering) => {
      const prefix = await prepare({ partitions: 1 });
      const first = await box(open(prefix), { ordering });
      await send(open(prefix), ["a"], "k");
      const [a] = await first.take(1);
      const dueMs = Date.now() + 2500;
      await a!.retryAfter(2500);
      await first.subscription.close();
      const second = await box(open(prefix), { ordering });
      const [again] = await second.take(1);
      expect(Date.now()).toBeGreaterThanOrEqual(dueMs);
      expect([textsOf([again!]), again!.brokerId]).toEqual([["a"], a!.brokerId]);
      await again!.ack();
      await second.subscription.close();
      const third = await box(open(prefix), { ordering });
      await send(open(prefix), ["b"], "k");
      expect(textsOf(await third.take(1))).toEqual(["b"]);
    });

    test("[PSN-09] what is behind its key stays behind when the member goes, however far it had read", SLOW, async () => {
      const prefix = await prepare({ partitions: 1 });
      const first = await box(open(prefix), { ordering: "key" });
      await send(open(prefix), ["a1", "a2"], "a");
      await send(open(prefix), ["b1"], "b");
      const [a1, b1] = await first.take(2);
      expect(textsOf([a1!, b1!])).toEqual(["a1", "b1"]);
      await a1!.retryAfter(1500);
      await b1!.ack();
      await first.subscription.close();
      const second = await box(open(prefix), { ordering: "key" });
      const [again] = await second.take(1);
      expect([textsOf([again!]), second.waiting()]).toEqual([["a1"], 0]);
      await again!.ack();
      expect(textsOf(await second.take(1))).toEqual(["a2"]);
    });

    test("[PSN-14] a retry is confirmed before its source moves: when its topic refuses it, it stays", SLOW, async () => {
      const prefix = await prepare({ partitions: 1 });
      const transport = open(prefix);
      const first = await box(transport);
      await transport.send([{ id: "x", destination: "orders", key: undefined, bytes: new Uint8Array(5000) }]);
      const [a] = await first.take(1);
      const retry = namesOf(prefix, "orders", "g").retries[0]!.topic;
      const limit = (value: string): Promise<void> =>
        admin.incrementalAlterConfigs({
          resources: [{ resourceType: 2, resourceName: retry, configs: [{ name: "max.message.bytes", configOperation: 0, value }] }],
        });
      await limit("1000");
      await expect
        .poll(
          () =>
            a!.retryAfter(10).then(
              () => "taken",
              (error: { code: string }) => error.code,
            ),
          within,
        )
        .toBe("ERR_TRANSPORT_REFUSED");
      expect((await committedOf(prefix)).offset).toBe(-1);
      await limit("2000000");
      await expect
        .poll(
          () =>
            a!.retryAfter(10).then(
              () => "taken",
              () => "refused",
            ),
          within,
        )
        .toBe("taken");
      expect((await committedOf(prefix)).offset).toBe(1);
      const [again] = await first.take(1);
      expect(again!.bytes).toHaveLength(5000);
    });

    test("[PSN-01] a partition that has no room is paused, and no other is held up by it", SLOW, async () => {
      const prefix = await prepare({ partitions: 2 });
      const { take, subscription } = await box(open(prefix), { prefetch: 3 });
      const many = Array.from({ length: 3000 }, (_, n) => `a${n}`);
      await send(open(prefix), many, "a");
      const seen = new Set<string>();
      while (seen.size < many.length) {
        for (const delivery of await take(1)) {
          seen.add(textsOf([delivery])[0]!);
          await delivery.ack();
        }
      }
      await subscription.close();
      expect(seen.size).toBe(3000);
    });

    test("[PSN-12] other software is not let into the group: it would commit as if all before were settled", SLOW, async () => {
      const prefix = await prepare({ partitions: 1 });
      await box(open(prefix));
      const other = new Consumer({
        clientId: "other",
        bootstrapBrokers: brokersOf(url),
        groupId: namesOf(prefix, "orders", "g").group,
        retries: 0,
      });
      onTestFinished(() => other.close(true));
      other.topics.track(`${prefix}orders`);
      await expect(other.joinGroup({})).rejects.toThrow();
    });
  });

  test("[PSN-11] members over either client share a group, and know what the other has settled", SLOW, async () => {
    const prefix = freshPrefix();
    await createTopics(admin, prefix, {});
    const [first, second] = CLIENTS.map(([, over]) => {
      const transport = over(url, { prefix, minInSyncReplicas: 1, sessionMs: 6000 });
      onTestFinished(() => transport.close());
      return transport;
    }) as [Transport, Transport];
    const one = await box(first, { prefetch: 2 });
    await send(first, ["a", "b", "c", "d"]);
    const taken = await one.take(2);
    const two = await box(second, { prefetch: 2 });
    const moved = await two.take(2);
    await Promise.all([...taken, ...moved].map((delivery) => delivery.ack()));
    await two.subscription.close();
    const rest = await one.take(1);
    expect(new Set(textsOf([...moved, ...rest])).size).toBe(3);
  });
});
