// What the ready-made server, worker and operator's commands know of SQS, on a server that speaks it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { contract, event } from "@sallyport/guard";
import { SQS } from "@aws-sdk/client-sqs";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { refuseWrong } from "../../src/backing.ts";
import { Address } from "../../src/brokers/address.ts";
import { type Broker, type Layout, type OpenedBroker, ROLES } from "../../src/brokers/broker.ts";
import { chooseBroker, chooseStore } from "../../src/brokers/choose.ts";
import { layoutOf } from "../../src/brokers/layout.ts";
import { sqs, sqsFifo } from "../../src/brokers/sqs.ts";
import { examine } from "../../src/doctor.ts";

const SLOW = { timeout: 60_000 };

let made = 0;
const layout = (group = "workers"): Layout => {
  const name = `shop${process.pid}x${++made}`;
  const shop = contract({
    name,
    events: {
      "order.placed": event({
        description: "An order was placed.",
        schema: z.strictObject({ orderId: z.string().max(64) }),
        destination: `${name}.orders`,
      }),
      "note.written": event({
        description: "A note was written.",
        schema: z.strictObject({ text: z.string().max(64) }),
        destination: `${name}-notes`,
      }),
    },
  });
  return layoutOf(shop, { group });
};

const SETTINGS = { leaseMs: 30_000, maxFailures: 5, maxRetryMs: 300_000, onNotice: () => undefined };

const wrongs = async (opened: OpenedBroker, of: Layout) => (await Promise.all(opened.checks(of).map((check) => check.run()))).flat();
const outgoing = (destination: string) => [{ id: "x", destination, key: "k", bytes: Buffer.from("x") }];

describe("[OPS-04] [OPS-05] an address of SQS", () => {
  test.each([
    ["sqs+http://sqs.example:9324?groups=g", "ERR_CONFIG_INSECURE"],
    ["sqs-fifo+http://sqs.example:9324?groups=g", "ERR_CONFIG_INSECURE"],
    ["sqs://eu-central-1?queue=x", "ERR_CONFIG_UNKNOWN_KEY"],
  ])("%s is refused", (url, code) => {
    expect(() => chooseBroker(url, false)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    "sqs://AKIA:s3cr3t@eu-central-1?groups=g",
    "sqs://eu-central-1",
    "sqs://eu-central-1?groups=,",
    "sqs://eu-central-1/123456789012?groups=g",
    "sqs://eu-central-1,eu-west-1?groups=g",
    "sqs://sqs.example?groups=g",
    "sqs://eu-central-1:443?groups=g",
  ])("%s cannot be opened, and is not quoted", async (url) => {
    const failed: unknown = await sqs.open(Address.parse(url), SETTINGS).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "ERR_CONFIG_INVALID" });
    expect(String(failed)).not.toContain("s3cr3t");
  });

  test.each([
    ["sqs://eu-central-1?groups=a,b", sqs],
    ["sqs-fifo://us-gov-west-1?groups=a", sqsFifo],
    ["sqs+http://127.0.0.1:9324?groups=a", sqs],
  ])("%s is taken", (url, kind) => {
    expect(chooseBroker(url, false).kind).toBe(kind);
  });
});

test("[PSN-11] a queue that keeps messages for less than the transport says is found", async () => {
  // ElasticMQ keeps them for ever and tells nothing of it.
  const answers: Readonly<Record<string, object>> = {
    ListQueues: {},
    GetQueueUrl: { QueueUrl: "http://127.0.0.1/queue" },
    GetQueueAttributes: { Attributes: { MessageRetentionPeriod: "86400" } },
  };
  const server = createServer(({ headers }, response) => {
    response.setHeader("content-type", "application/x-amz-json-1.0");
    response.end(JSON.stringify(answers[String(headers["x-amz-target"]).replace("AmazonSQS.", "")]));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `sqs+http://127.0.0.1:${(server.address() as AddressInfo).port}?groups=shop`;
  const opened = await sqs.open(Address.parse(url), SETTINGS);
  onTestFinished(() => opened.close());
  const [found] = await wrongs(opened, layout("shop"));
  expect(found).toMatchObject({
    what: expect.stringContaining("keeps messages for 86400 s, below the 345600") as string,
    mend: expect.stringContaining('"MessageRetentionPeriod":"345600"') as string,
  });
});

test("[PUB-11] a name that no queue can have is wrong without being looked at, and nothing starts with it", SLOW, async () => {
  const long = contract({
    name: "long",
    events: { said: event({ description: "x", schema: z.strictObject({ text: z.string().max(9) }), destination: "d".repeat(80) }) },
  });
  const server = createServer((_request, response) => void response.end("{}"));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const broker = chooseBroker(`sqs+http://127.0.0.1:${(server.address() as AddressInfo).port}?groups=long`, false);
  const store = chooseStore("sqlite:///nowhere/else.db", false);
  const of = layoutOf(long, {});
  const found = await examine({ broker, store, layout: of, insecure: false, log: () => undefined });
  expect(found.find(({ check }) => check === "queues")).toMatchObject({
    verdict: "wrong",
    wrong: [{ what: expect.stringContaining("SQS takes 80") as string }],
  });
  const opened = await broker.kind.open(broker.address, SETTINGS);
  onTestFinished(() => opened.close());
  const checks = opened.checks(of).map((check) => ({ ...check, of: "broker" as const, address: broker.address }));
  await expect(refuseWrong(checks, () => undefined)).rejects.toMatchObject({ code: "ERR_CONFIG_DESTINATION_INVALID" });
});

describe("[DST-07] rights", () => {
  /** As IAM has it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
  const policy = z.strictObject({
    Version: z.literal("2012-10-17"),
    Statement: z.array(
      z.strictObject({
        Sid: z.string().regex(/^[A-Za-z0-9]+$/),
        Effect: z.literal("Allow"),
        Action: z.array(z.string().regex(/^sqs:[A-Z][A-Za-z]+$/)).nonempty(),
        Resource: z.array(z.string().regex(/^arn:aws:sqs:<REGION>:<ACCOUNT>:[A-Za-z0-9_-]{1,80}(?:\.fifo)?$/)).nonempty(),
        Condition: z.strictObject({ Bool: z.strictObject({ "aws:SecureTransport": z.literal("true") }) }),
      }),
    ),
  });
  const LOOKS = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"];
  const MAY = {
    server: [...LOOKS, "sqs:SendMessage"],
    worker: ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", ...LOOKS, "sqs:ReceiveMessage"],
    operator: [...LOOKS, "sqs:SendMessage"],
  };

  test.each(ROLES.flatMap((role) => [sqs, sqsFifo].map((kind) => [role, kind.name, kind] as const)))(
    "of the %s on %s are a policy of exactly its actions on exactly the contract's queues",
    (role, _name, kind) => {
      const of = layout();
      const { user, text } = kind.rights(of, role);
      expect(user).toBe(`sallyport-${of.contract.name}-${role}`);
      const [{ Action, Resource } = { Action: [], Resource: [] }, ...more] = policy.parse(JSON.parse(text)).Statement;
      expect(more).toEqual([]);
      expect(new Set(Action)).toEqual(new Set(MAY[role]));
      expect(Resource.map((arn) => arn.split(":").at(-1))).toEqual(kind.topology(of).map(({ name }) => name));
    },
  );
});

describeBroker("sqs", "SQS of the ready-made server", (url) => {
  const client = new SQS({ region: "elasticmq", endpoint: url, credentials: { accessKeyId: "local", secretAccessKey: "local" } });
  const open = async (kind: Broker, groups: string): Promise<OpenedBroker> => {
    const address = Address.parse(`${url.replace("http", `${kind.name}+http`)}?groups=${groups}`);
    const opened = await kind.open(address, SETTINGS);
    onTestFinished(() => opened.close());
    return opened;
  };

  describe.each([
    ["standard queues", sqs],
    ["FIFO queues", sqsFifo],
  ] as const)("over %s", (_name, kind) => {
    test("what is missing is found, what is declared passes the checks and carries messages", SLOW, async () => {
      const of = layout();
      const opened = await open(kind, "workers");
      await opened.answers();
      const missing = await wrongs(opened, of);
      expect(missing.map(({ mend }) => mend)).toEqual(kind.topology(of).map(({ command }) => command));
      const destination = of.places[0]!.destination;
      await expect(opened.transport.send(outgoing(destination))).rejects.toMatchObject({ code: "ERR_TRANSPORT_REFUSED" });
      await opened.declare(of);
      await opened.declare(of);
      expect(await wrongs(opened, of)).toEqual([]);
      await opened.transport.send(outgoing(destination));
      const { promise, resolve } = Promise.withResolvers<string>();
      const ordering = kind === sqsFifo ? "key" : "none";
      await opened.transport.receive({ destination, group: "workers", ordering, prefetch: 1 }, ([one]) => {
        resolve(Buffer.from(one!.bytes).toString());
      });
      expect(await promise).toBe("x");
    });

    test("[PUB-11] a group that the address does not list is found, and so is a listed one without queues", SLOW, async () => {
      const of = layout("forgotten");
      const opened = await open(kind, "workers");
      await opened.declare(layoutOf(of.contract, { group: "workers" }));
      const [wrong, ...more] = await wrongs(opened, of);
      expect(more).toEqual([]);
      expect(wrong?.mend).toContain("groups=workers,forgotten");
      expect(await wrongs(await open(kind, "workers,forgotten"), of)).toHaveLength(2);
    });
  });

  test("[PUB-11] the queues of every group that the address lists are shown, and declared", SLOW, async () => {
    const of = layout();
    const address = Address.parse(`${url.replace("http", "sqs+http")}?groups=workers,auditors`);
    const opened = await open(sqs, "workers,auditors");
    await opened.declare(of);
    expect(await wrongs(opened, of)).toEqual([]);
    const told = sqs.topology(of, address);
    expect(told).toHaveLength(4);
    const { QueueUrls = [] } = await client.listQueues({ QueueNamePrefix: `sallyport__${of.contract.name}` });
    expect(new Set(QueueUrls.map((queue) => queue.split("/").at(-1)))).toEqual(new Set(told.map(({ name }) => name)));
    expect(() => sqs.topology(of, Address.parse("sqs://eu-central-1"))).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID" }));
  });

  test("[PSN-01] a queue that gives messages up too soon is found, and mended by what the command sets", SLOW, async () => {
    const of = layout();
    const opened = await open(sqs, "workers");
    await opened.declare(of);
    const { QueueUrl: dead } = await client.createQueue({ QueueName: `dead-${process.pid}` });
    const { Attributes } = await client.getQueueAttributes({ QueueUrl: dead!, AttributeNames: ["QueueArn"] });
    const { QueueUrl } = await client.getQueueUrl({ QueueName: sqs.topology(of)[0]!.name });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes!.QueueArn, maxReceiveCount: 3 });
    await client.setQueueAttributes({ QueueUrl, Attributes: { RedrivePolicy } });
    const [wrong, ...more] = await wrongs(opened, of);
    expect(more).toEqual([]);
    expect(wrong).toMatchObject({
      what: expect.stringContaining("after 3 receives") as string,
      breaks: expect.stringContaining("PSN-01") as string,
    });
    expect(wrong?.mend).toContain(`--queue-url ${QueueUrl} --attributes '{"RedrivePolicy":""}'`);
    await client.setQueueAttributes({
      QueueUrl,
      Attributes: { RedrivePolicy: JSON.stringify({ ...JSON.parse(RedrivePolicy), maxReceiveCount: 1000 }) },
    });
    expect(await wrongs(opened, of)).toEqual([]);
  });

  test("[REP-12] one that does not answer is said to be unreachable", SLOW, async () => {
    const failed = sqs.open(Address.parse("sqs+http://127.0.0.1:9?groups=g"), SETTINGS);
    await expect(failed).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
  });
});
