// What brokers must be set to, what a user of them needs, and brokers that stop answering.
import { setTimeout as after } from "node:timers/promises";
import * as platformatic from "@platformatic/kafka";
import { Admin, Producer } from "@platformatic/kafka";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { kafka, kafkaVariant, saslKafka } from "../../../../scripts/brokers/kafka.ts";
import { KafkaTransport } from "../../src/adapters/kafka.ts";
import type { KafkaOptions } from "../../src/kafka/carrier.ts";
import { KafkaJsLink } from "../../src/kafka/kafkajs-link.ts";
import type { KafkaLink } from "../../src/kafka/link.ts";
import { PlatformaticLink } from "../../src/kafka/platformatic-link.ts";
import { systemClock } from "../../src/ports/clock.ts";
import { namesOf } from "../../src/kafka/names.ts";
import type { Transport } from "../../src/ports/transport.ts";
import { describeBroker } from "../brokers.ts";
import { ownServer } from "../own-server.ts";
import { cutProxy } from "./cut-proxy.ts";
import { CLIENTS, type Sasl } from "./kafka-clients.ts";
import { brokersOf, createTopics, freshPrefix, type TopicsOptions, withAdmin } from "./kafka-topics.ts";
import { box, said, send, textsOf } from "./stream-box.ts";

type Acl = Parameters<Admin["createAcls"]>[0]["creations"][number];

const within = { timeout: 30_000, interval: 50 };
const SLOW = { timeout: 240_000 };
const portOf = (url: string): number => Number(new URL(url).port);

describeBroker("kafka", "The brokers of Kafka", (url) => {
  let admin: Admin;
  beforeAll(() => {
    admin = new Admin({ clientId: "tests", bootstrapBrokers: brokersOf(url) });
  });
  afterAll(() => admin.close());

  const set = (topic: string, name: string, value: string): Promise<void> =>
    admin.incrementalAlterConfigs({
      resources: [{ resourceType: 2, resourceName: topic, configs: [{ name, configOperation: 0, value }] }],
    });

  describe.each(CLIENTS)("through %s", (name, over) => {
    const linkTo = (at: string): KafkaLink => {
      const options = { clock: systemClock, answerWithinMs: 1000, sessionMs: 6000 };
      if (name === "kafkajs") return new KafkaJsLink(new Kafka({ brokers: brokersOf(at), logLevel: logLevel.NOTHING }), options);
      return new PlatformaticLink(platformatic, { bootstrapBrokers: brokersOf(at) }, options);
    };
    const prepare = async (topics: TopicsOptions = {}): Promise<string> => {
      const prefix = freshPrefix();
      await createTopics(admin, prefix, topics);
      return prefix;
    };
    const open = (prefix: string, options: KafkaOptions & { readonly at?: string; readonly sasl?: Sasl } = {}): Transport => {
      const { at = url, sasl, ...rest } = options;
      const transport = over(at, { prefix, minInSyncReplicas: 1, sessionMs: 6000, ...rest }, sasl);
      onTestFinished(() => transport.close());
      return transport;
    };

    test("[DST-09] a topic that is not there is refused with the command that makes it, and is not made", SLOW, async () => {
      const prefix = freshPrefix();
      const refused = { code: "ERR_CONFIG_CAPABILITY", remedy: expect.stringContaining(`--create --topic ${prefix}orders `) as string };
      await expect(send(open(prefix), ["a"])).rejects.toMatchObject(refused);
      await expect(box(open(prefix))).rejects.toMatchObject(refused);
      expect((await admin.listTopics()).filter((topic) => topic.startsWith(prefix))).toEqual([]);
      await createTopics(admin, prefix, { groups: [] });
      const { retries } = namesOf(prefix, "orders", "g");
      const missing = {
        code: "ERR_CONFIG_CAPABILITY",
        remedy: expect.stringContaining(`--create --topic ${retries[0]!.topic} `) as string,
      };
      await expect(box(open(prefix))).rejects.toMatchObject(missing);
      await send(open(prefix), ["a"]);
    });

    test("[REP-09] a topic with the producers' times is refused where the transport vouches for the brokers'", SLOW, async () => {
      const prefix = await prepare({ configs: { "message.timestamp.type": "CreateTime" } });
      const remedy = expect.stringContaining("message.timestamp.type=LogAppendTime") as string;
      await expect(box(open(prefix, { vouchesEnqueueTime: true }))).rejects.toMatchObject({ code: "ERR_CONFIG_CAPABILITY", remedy });
      const { take } = await box(open(prefix));
      await send(open(prefix), ["a"]);
      expect((await take(1))[0]).not.toHaveProperty("enqueuedAtMs");
    });

    test("[REP-09] a time that a producer chose is not vouched for, whatever the topic said before", SLOW, async () => {
      const prefix = await prepare({ partitions: 1 });
      const producer = new Producer({ clientId: "other", bootstrapBrokers: brokersOf(url) });
      onTestFinished(() => producer.close(true));
      const { take } = await box(open(prefix, { vouchesEnqueueTime: true }));
      const forged = async (): Promise<unknown> => {
        const timestamp = BigInt(Date.now() - 3_600_000);
        await producer.send({ messages: [{ topic: `${prefix}orders`, value: Buffer.from("x"), timestamp }], acks: -1 });
        return (await take(1))[0]!.enqueuedAtMs;
      };
      const beforeMs = Date.now();
      expect(await forged()).toBeGreaterThanOrEqual(beforeMs);
      await set(`${prefix}orders`, "message.timestamp.type", "CreateTime");
      // Until the change has come to where it counts the broker's time goes on.
      await expect.poll(forged, within).toBeUndefined();
    });

    test("[REP-09] a retry keeps the time at which its message was taken first", SLOW, async () => {
      const prefix = await prepare({ partitions: 1 });
      const { take } = await box(open(prefix, { vouchesEnqueueTime: true }));
      await send(open(prefix), ["a"]);
      const [a] = await take(1);
      expect(a!.enqueuedAtMs).toBeTypeOf("number");
      await a!.retryAfter(50);
      expect((await take(1))[0]!.enqueuedAtMs).toBe(a!.enqueuedAtMs);
    });

    test("[PUB-07] [PUB-11] a message that is larger than its topic takes is refused, and no other with it", SLOW, async () => {
      const prefix = await prepare({ partitions: 1, configs: { "max.message.bytes": "20000" } });
      const transport = open(prefix);
      const bytes = (length: number) => [{ id: "x", destination: "orders", key: undefined, bytes: new Uint8Array(length) }];
      const sent = await Promise.allSettled([100, 20_001, 100, 19_900].map((length) => transport.send(bytes(length))));
      expect(sent.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
      expect(sent[1]).toMatchObject({
        reason: { code: "ERR_TRANSPORT_REFUSED", remedy: expect.stringContaining("max.message.bytes") as string },
      });
      await set(`${prefix}orders`, "max.message.bytes", "2000");
      const codes = async (): Promise<unknown> => {
        const answers = await Promise.allSettled([100, 5000, 100].map((length) => transport.send(bytes(length))));
        return answers.map((one) => (one.status === "rejected" ? (one.reason as { code: string }).code : "sent"));
      };
      await expect.poll(codes, within).toEqual(["sent", "ERR_TRANSPORT_REFUSED", "sent"]);
      // More than fits in a request goes in several.
      await transport.send(Array.from({ length: 50 }, () => bytes(500)[0]!));
    });

    test("[REP-12] brokers that are down at start are said to be, and may be tried again", SLOW, async () => {
      const server = await ownServer(kafka);
      await withAdmin(server.url, (own) => createTopics(own, "", {}));
      await server.kill();
      const unavailable = { code: "ERR_TRANSPORT_UNAVAILABLE" };
      const transport = open("", { at: server.url, answerWithinMs: 2000 });
      await expect(send(transport, ["a"])).rejects.toMatchObject(unavailable);
      await expect(box(transport)).rejects.toMatchObject(unavailable);
      await server.restart();
      await expect.poll(() => said(send(transport, ["a"])), within).toBe("done");
      const { take } = await box(transport);
      expect(textsOf(await take(1))).toEqual(["a"]);
    });

    test("[REP-12] paused brokers are said to be unavailable, and all goes on when they answer again", SLOW, async () => {
      const server = await ownServer(kafka);
      await withAdmin(server.url, (own) => createTopics(own, "", {}));
      const transport = open("", { at: server.url, answerWithinMs: 1000 });
      const { take, told, reason } = await box(transport);
      await send(open("", { at: server.url, answerWithinMs: 20_000 }), ["a"]);
      const [a] = await take(1);
      server.signal("SIGSTOP");
      await expect(send(transport, ["lost?"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      await expect(a!.ack()).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_UNAVAILABLE");
      expect(reason()).toMatch(/^Kafka did not /);
      server.signal("SIGCONT");
      await expect.poll(() => told.at(-1), within).toBeUndefined();
      await expect.poll(() => said(a!.ack()), within).toBe("done");
      await expect.poll(() => said(send(transport, ["b"])), within).toBe("done");
      const texts: string[] = [];
      while (texts.at(-1) !== "b") texts.push(...textsOf(await take(1)));
      expect(texts.filter((text) => text !== "lost?")).toEqual(["b"]);
    });

    test("[PSN-11] who is closed while nobody answers is closed within its time", SLOW, async () => {
      const proxy = await cutProxy();
      const server = await ownServer(kafkaVariant({ advertisedPort: proxy.port }));
      proxy.to(portOf(server.url));
      const at = `kafka://127.0.0.1:${proxy.port}`;
      await withAdmin(at, (own) => createTopics(own, "", {}));
      const transport = open("", { at, answerWithinMs: 1000 });
      await box(transport);
      void proxy.swallow();
      const closed = transport.close().then(() => "closed");
      expect(await Promise.race([closed, after(15_000, "it waits")])).toBe("closed");
      // What kafkajs still asks it waits for, as long as its user's requestTimeout says.
      if (name !== "kafkajs") await expect.poll(() => proxy.connections(), { timeout: 5000 }).toBe(0);
    });

    test("[PUB-11] what follows a request that was given up is kept, and not taken for that request", SLOW, async () => {
      const proxy = await cutProxy();
      const server = await ownServer(kafkaVariant({ advertisedPort: proxy.port }));
      proxy.to(portOf(server.url));
      const at = `kafka://127.0.0.1:${proxy.port}`;
      await withAdmin(at, (own) => createTopics(own, "", { partitions: 1, groups: [] }));
      const link = linkTo(at);
      onTestFinished(() => link.close());
      const put = (text: string): Promise<void> =>
        link.produce("orders", [{ partition: 0, key: undefined, value: Buffer.from(text), headers: {} }]);
      await put("first");
      const isTaken = proxy.swallow();
      const unanswered = put("unanswered");
      await isTaken;
      proxy.shut();
      await expect(unanswered).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      proxy.cut();
      await put("after");
      const looking = new KafkaTransport(platformatic, { bootstrapBrokers: brokersOf(at) }, { minInSyncReplicas: 1 });
      const { messages } = await looking.browse({ destination: "orders", after: undefined, most: 9 });
      await looking.close();
      expect(messages.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["first", "unanswered", "after"]);
    });

    test("[PSN-11] [REP-12] a connection that is cut between effect and acknowledgement loses nothing", SLOW, async () => {
      const proxy = await cutProxy();
      const server = await ownServer(kafkaVariant({ advertisedPort: proxy.port }));
      proxy.to(portOf(server.url));
      const at = `kafka://127.0.0.1:${proxy.port}`;
      await withAdmin(at, (own) => createTopics(own, "", { partitions: 1 }));
      const transport = open("", { at, answerWithinMs: 1000 });
      const first = await box(transport);
      await send(open("", { at, answerWithinMs: 20_000 }), ["a", "b"]);
      const [a] = await first.take(2);
      void proxy.swallow();
      await expect(a!.ack()).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      proxy.cut();
      await expect.poll(() => said(a!.ack()), within).toBe("done");
      await transport.close();
      const second = await box(open("", { at }));
      // When the member was taken for dead meanwhile, what it acknowledged of before was refused: both come again.
      const texts = textsOf(await second.take(1));
      if (texts[0] === "a") texts.push(...textsOf(await second.take(1)));
      expect(texts.at(-1)).toBe("b");
    });

    test("[DST-07] a right that is taken away is said to be, and what is asked goes on when it is given again", SLOW, async () => {
      const server = await ownServer(saslKafka);
      const sasl = { sasl: { mechanism: "PLAIN" as const, username: "admin", password: "admin" } };
      const { topic, group, retries } = namesOf("", "orders", "g");
      const acl = (resourceType: 2 | 3, resourceName: string, operation: Acl["operation"]) =>
        ({
          resourceType,
          resourceName,
          resourcePatternType: 3,
          principal: "User:worker",
          host: "*",
          operation,
          permissionType: 3,
        }) as const;
      // Read, Write, Describe, DescribeConfigs.
      const topics = [topic, ...retries.map((retry) => retry.topic)].flatMap((one) =>
        ([3, 4, 8, 10] as const).map((operation) => acl(2, one, operation)),
      );
      const asAdmin = <T>(work: (own: Admin) => Promise<T>): Promise<T> => withAdmin(server.url, work, sasl);
      await asAdmin(async (own) => {
        await createTopics(own, "", {});
        await own.createAcls({ creations: [...topics, acl(3, group, 3)] });
      });
      const transport = open("", { at: server.url, sasl: { username: "worker", password: "worker" } });
      await expect.poll(() => said(send(transport, ["a"])), within).toBe("done");
      const { take, told } = await box(transport);
      expect(textsOf(await take(1))).toEqual(["a"]);
      const reading = acl(2, topic, 3);
      await asAdmin((own) => own.deleteAcls({ filters: [reading] }));
      await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_REFUSED");
      await asAdmin((own) => own.createAcls({ creations: [reading] }));
      await expect.poll(() => told.at(-1), within).toBeUndefined();
      await send(transport, ["b"]);
      const texts: string[] = [];
      while (texts.at(-1) !== "b") texts.push(...textsOf(await take(1)));
    });

    if (name === "kafkajs")
      test("[PSN-01] a topic that may hold what this client has no code for is refused", SLOW, async () => {
        const prefix = await prepare({ configs: { "compression.type": "producer" } });
        const remedy = expect.stringContaining("compression.type=gzip") as string;
        await expect(box(open(prefix))).rejects.toMatchObject({ code: "ERR_CONFIG_CAPABILITY", remedy });
      });
    else
      test("[PSN-01] what others compress is read, whatever the code", SLOW, async () => {
        const prefix = await prepare({ partitions: 1, configs: { "compression.type": "producer" } });
        const producer = new Producer({ clientId: "other", bootstrapBrokers: brokersOf(url) });
        onTestFinished(() => producer.close(true));
        const { take } = await box(open(prefix));
        for (const compression of ["gzip", "snappy", "lz4", "zstd"] as const) {
          await producer.send({
            messages: [{ topic: `${prefix}orders`, value: Buffer.from(compression.repeat(50)) }],
            acks: -1,
            compression,
          });
          expect(textsOf(await take(1))).toEqual([compression.repeat(50)]);
        }
      });
  });
});
