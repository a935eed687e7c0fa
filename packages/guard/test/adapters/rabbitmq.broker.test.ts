import type { Channel } from "amqplib";
import { connect, type ChannelModel } from "amqplib";
import { Connection } from "rabbitmq-client";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type RabbitMqOptions, RabbitMqTransport, type RabbitMqTransportClient } from "../../src/adapters/rabbitmq.ts";
import { transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { amqplib } from "./rabbitmq-amqplib.ts";
import { CLIENTS, opened, plain } from "./rabbitmq-clients.ts";
import type { Opened } from "./rabbitmq-opened.ts";
import { box, send, textsOf } from "./stream-box.ts";

let prefixes = 0;
/** Names of its own for every transport. */
const freshPrefix = (): string => `r${process.pid}-${++prefixes}`;
const within = { timeout: 20_000, interval: 20 };
const REFUSED = { code: "ERR_TRANSPORT_REFUSED" };

describeBroker("rabbitmq", "RabbitMQ", (url) => {
  describe.each(CLIENTS)("through %s", (name, open) => {
    let shared: Opened;
    beforeAll(async () => {
      shared = await open(url);
    });
    afterAll(() => shared.close());

    const fresh = async (): Promise<RabbitMqTransport> => new RabbitMqTransport(shared.client, { prefix: freshPrefix(), newQueueMs: 0 });
    for (const law of transportLaws(fresh)) test(law.name, law.run);

    const made = (options: RabbitMqOptions = {}): { readonly transport: RabbitMqTransport; readonly prefix: string } => {
      const prefix = options.prefix ?? freshPrefix();
      const transport = new RabbitMqTransport(shared.client, { newQueueMs: 0, ...options, prefix });
      onTestFinished(() => transport.close());
      return { transport, prefix };
    };
    const raw = async (): Promise<Channel> => (await plain(url)).createChannel();
    const countOf = async (channel: Channel, queue: string): Promise<number> => (await channel.checkQueue(queue)).messageCount;

    test("[PSN-04] bytes that are no text arrive as they were sent", async () => {
      const { transport } = made();
      const { take } = await box(transport);
      const bytes = Uint8Array.from({ length: 512 }, (_, n) => n % 256);
      await transport.send([bytes, new Uint8Array(0)].map((one) => ({ id: "x", destination: "orders", key: "k\u0000é", bytes: one })));
      expect((await take(2)).map((delivery) => new Uint8Array(delivery.bytes))).toEqual([bytes, new Uint8Array(0)]);
    });

    test("[PUB-11] a message that no queue is bound for is refused, though the broker confirms it", async () => {
      const { transport, prefix } = made();
      const channel = await raw();
      await channel.assertExchange(`${prefix}:orders`, "fanout", { durable: true });
      await expect(send(transport, ["a", "b"])).rejects.toMatchObject(REFUSED);
      const { take } = await box(transport);
      await send(transport, ["c"]);
      expect(textsOf(await take(1))).toEqual(["c"]);
    });

    test("[PUB-11] a destination that is missing is refused, and costs another's messages nothing for long", async () => {
      const { transport } = made();
      const { take } = await box(transport);
      await expect(send(transport, ["x"], undefined, "missing")).rejects.toMatchObject(REFUSED);
      // From now on it has a channel of its own.
      const mixed = [send(transport, ["x"], undefined, "missing"), send(transport, ["a"]), send(transport, ["y"], undefined, "missing")];
      const [first, second, third] = await Promise.allSettled(mixed);
      expect([first!.status, second!.status, third!.status]).toEqual(["rejected", "fulfilled", "rejected"]);
      expect(textsOf(await take(1))).toEqual(["a"]);
      const late = await box(transport, { destination: "missing" });
      await send(transport, ["z"], undefined, "missing");
      expect(textsOf(await late.take(1))).toEqual(["z"]);
    });

    test("[PUB-11] of a batch of which some were taken it is not said that nothing was published", async () => {
      const { transport } = made();
      const { take } = await box(transport);
      const both = ["orders", "missing"].map((destination) => ({ id: "x", destination, key: undefined, bytes: Buffer.from(destination) }));
      await expect(transport.send(both)).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      expect(textsOf(await take(1))).toEqual(["orders"]);
    });

    test("[DST-01] [DST-03] what is received with CC and BCC goes nowhere else when it is retried, nor when the broker gives it up", async () => {
      const { transport, prefix } = made();
      const { take } = await box(transport);
      const channel = await raw();
      const queue = `${prefix}:orders:g`;
      const spy = `${prefix}-spy`;
      await channel.assertQueue(spy, { durable: true });
      await channel.bindQueue(spy, queue, "elsewhere");
      const headers = { CC: ["elsewhere", spy], BCC: ["elsewhere", spy] };
      channel.publish(`${prefix}:orders`, "", Buffer.from("a"), { headers, messageId: "m" });
      const [a] = await take(1);
      await a!.retryAfter(1);
      const [again] = await take(1);
      expect([textsOf([again!]), again!.brokerId]).toEqual([["a"], "m"]);
      await again!.ack();
      expect(await countOf(channel, spy)).toBe(0);
      const consumed = await box(transport, { group: "h" });
      await consumed.subscription.close();
      channel.publish(`${prefix}:orders`, "", Buffer.from("b"), { headers });
      await channel.bindQueue(spy, `${prefix}:orders:h`, "elsewhere");
      await channel.consume(`${prefix}:orders:h`, (message) => message !== null && channel.nack(message, false, false));
      await expect.poll(() => countOf(channel, `${prefix}:orders:h:dead`), within).toBe(1);
      expect(await countOf(channel, spy)).toBe(0);
      await channel.deleteQueue(spy);
    });

    test("[PSN-03] a short delay does not wait behind a long one, and as many rounds of one as there are come back", async () => {
      const { transport } = made();
      const { take } = await box(transport);
      await send(transport, ["long", "short"]);
      const [long, short] = await take(2);
      await long!.retryAfter(600_000);
      await short!.retryAfter(1);
      for (let round = 0; round < 4; round++) {
        const [again] = await take(1);
        expect(textsOf([again!])).toEqual(["short"]);
        await again!.retryAfter(1);
      }
    });

    test("[PSN-11] a retry that its queue does not take is not acknowledged at its source", async () => {
      const { transport, prefix } = made();
      const first = await box(transport);
      await send(transport, ["a"]);
      const channel = await raw();
      // Somebody declared it otherwise.
      await channel.assertQueue(`${prefix}:orders:g:retry:125`, { durable: true });
      const [a] = await first.take(1);
      const otherwise = { code: "ERR_CONFIG_CAPABILITY", remedy: expect.stringContaining("rabbitmqctl delete_queue") as string };
      await expect(a!.retryAfter(60)).rejects.toMatchObject(otherwise);
      await first.subscription.close();
      await channel.deleteQueue(`${prefix}:orders:g:retry:125`);
      const second = await box(transport);
      const [again] = await second.take(1);
      await again!.retryAfter(60);
      expect(textsOf(await second.take(1))).toEqual(["a"]);
    });

    test("[PSN-01] the broker gives up no message before the consumer does: 30 deliveries", async () => {
      const { transport } = made();
      const { subscription } = await box(transport);
      await subscription.close();
      await send(transport, ["a"]);
      for (let delivery = 0; delivery < 30; delivery++) {
        const member = await box(transport);
        expect(textsOf(await member.take(1))).toEqual(["a"]);
        await member.subscription.close();
      }
    });

    test("a queue that was declared otherwise is refused, with the command that mends it", async () => {
      const { transport, prefix } = made();
      const channel = await raw();
      await channel.assertQueue(`${prefix}:orders:g`, { durable: true });
      await expect(box(transport)).rejects.toMatchObject({
        code: "ERR_CONFIG_CAPABILITY",
        remedy: expect.stringContaining("rabbitmqctl delete_queue") as string,
      });
    });

    test("where nothing may be declared, what is missing is refused, and what is there is used", async () => {
      const prefix = freshPrefix();
      const careful = made({ prefix, declares: false }).transport;
      await expect(box(careful)).rejects.toMatchObject({ ...REFUSED, message: expect.stringContaining("not declared") as string });
      await (await box(made({ prefix }).transport)).subscription.close();
      const { take } = await box(careful);
      await send(careful, ["a"]);
      const [a] = await take(1);
      // The queue of this delay is one of those that are missing.
      await expect(a!.retryAfter(60)).rejects.toMatchObject(REFUSED);
      await a!.ack();
    });

    test.each([
      ["the queue is deleted", (channel: Channel, prefix: string) => channel.deleteQueue(`${prefix}:orders:g`)],
      ["the turn's queue is deleted", (channel: Channel, prefix: string) => channel.deleteQueue(`${prefix}:orders:g:turn`)],
    ])("[REP-12] a member goes on when %s", async (_what, strike) => {
      const { transport, prefix } = made();
      const { take, told } = await box(transport, { ordering: "key" });
      await send(transport, ["a"]);
      const [a] = await take(1);
      await strike(await raw(), prefix);
      await expect.poll(() => told, within).toEqual([undefined, "ERR_TRANSPORT_UNAVAILABLE", undefined]);
      await a!.ack();
      await send(transport, ["b"]);
      const seen: string[] = [];
      while (!seen.includes("b")) seen.push(...textsOf(await take(1)));
    });

    test("[PSN-09] two members that keep an order take turns, and the second goes on where the first ended", async () => {
      const { transport } = made();
      const first = await box(transport, { ordering: "key" });
      const second = await box(transport, { ordering: "key" });
      await send(transport, ["a1", "a2", "a3"], "a");
      const [a1] = await first.take(1);
      await a1!.ack();
      await first.take(1);
      expect(second.waiting()).toBe(0);
      await first.subscription.close();
      const [a2] = await second.take(1);
      expect([textsOf([a2!]), second.waiting()]).toEqual([["a2"], 0]);
      await a2!.ack();
      expect(textsOf(await second.take(1))).toEqual(["a3"]);
    });

    test("[PSN-09] hostile and endless keys keep an order of their own, and break nothing", async () => {
      const { transport, prefix } = made();
      const { take } = await box(transport, { ordering: "key" });
      const long = "k".repeat(200_000);
      await send(transport, ["l1"], `${long}1`);
      await send(transport, ["l2"], `${long}1`);
      const channel = await raw();
      for (const key of [7, { a: 1 }, ["b"], null, true]) {
        channel.publish(`${prefix}:orders`, "", Buffer.from("odd"), { headers: { "x-sallyport-key": key } });
      }
      const all = await take(6);
      expect(textsOf(all).sort()).toEqual(["l1", "odd", "odd", "odd", "odd", "odd"]);
      await all.find((one) => textsOf([one])[0] === "l1")!.ack();
      expect(textsOf(await take(1))).toEqual(["l2"]);
    });

    test("[PSN-04] whatever a message says of its content, its bytes arrive", async () => {
      const { transport, prefix } = made();
      const { take } = await box(transport);
      const channel = await raw();
      const types = ["application/json", "text/plain", "application/cloudevents+json", "x".repeat(255)];
      for (const contentType of types) channel.publish(`${prefix}:orders`, "", Buffer.from('{"a":1}'), { contentType });
      expect(textsOf(await take(4))).toEqual(types.map(() => '{"a":1}'));
      if (name === "amqplib") return;
      channel.publish(`${prefix}:orders`, "", Buffer.from('{ "a": 1, "a": 2 }'), { contentType: "application/json" });
      // What it has read cannot be unread; a signature over other bytes fails.
      expect(textsOf(await take(1))).toEqual(['{"a":2}']);
    });

    test("[PSN-11] what is settled when its channel is gone comes again, and settling it is no error", async () => {
      const { transport } = made();
      const first = await box(transport);
      await send(transport, ["a", "b"]);
      const [a, b] = await first.take(2);
      await first.subscription.close();
      await Promise.all([a!.ack(), b!.retryAfter(1)]);
      const second = await box(transport);
      expect(textsOf(await second.take(2))).toEqual(["a", "b"]);
    });
  });

  describe("names", () => {
    test("[DST-02] [DST-08] hostile names of destinations and groups are names and nothing else", async () => {
      const transport = new RabbitMqTransport(await opened(amqplib, url), { prefix: freshPrefix(), newQueueMs: 0 });
      onTestFinished(() => transport.close());
      const hostile = ["*", "#", "a:b", "a%3Ab", "a b\r\n", "\u0000", "é", "amq.direct", "a", "a:b:dead"];
      const boxes = await Promise.all(hostile.map((name) => box(transport, { destination: name, group: name })));
      for (const destination of hostile) await send(transport, [destination], undefined, destination);
      for (const [index, { take, waiting }] of boxes.entries()) {
        const [delivery] = await take(1);
        expect([textsOf([delivery!]), delivery!.destination, waiting()]).toEqual([[hostile[index]], hostile[index], 0]);
      }
    });

    test.each(["", "x".repeat(250)])("[DST-01] a destination that has no exchange is refused: %j", async (destination) => {
      const transport = new RabbitMqTransport(await opened(amqplib, url), { prefix: freshPrefix() });
      const refused = { code: "ERR_CONFIG_DESTINATION_INVALID" };
      await expect(send(transport, ["a"], undefined, destination)).rejects.toMatchObject(refused);
      await expect(box(transport, { destination })).rejects.toMatchObject(refused);
      await expect(box(transport, { group: destination })).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID" });
    });

    test.each(["", "a b", "a:b", "x".repeat(65)])("a prefix that could be another's is refused: %j", async (prefix) => {
      const client = await opened(amqplib, url);
      expect(() => new RabbitMqTransport(client, { prefix })).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID" }));
    });
  });

  describe("clients and options that cannot work are refused", () => {
    test("a connection of amqplib that does not recover", async () => {
      const client = await plain(url);
      expect(() => new RabbitMqTransport(client as unknown as RabbitMqTransportClient)).toThrow(
        expect.objectContaining({ code: "ERR_CONFIG_INVALID", remedy: expect.stringContaining("recovery: true") as string }),
      );
    });

    test.each([0, -1, 1.5, 65_536, Number.NaN])("a window of %d messages", async (orderWindow) => {
      const client = await opened(amqplib, url);
      expect(() => new RabbitMqTransport(client, { orderWindow })).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID" }));
    });

    test("types of clients that fit, and of one that does not", async () => {
      const recovering = await connect(url, { recovery: true });
      const connection = new Connection(url);
      const fit: readonly RabbitMqTransportClient[] = [recovering, connection];
      const dead: ChannelModel = await plain(url);
      // @ts-expect-error -- it does not connect again
      const unfit: RabbitMqTransportClient = dead;
      expect([fit.length, typeof unfit]).toEqual([2, "object"]);
      await Promise.all([recovering.close(), connection.close()]);
    });
  });
});
