// One member of a group, over a link that does what the test says.
import { expect, test } from "vitest";
import type { JoinOptions, KafkaLink, KafkaRecordIn, MemberEvents, Membership } from "../../src/kafka/link.ts";
import { KafkaMember } from "../../src/kafka/member.ts";
import { TestClock } from "../../src/testing/index.ts";

const PLACE = { topic: "orders", partition: 0 };

const record = (offset: number): KafkaRecordIn => ({
  offset,
  key: null,
  value: Buffer.from(`${offset}`),
  headers: new Map(),
  appendedAtMs: undefined,
});

test("[PSN-12] [REP-12] what was asked for before the partition was given anew skips nothing of it", async () => {
  const committed = async (): ReturnType<Membership["committed"]> => [{ ...PLACE, offset: 3, metadata: "" }];
  const membership: Membership = { committed, commit: async () => undefined, wake: () => undefined, close: async () => undefined };
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
  const got: string[] = [];
  const nothing = async (): Promise<void> => undefined;
  const parts = { link, names, clock: new TestClock(), answerWithinMs: 1000, vouchesEnqueueTime: false, retry: nothing };
  const options = { destination: "orders", group: "g", ordering: "none", prefetch: 100 } as const;
  const member = new KafkaMember({ ...parts, onLost: () => undefined, onClose: () => undefined }, options, (deliveries) => {
    got.push(...deliveries.map(({ bytes }) => Buffer.from(bytes).toString()));
  });
  await member.start();
  // The group has come to 3 and this member had read on to 7 when the partition went away and came back.
  events.read(PLACE, 7, [record(7), record(8)], 9);
  expect(events.wanted(PLACE)).toBe(3);
  events.read(PLACE, 3, [3, 4, 5, 6, 7].map(record), 8);
  events.read(PLACE, 7, [record(7), record(8)], 9);
  await expect.poll(() => got).toEqual(["3", "4", "5", "6", "7", "8"]);
  expect(events.wanted(PLACE)).toBe(9);
  await member.close();
});
