// What is asked of SQS, in either protocol, is read alike.
import { expect, test } from "vitest";
import { askedIn, refusedIn } from "../../src/probe/taps/sqs-requests.ts";

const QUEUE = "http://127.0.0.1:9324/000000000000/orders";
const inJson = (action: string, given: object) => askedIn({ "x-amz-target": `AmazonSQS.${action}` }, "/", JSON.stringify(given));
const inForm = (given: Record<string, string>, path = "/") => askedIn({}, path, new URLSearchParams(given).toString());

test("a message is read from JSON and from a form alike", () => {
  const sending = { body: "hello", attributes: { tenant: "a" }, group: "g1", id: undefined };
  const expected = { action: "SendMessage", queue: "orders", sendings: [sending] };
  const attribute = { DataType: "String", StringValue: "a" };
  const given = { QueueUrl: QUEUE, MessageBody: "hello", MessageGroupId: "g1", MessageAttributes: { tenant: attribute } };
  expect(inJson("SendMessage", given)).toEqual(expected);
  const fields = { "MessageAttribute.1.Name": "tenant", "MessageAttribute.1.Value.StringValue": "a" };
  expect(inForm({ Action: "SendMessage", QueueUrl: QUEUE, MessageBody: "hello", MessageGroupId: "g1", ...fields })).toEqual(expected);
  expect(inForm({ Action: "SendMessage", MessageBody: "hello" }, "/000000000000/orders").queue).toBe("orders");
});

test("a batch is read entry by entry, and what was refused of it is known", () => {
  const entries = [
    { Id: "1", MessageBody: "one" },
    { Id: "2", MessageBody: "two" },
  ];
  const fields = entries.flatMap(({ Id, MessageBody }, index) => [
    [`SendMessageBatchRequestEntry.${index + 1}.Id`, Id],
    [`SendMessageBatchRequestEntry.${index + 1}.MessageBody`, MessageBody],
  ]);
  const asked = [
    inJson("SendMessageBatch", { QueueUrl: QUEUE, Entries: entries }),
    inForm({ Action: "SendMessageBatch", QueueUrl: QUEUE, ...Object.fromEntries(fields) }),
  ];
  for (const { sendings } of asked) expect(sendings.map(({ id, body }) => [id, body])).toEqual(entries.map((one) => Object.values(one)));
  expect(refusedIn('{"Successful":[{"Id":"1"}],"Failed":[{"Id":"2","Code":"no"}]}')).toEqual(new Set(["2"]));
  expect(refusedIn("<R><BatchResultErrorEntry><Code>no</Code><Id>2</Id></BatchResultErrorEntry></R>")).toEqual(new Set(["2"]));
});

test("whatever else is asked sends nothing, and rubbish is no message", () => {
  expect(inJson("ReceiveMessage", { QueueUrl: QUEUE, MessageBody: "no" })).toEqual({
    action: "ReceiveMessage",
    queue: "orders",
    sendings: [],
  });
  expect(askedIn({ "x-amz-target": "AmazonSQS.SendMessageBatch" }, "/", "{").sendings).toEqual([]);
});
