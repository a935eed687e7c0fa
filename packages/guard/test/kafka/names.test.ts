import { describe, expect, test } from "vitest";
import { decodeSubscription, encodeSubscription } from "../../src/kafka/group-protocol.ts";
import { namesOf, topicOf } from "../../src/kafka/names.ts";
import { partitionOf } from "../../src/kafka/partition-of.ts";
import { spread } from "../../src/kafka/spread.ts";

describe("names", () => {
  test("[DST-01] [DST-03] no two destinations and groups share a topic or a group", () => {
    const parts = ["a", "b", "a.b", "a-b", "a_b", "a_2eb", "A", "1m", "a.1m", "é", "a/b", "10s.a"];
    const destinations = parts.filter((part) => /^[A-Za-z0-9._-]+$/.test(part));
    const all = parts.flatMap((group) => destinations.map((destination) => namesOf("", destination, group)));
    for (const names of [all.map(({ group }) => group), all.flatMap(({ retries }) => retries.map(({ topic }) => topic))])
      expect(new Set(names).size).toBe(names.length);
    expect(new Set(destinations.map((one) => topicOf("", one))).size).toBe(destinations.length);
  });

  test.each(["", "*", "a*", "a b", "a/b", "é", "a#", ".", ".."])("[DST-02] %j is the name of no topic", (destination) => {
    expect(() => topicOf("", destination)).toThrow(expect.objectContaining({ code: "ERR_CONFIG_DESTINATION_INVALID" }));
  });

  test("a group whose retry topics Kafka would not take is refused", () => {
    expect(() => namesOf("", "a".repeat(200), "g".repeat(100))).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID" }));
  });
});

describe("partitions", () => {
  // As Kafka's own producer reckons them: org.apache.kafka.common.utils.Utils.murmur2.
  test.each([
    ["21", -973_932_308],
    ["foobar", -790_332_482],
    ["a-little-bit-long-string", -985_981_536],
    ["a-little-bit-longer-string", -1_486_304_829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971],
    ["abc", 479_470_107],
  ])("[PSN-09] a key goes where other producers send it: %s", (key, murmur2) => {
    expect(partitionOf(Buffer.from(key), 0x7fffffff)).toBe((murmur2 & 0x7fffffff) % 0x7fffffff);
    expect(partitionOf(Buffer.from(key), 7)).toBe((murmur2 & 0x7fffffff) % 7);
  });

  test("each topic's are dealt out evenly, to those who want it, and each to one", () => {
    const wants = (...topics: string[]) => new Set(topics);
    const members = [
      { member: "c", topics: wants("t", "r") },
      { member: "a", topics: wants("t", "r") },
      { member: "b", topics: wants("t") },
    ];
    const dealt = spread(
      members,
      new Map([
        ["t", 6],
        ["r", 1],
      ]),
    );
    expect([...dealt].map(([member, own]) => [member, own.get("t")?.length])).toEqual([
      ["a", 2],
      ["b", 2],
      ["c", 2],
    ]);
    expect([...dealt.values()].flatMap((own) => own.get("t") ?? []).toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(dealt.get("b")?.has("r")).toBe(false);
    expect([...dealt.values()].flatMap((own) => own.get("r") ?? [])).toEqual([0]);
  });

  test("what a member wants is told as Kafka's own clients tell it", () => {
    expect(decodeSubscription(encodeSubscription(["t", "é"]))).toEqual(new Set(["t", "é"]));
  });
});
