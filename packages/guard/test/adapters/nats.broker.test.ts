import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type NatsClient, type NatsOptions, NatsTransport } from "../../src/adapters/nats.ts";
import { browserLaws, transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { box, send, textsOf } from "./stream-box.ts";

let opened = 0;
/** Streams of its own for every transport. */
const freshPrefix = (): string => `l${process.pid}_${++opened}`;

describeBroker("nats", "NATS JetStream", (url) => {
  let connection: NatsConnection;
  let client: NatsClient;

  beforeAll(async () => {
    connection = await connect({ servers: url, maxReconnectAttempts: -1 });
    client = { connection, headers };
  });
  afterAll(() => connection.close());

  const open = async (options: NatsOptions = {}): Promise<NatsTransport> => {
    const transport = new NatsTransport(client, { prefix: freshPrefix(), ...options });
    for (const destination of ["orders", "laws"]) await transport.declare(destination);
    return transport;
  };
  const opening = async (options: NatsOptions = {}): Promise<NatsTransport> => {
    const transport = await open(options);
    onTestFinished(() => transport.close());
    return transport;
  };

  for (const law of [...transportLaws(open), ...browserLaws(open)]) test(law.name, law.run);

  test("[PSN-04] bytes that are no text arrive as they were sent, and can be looked at", async () => {
    const transport = await opening();
    const bytes = Uint8Array.from({ length: 512 }, (_, n) => n % 256);
    await transport.send(
      [bytes, new Uint8Array(0)].map((one) => ({ id: "x", destination: "orders", key: "k\u0000é\r\nX: y", bytes: one })),
    );
    const { take } = await box(transport, { ordering: "key" });
    const [first] = await take(1);
    expect(new Uint8Array(first!.bytes)).toEqual(bytes);
    await first!.ack();
    expect((await take(1))[0]!.bytes.length).toBe(0);
    const { messages } = await transport.browse({ destination: "orders", after: undefined, most: 1 });
    expect(messages.map((message) => new Uint8Array(message.bytes))).toEqual([bytes]);
  });

  describe("names", () => {
    test("[DST-02] [DST-08] hostile names of destinations, groups and keys are names and nothing else", async () => {
      const prefix = freshPrefix();
      const transport = await opening({ prefix });
      const hostile = ["*", ">", "orders.*", "a b\r\nPUB x 0\r\n", "\u0000", "..", ".a", "é", "=2E", "orders.", "$JS.API.>", "a/b\\c"];
      for (const destination of hostile) {
        await transport.declare(destination, [{ name: destination, ordering: "key" }]);
        await send(transport, [destination], destination, destination);
      }
      await send(transport, ["own"]);
      for (const name of hostile) {
        const { take, waiting } = await box(transport, { destination: name, group: name, ordering: "key" });
        const [delivery] = await take(1);
        expect([textsOf([delivery!]), delivery!.destination, waiting()]).toEqual([[name], name, 0]);
        await delivery!.ack();
      }
      const streams = (await connection.request("$JS.API.STREAM.NAMES", JSON.stringify({ subject: `${prefix}.>` }))).json<{
        streams: string[];
      }>();
      // One each, and two that `opening` declared; those of order are under the prefix as well.
      expect(new Set(streams.streams).size).toBe(2 * hostile.length + 2);
    });

    test.each([
      ["orders.eu", "orders", "eu"],
      ["a.b", "a", "b"],
    ])("[DST-03] %s is neither below nor beside %s", async (nested, outer, group) => {
      const transport = await opening();
      for (const destination of [nested, outer]) await transport.declare(destination, [{ name: group, ordering: "none" }]);
      await send(transport, ["inner"], undefined, nested);
      await send(transport, ["outer"], undefined, outer);
      const { take, waiting } = await box(transport, { destination: outer, group });
      expect([textsOf(await take(1)), waiting()]).toEqual([["outer"], 0]);
    });

    test.each(["", "\ud800", "x".repeat(300)])("[DST-01] a destination that cannot be a stream's name is refused", async (destination) => {
      const transport = new NatsTransport(client, { prefix: freshPrefix() });
      const refused = { code: "ERR_CONFIG_DESTINATION_INVALID" };
      await expect(send(transport, ["a"], undefined, destination)).rejects.toMatchObject(refused);
      await expect(box(transport, { destination })).rejects.toMatchObject(refused);
      await expect(transport.browse({ destination, after: undefined, most: 1 })).rejects.toMatchObject(refused);
    });

    test.each(["", "a.b", "a-b", "*", ">", "x".repeat(33)])("a prefix that could reach others is refused: %j", (prefix) => {
      expect(() => new NatsTransport(client, { prefix })).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID" }));
    });
  });

  describe("clients and options that cannot work are refused", () => {
    const refused = expect.objectContaining({ code: "ERR_CONFIG_INVALID" }) as Error;

    test("what is no connection, or comes without its headers", () => {
      expect(() => new NatsTransport({ connection } as unknown as NatsClient)).toThrow(refused);
      expect(() => new NatsTransport({ connection: {}, headers } as unknown as NatsClient)).toThrow(refused);
    });

    test("[REP-12] a connection that gives up for good", async () => {
      const brief = await connect({ servers: url });
      onTestFinished(() => brief.close());
      expect(() => new NatsTransport({ connection: brief, headers })).toThrow(/maxReconnectAttempts: -1/);
    });

    test.each([{ retentionMs: 0 }, { reclaimAfterMs: -1 }, { replicas: Number.NaN }, { inboxPrefix: "_INBOX.>" }, { apiPrefix: "" }])(
      "%j",
      (options) => {
        expect(() => new NatsTransport(client, options)).toThrow(refused);
      },
    );

    test("types of clients that fit, and of one that does not", () => {
      const fit: NatsClient = { connection, headers };
      // @ts-expect-error -- a connection alone makes no headers
      const unfit: NatsClient = { connection };
      expect([typeof fit, typeof unfit]).toEqual(["object", "object"]);
    });
  });
});
