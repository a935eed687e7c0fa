import { Redis as IoRedis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type RedisStreamsClient, type RedisStreamsOptions, RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import { browserLaws, transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { box, send, textsOf } from "./stream-box.ts";
import { rightsOf } from "./stream-rights.ts";

let opened = 0;
/** Keys of its own for every transport. */
const freshPrefix = (): string => `s${process.pid}-${++opened}`;

describeBroker("redis", "Redis Streams", (url) => {
  const ioredis = new IoRedis(url, { lazyConnect: true });
  const cluster = new IoRedis.Cluster([url], { lazyConnect: true });
  const username = `all${process.pid}`;
  const restricted = new IoRedis(url, { lazyConnect: true, username, password: "secret" });
  const nodeRedis = createClient({ url });

  beforeAll(async () => {
    await Promise.all([ioredis.connect(), nodeRedis.connect(), cluster.connect()]);
    const commands = (["publisher", "worker", "reader"] as const).flatMap(rightsOf).filter((right) => right.startsWith("+"));
    await ioredis.acl("SETUSER", username, "on", ">secret", "-@all", `~s${process.pid}-*`, ...commands);
    await restricted.connect();
  });
  afterAll(async () => {
    await ioredis.acl("DELUSER", username);
    restricted.disconnect();
    cluster.disconnect();
    ioredis.disconnect();
    nodeRedis.destroy();
  });

  const open = (client: RedisStreamsClient = ioredis, options: RedisStreamsOptions = {}): RedisStreamsTransport => {
    const transport = new RedisStreamsTransport(client, { prefix: freshPrefix(), ...options });
    onTestFinished(() => transport.close());
    return transport;
  };
  describe.each([
    ["ioredis", ioredis],
    ["node-redis", nodeRedis],
    ["a cluster's client of ioredis", cluster],
    ["a user with the rights that the page lists", restricted],
  ] as const)("through %s", (_name, client) => {
    const fresh = async (): Promise<RedisStreamsTransport> =>
      new RedisStreamsTransport(client, { prefix: freshPrefix(), vouchesEnqueueTime: true });
    for (const law of [...transportLaws(fresh), ...browserLaws(fresh)]) test(law.name, law.run);

    test("[PSN-12] a member that closes before it has waited for anything gives back what it took", async () => {
      const transport = open(client);
      await send(transport, ["a"]);
      const first = await box(transport, { prefetch: 1 });
      await first.take(1);
      await Promise.all([first.subscription.close(), first.subscription.close(), transport.close()]);
      const second = await box(transport);
      expect(textsOf(await second.take(1))).toEqual(["a"]);
      await (await box(transport, { group: "h" })).subscription.close();
    });

    test("[PSN-04] bytes that are no text arrive as they were sent, and can be looked at", async () => {
      const transport = open(client);
      const bytes = Uint8Array.from({ length: 512 }, (_, n) => n % 256);
      await transport.send([bytes, new Uint8Array(0)].map((one) => ({ id: "x", destination: "orders", key: "k\u0000é", bytes: one })));
      const { take } = await box(transport);
      expect((await take(2)).map((delivery) => new Uint8Array(delivery.bytes))).toEqual([bytes, new Uint8Array(0)]);
      const { messages } = await transport.browse({ destination: "orders", after: undefined, most: 1 });
      expect(messages.map((message) => new Uint8Array(message.bytes))).toEqual([bytes]);
    });
  });

  describe("names", () => {
    test.each(["{", "}", "{a}b", ""])("[DST-01] [DST-03] a destination that could change its slot is refused: %j", async (destination) => {
      const transport = open();
      const refused = { code: "ERR_CONFIG_DESTINATION_INVALID" };
      const sent = transport.send([{ id: "x", destination, key: undefined, bytes: new Uint8Array(1) }]);
      await expect(sent).rejects.toMatchObject(refused);
      await expect(transport.receive({ destination, group: "g", ordering: "none", prefetch: 1 }, () => undefined)).rejects.toMatchObject(
        refused,
      );
      await expect(transport.browse({ destination, after: undefined, most: 1 })).rejects.toMatchObject(refused);
    });

    test("[DST-02] [DST-08] hostile names of destinations, groups and keys are names and nothing else", async () => {
      const prefix = freshPrefix();
      const transport = open(ioredis, { prefix });
      const hostile = ["a:due:g", "*", "a b\r\nFLUSHALL\r\n", "\u0000", "x".repeat(4000), "é"];
      for (const destination of hostile) await send(transport, [destination], destination, destination);
      for (const name of hostile) {
        const { take } = await box(transport, { destination: name, group: name, ordering: "key" });
        const [delivery] = await take(1);
        expect([textsOf([delivery!]), delivery!.destination]).toEqual([[name], name]);
        await delivery!.ack();
      }
      // One slot for each destination, whatever its groups are called.
      const keys = await ioredis.keys(`${prefix}:*`);
      for (const name of hostile) {
        const ofIt = keys.filter((key) => key.startsWith(`${prefix}:{${name}}`));
        const slots = new Set(await Promise.all(ofIt.map((key) => ioredis.cluster("KEYSLOT", key))));
        expect([ofIt.length > 1, slots.size]).toEqual([true, 1]);
      }
    });

    test.each(["", "a{b}", "a:b", "x".repeat(65)])("a prefix that could is refused: %j", (prefix) => {
      expect(() => new RedisStreamsTransport(ioredis, { prefix })).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID" }));
    });
  });

  describe("clients and options that cannot work are refused", () => {
    const { promise: never } = Promise.withResolvers<unknown>();
    test.each([
      ["a cluster client of node-redis", createCluster({ rootNodes: [{ url }] })],
      ["a sentinels' client of node-redis", createSentinel({ name: "m", sentinelRootNodes: [{ host: "127.0.0.1", port: 1 }] })],
      ["a client that answers in text alone", { call: () => never, duplicate: () => undefined }],
      ["a client that cannot be duplicated", { callBuffer: () => never }],
      ["a client of ioredis that pipelines by itself", new IoRedis(url, { lazyConnect: true, enableAutoPipelining: true })],
    ])("%s", (_what, client) => {
      expect(() => new RedisStreamsTransport(client as unknown as RedisStreamsClient)).toThrow(
        expect.objectContaining({ code: "ERR_CONFIG_INVALID" }),
      );
    });

    test.each([{ retentionMs: 0 }, { reclaimAfterMs: -1 }, { retentionMs: Number.NaN }])("%j", (options) => {
      expect(() => new RedisStreamsTransport(ioredis, options)).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID" }));
    });

    test("types of clients that fit, and of one that does not", () => {
      const fit: readonly RedisStreamsClient[] = [ioredis, nodeRedis, new IoRedis.Cluster([], { lazyConnect: true })];
      // @ts-expect-error -- its `sendCommand` takes the key first
      const unfit: RedisStreamsClient = createCluster({ rootNodes: [] });
      expect([fit.length, typeof unfit]).toEqual([3, "object"]);
    });
  });
});
