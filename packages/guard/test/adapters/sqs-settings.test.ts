// Names, options and settings that are refused, over a client that answers as SQS's documentation says.
import { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";
import { type SqsClient, type SqsOptions, SqsTransport } from "../../src/adapters/sqs.ts";
import { deduplicationIdOf, messageGroupOf, queueNameOf } from "../../src/sqs/names.ts";
import { transportError } from "../../src/sqs/failure.ts";
import { send } from "./stream-box.ts";

const GROUPS = { groups: ["g"] };

/** A queue with these attributes that takes everything. */
function queueWith(attributes: Readonly<Record<string, string>>): SqsClient {
  const absent = (): Promise<never> => Promise.reject(new Error("not asked for here"));
  return {
    getQueueUrl: async ({ QueueName }) => ({ QueueUrl: `https://sqs.eu-central-1.amazonaws.com/1/${QueueName}` }),
    getQueueAttributes: async () => ({ Attributes: attributes }),
    sendMessageBatch: async ({ Entries }) => ({ Successful: Entries.map(({ Id }) => ({ Id })) }),
    receiveMessage: absent,
    deleteMessageBatch: absent,
    changeMessageVisibilityBatch: absent,
  };
}

describe("settings of a queue", () => {
  const redrive = (maxReceiveCount: unknown): Record<string, string> => ({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: "arn:aws:sqs:eu-central-1:1:dead", maxReceiveCount }),
  });

  test.each([
    ["redrives too soon", redrive(99), "ERR_CONFIG_CAPABILITY", "set-queue-attributes"],
    ["redrives too soon, as a string", redrive("5"), "ERR_CONFIG_CAPABILITY", "set-queue-attributes"],
    ["redrives nobody knows when", { RedrivePolicy: "{" }, "ERR_CONFIG_CAPABILITY", "set-queue-attributes"],
    ["redrives without a count", redrive(undefined), "ERR_CONFIG_CAPABILITY", "set-queue-attributes"],
    [
      "is open to everyone",
      { Policy: JSON.stringify({ Statement: { Effect: "Allow", Principal: { AWS: ["*"] }, Action: "sqs:*", Resource: "*" } }) },
      "ERR_CONFIG_INSECURE",
      '"Policy":""',
    ],
    ["keeps for longer", { MessageRetentionPeriod: "345601" }, "ERR_CONFIG_RETENTION_SHORT", '"MessageRetentionPeriod":"345600"'],
  ])("[PSN-01] [REP-08] [OPS-04] one that %s is refused, with the command that mends it", async (_what, attributes, code, remedy) => {
    const transport = new SqsTransport(queueWith(attributes), GROUPS);
    const refused = { code, remedy: expect.stringContaining(remedy) as string };
    await expect(send(transport, ["a"])).rejects.toMatchObject(refused);
    const receiving = { destination: "orders", group: "g", ordering: "none", prefetch: 1 } as const;
    await expect(transport.receive(receiving, () => undefined)).rejects.toMatchObject(refused);
  });

  test("[PSN-01] [REP-08] one that keeps to them is taken", async () => {
    const narrow = { Effect: "Allow", Principal: "*", Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:sns:x:1:y" } } };
    const policy = JSON.stringify({ Statement: [{ Effect: "Deny", Principal: "*" }, narrow] });
    const fit = { ...redrive(100), MessageRetentionPeriod: "345600", MaximumMessageSize: "1024", Policy: policy };
    const transport = new SqsTransport(queueWith(fit), GROUPS);
    await send(transport, ["a".repeat(1024)]);
    await expect(send(transport, ["a".repeat(1025)])).rejects.toMatchObject({ code: "ERR_TRANSPORT_REFUSED" });
  });

  test("[PSN-11] [PUB-07] all that is wrong is told, also what only a contract and a policy can judge", async () => {
    const transport = new SqsTransport(queueWith({ ...redrive(5), MessageRetentionPeriod: "60", MaximumMessageSize: "1024" }), GROUPS);
    const faults = await transport.faults("orders", { group: "g", leastRetentionMs: 300_000, maxBytes: 65_536 });
    const told = ["after 5 receives", "for 60 s", "takes messages of 1024 bytes"];
    expect(faults.map(({ what }) => told.filter((words) => what.includes(words)))).toEqual(told.map((words) => [words]));
    expect(faults[2]!.mend).toContain('{"MaximumMessageSize":"65536"}');
  });

  test("[PSN-09] standard queues keep no order, and a group that is not listed gets nothing", async () => {
    const transport = new SqsTransport(queueWith({}), { groups: (destination) => (destination === "orders" ? ["g"] : ["h"]) });
    const asks = { destination: "orders", group: "g", ordering: "key", prefetch: 1 } as const;
    await expect(transport.receive(asks, () => undefined)).rejects.toMatchObject({ code: "ERR_CONFIG_CAPABILITY" });
    const unlisted = { ...asks, ordering: "none", group: "h" } as const;
    await expect(transport.receive(unlisted, () => undefined)).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID" });
  });
});

describe("names", () => {
  test("[DST-01] [DST-02] [DST-08] no two places share a queue, and none is a pattern", () => {
    const parts = ["a", "a_", "_a", "a__b", "b", "a.b", "a_2eb", "A", "-", "*", "é", "\u0000", "a b"];
    const names = parts.flatMap((destination) => parts.map((group) => queueNameOf("p", destination, group, false)));
    expect(new Set(names).size).toBe(parts.length ** 2);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
    expect(queueNameOf("p", "orders.eu", "g", true)).toBe("p__orders_2eeu__g.fifo");
  });

  test.each([
    ["", "g"],
    ["orders", ""],
    ["\uD800", "g"],
    ["orders", "\uDC00"],
    ["x".repeat(80), "g"],
  ])("[DST-03] what no queue can be called is refused: %j %j", async (destination, group) => {
    const transport = new SqsTransport(queueWith({}), { groups: [group] });
    await expect(send(transport, ["a"], undefined, destination)).rejects.toMatchObject({ code: "ERR_CONFIG_DESTINATION_INVALID" });
  });

  test("[PUB-06] keys of any characters are groups that differ where they do, and no message without one waits for another", () => {
    const keys = ["a", "b", "k.a", "h.a", "i.a", "", " ", "é", "x".repeat(120), "x".repeat(121), "x".repeat(122)];
    const groups = [...keys.map((key) => messageGroupOf(key, "1")), messageGroupOf(undefined, "1"), messageGroupOf(undefined, "2")];
    expect(new Set(groups).size).toBe(groups.length);
    for (const group of groups) expect(group).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
  });

  test("[REP-16] [REP-14] ids for deduplication differ by id and by bytes, wherever one ends and the other begins", () => {
    const ids = [
      ["a", "bc"],
      ["ab", "c"],
      ["a", "bd"],
      ["1:a,", "b"],
    ].map(([id = "", text = ""]) => deduplicationIdOf(id, Buffer.from(text)));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("options and clients that cannot work are refused", () => {
  test.each<[string, Partial<SqsOptions>]>([
    ["no groups", { groups: [] }],
    ["a group twice", { groups: ["g", "g"] }],
    ["a prefix that could end in another's", { prefix: "a_" }],
    ["no prefix", { prefix: "" }],
    ["half a second of visibility", { visibilityMs: 500 }],
    ["more than twelve hours of it", { visibilityMs: 43_201_000 }],
    ["more than 20 s of waiting", { waitMs: 21_000 }],
    ["no number", { waitMs: Number.NaN }],
    ["more than fourteen days", { retentionMs: 15 * 86_400_000 }],
  ])("%s", (_what, options) => {
    expect(() => new SqsTransport(queueWith({}), { ...GROUPS, ...options })).toThrow(
      expect.objectContaining({ code: "ERR_CONFIG_INVALID" }),
    );
  });

  test("a client of commands alone", () => {
    // @ts-expect-error -- it has none of the methods
    const client: SqsClient = new SQSClient({ region: "eu-central-1" });
    const refused = { code: "ERR_CONFIG_INVALID", remedy: expect.stringContaining("new SQS(") as string };
    expect(() => new SqsTransport(client, GROUPS)).toThrow(expect.objectContaining(refused));
  });
});

test.each([
  ["AccessDeniedException", "ERR_TRANSPORT_REFUSED"],
  ["QueueDoesNotExist", "ERR_TRANSPORT_REFUSED"],
  ["KmsDisabled", "ERR_TRANSPORT_REFUSED"],
  ["ExpiredToken", "ERR_TRANSPORT_REFUSED"],
  ["OverLimit", "ERR_TRANSPORT_UNAVAILABLE"],
  ["RequestThrottled", "ERR_TRANSPORT_UNAVAILABLE"],
  ["KmsThrottled", "ERR_TRANSPORT_UNAVAILABLE"],
  ["ECONNREFUSED", "ERR_TRANSPORT_UNAVAILABLE"],
  ["constructor", "ERR_TRANSPORT_UNAVAILABLE"],
])("[REP-12] [PUB-11] what %s means", (name, code) => {
  const cause = Object.assign(new Error("of SQS"), { name });
  expect(transportError(cause)).toMatchObject({ code, cause });
});
