// One member of a group, over a link that does what the test says.
import { expect, test } from "vitest";
import type { JoinOptions, KafkaLink, KafkaRecordIn, MemberEvents, Membership } from "../../src/kafka/link.ts";
import { KafkaMember } from "../../src/kafka/member.ts";
import type { Delivery } from "../../src/ports/transport.ts";
import { TestClock } from "../../src/testing/index.ts";

const PLACE = { topic: "orders", partition: 0 };

const record = (offset: number): KafkaRecordIn => ({
  offset,
  key: null,
  value: Buffer.from(`${offset}`),
  headers: new Map(),
  appendedAtMs: undefined,
});

/** Joined, with its one partition, at `offset`; what it delivers is in `got`. */
async function memberAt(offset: number, prefetch: number, commit: Membership["commit"]) {
  const committed = async (): ReturnType<Membership["committed"]> => [{ ...PLACE, offset, metadata: "" }];
  const membership: Membership = { committed, commit, wake: () => undefined, close: async () => undefined };
  let events!: MemberEvents;
  const join = async (_: JoinOptions, to: MemberEvents): Promise<Membership> => {
    events = to;
    events.assigned([PLACE], false);
    return membership;
  };
  const link: KafkaLink = {
    name: "fake",
    reads: [],
    produce: async () => undefined,
    describe: async () => new Map(),
    join,
    close: async () => undefined,
  };
  const names = { topic: "orders", group: "g.orders", retries: [] };
  const got: Delivery[] = [];
  const nothing = async (): Promise<void> => undefined;
  const parts = { link, names, clock: new TestClock(), answerWithinMs: 1000, vouchesEnqueueTime: false, retry: nothing };
  const options = { destination: "orders", group: "g", ordering: "none", prefetch } as const;
  const member = new KafkaMember({ ...parts, onLost: () => undefined, onClose: () => undefined }, options, (deliveries) => {
    got.push(...deliveries);
  });
  await member.start();
  return { member, events, texts: () => got.map(({ bytes }) => Buffer.from(bytes).toString()), got };
}

test("[PSN-12] [REP-12] what was asked for before the partition was given anew skips nothing of it", async () => {
  const { member, events, texts } = await memberAt(3, 100, async () => undefined);
  // The group has come to 3 and this member had read on to 7 when the partition went away and came back.
  events.read(PLACE, 7, [record(7), record(8)], 9);
  expect(events.wanted(PLACE)).toBe(3);
  events.read(PLACE, 3, [3, 4, 5, 6, 7].map(record), 8);
  events.read(PLACE, 7, [record(7), record(8)], 9);
  await expect.poll(texts).toEqual(["3", "4", "5", "6", "7", "8"]);
  expect(events.wanted(PLACE)).toBe(9);
  await member.close();
});

test("the next goes while what became of the one before is being recorded, and no more than four times as many", async () => {
  const { promise: recorded, resolve } = Promise.withResolvers<void>();
  const { member, events, texts, got } = await memberAt(0, 1, () => recorded);
  events.read(PLACE, 0, [0, 1, 2, 3, 4, 5].map(record), 6);
  const settled: Promise<void>[] = [];
  for (const many of [1, 2, 3, 4]) {
    await expect.poll(() => got.length).toBe(many);
    settled.push(got.at(-1)!.ack());
  }
  await new Promise((turn) => setImmediate(() => setImmediate(turn)));
  expect(got.length).toBe(4);
  resolve();
  await Promise.all(settled);
  await expect.poll(texts).toEqual(["0", "1", "2", "3", "4"]);
  await member.close();
});
