import { describe, expect, onTestFinished, test } from "vitest";
import { type RedisPubSubClient, RedisPubSubTransport } from "../../src/adapters/redis-pubsub.ts";
import type { Delivery, ReceiveOptions } from "../../src/ports/transport.ts";
import { transportLaws } from "../../src/testing/index.ts";
import { redisClients } from "../redis-clients.ts";
import { describeBroker } from "../brokers.ts";
import { house } from "../house.ts";

let opened = 0;

describeBroker("redis", "Redis Pub/Sub", (url) => {
  const { ioredis, nodeRedis } = redisClients(url);

  describe.each([
    ["ioredis", ioredis],
    ["node-redis", nodeRedis],
  ] as const)("through %s", (_name, client: RedisPubSubClient) => {
    const open = (): RedisPubSubTransport => {
      const transport = new RedisPubSubTransport(client, { prefix: `p${process.pid}-${++opened}` });
      onTestFinished(() => transport.close());
      return transport;
    };
    const fresh = async () => new RedisPubSubTransport(client, { prefix: `p${process.pid}-${++opened}` });
    for (const law of transportLaws(fresh)) test(law.name, law.run);

    const send = (transport: RedisPubSubTransport, bytes: Uint8Array, destination = "news"): Promise<void> =>
      transport.send([{ id: "x", destination, key: undefined, bytes }]);
    const hear = async (transport: RedisPubSubTransport, options: Partial<ReceiveOptions> = {}) => {
      const heard: Delivery[] = [];
      let wake: () => void = () => undefined;
      const subscription = await transport.receive(
        { destination: "news", group: "g", ordering: "none", prefetch: 10, ...options },
        (batch) => {
          heard.push(...batch);
          wake();
        },
      );
      const next = async (): Promise<Delivery> => {
        while (heard.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        return heard.shift()!;
      };
      return { subscription, next };
    };
    const textOf = ({ bytes }: Delivery): string => Buffer.from(bytes).toString();

    test("[PSN-04] bytes that are no text arrive as they were sent, at everyone who is there", async () => {
      const transport = open();
      const listeners = [await hear(transport), await hear(transport)];
      const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
      await send(transport, bytes);
      for (const { next } of listeners) expect(new Uint8Array((await next()).bytes)).toEqual(bytes);
    });

    test("[DST-02] a destination is a name and never a pattern", async () => {
      const transport = open();
      const { next } = await hear(transport, { destination: "*" });
      await send(transport, Buffer.from("other"), "news");
      await send(transport, Buffer.from("own"), "*");
      expect(textOf(await next())).toBe("own");
    });

    test("[PSN-11] it promises nothing that it cannot keep: a consumer refuses it", async () => {
      const transport = open();
      expect(() => house().consumer({ "note.created": () => undefined }, { transport })).toThrow(
        expect.objectContaining({ code: "ERR_CONFIG_CAPABILITY" }),
      );
      const refused = { code: "ERR_CONFIG_CAPABILITY" };
      await expect(hear(transport, { ordering: "key" })).rejects.toMatchObject(refused);
      const { next } = await hear(transport);
      await send(transport, Buffer.from("a"));
      await expect((await next()).retryAfter(1)).rejects.toMatchObject(refused);
    });

    test("a listener that has closed hears nothing more, and may close again", async () => {
      const transport = open();
      const { subscription } = await hear(transport);
      await subscription.close();
      await subscription.close();
      const channel = `p${process.pid}-${opened}:{news}`;
      await expect.poll(async () => (await ioredis.pubsub("NUMSUB", channel)) as unknown[]).toEqual([channel, 0]);
    });
  });

  test("what comes while as many are out as asked for, or while it is paused, is lost", async () => {
    let say: (text: string) => void = () => undefined;
    // By hand, since nobody can tell when a server's message has been heard and dropped.
    const subscriber = {
      on: (event: string, listener: (channel: Buffer, message: Buffer) => void) => {
        if (event === "messageBuffer") say = (text) => listener(Buffer.from("news"), Buffer.from(text));
      },
      subscribe: async () => 1,
      disconnect: () => undefined,
    };
    const client = { callBuffer: async () => 0, duplicate: () => subscriber, on: () => undefined, disconnect: () => undefined };
    const transport = new RedisPubSubTransport(client as unknown as RedisPubSubClient);
    const heard: Delivery[] = [];
    const options = { destination: "news", group: "g", ordering: "none", prefetch: 1 } as const;
    const subscription = await transport.receive(options, (batch) => heard.push(...batch));
    for (const text of ["one", "lost"]) say(text);
    await heard[0]!.ack();
    await heard[0]!.ack();
    subscription.pause();
    say("lost");
    subscription.resume();
    for (const text of ["two", "lost"]) say(text);
    expect(heard.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["one", "two"]);
  });
});
