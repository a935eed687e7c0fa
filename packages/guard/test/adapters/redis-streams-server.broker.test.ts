// What a server must be set to, what a user of it needs, and servers that stop answering.
import { Redis as IoRedis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import { describeBroker } from "../brokers.ts";
import { redisServer } from "../redis-server.ts";
import { box, send, textsOf } from "./stream-box.ts";
import { rightsOf } from "./stream-rights.ts";

const within = { timeout: 20_000, interval: 20 };
const SLOW = { timeout: 60_000 };

describeBroker("redis", "A server of Redis Streams", (url) => {
  const connect = (to: string, options: object = {}): IoRedis => {
    const client = new IoRedis(to, options);
    client.on("error", () => undefined);
    onTestFinished(() => client.disconnect());
    return client;
  };

  describe("a server that would lose what it confirmed is refused, with the command that mends it", () => {
    test.each([
      ["evicts", "maxmemory-policy", "allkeys-lru", "noeviction"],
      ["does not persist", "appendonly", "no", "appendonly yes"],
    ])("[PUB-11] one that %s", SLOW, async (_what, setting, value, remedy) => {
      const client = connect((await redisServer()).url);
      await client.config("SET", setting, value);
      const transport = new RedisStreamsTransport(client);
      const refused = { code: "ERR_CONFIG_CAPABILITY", remedy: expect.stringContaining(remedy) as string };
      await expect(send(transport, ["a"])).rejects.toMatchObject(refused);
      await expect(box(transport)).rejects.toMatchObject(refused);
      await client.config("SET", setting, setting === "appendonly" ? "yes" : "noeviction");
      await send(transport, ["a"]);
    });

    test("[PUB-11] unless it is said that messages may be lost with it", SLOW, async () => {
      const client = connect((await redisServer()).url);
      await client.config("SET", "appendonly", "no");
      const transport = new RedisStreamsTransport(client, { persists: false });
      await send(transport, ["a"]);
      expect(transport.capabilities.persists).toBe(false);
    });
  });

  test("[DST-07] users with the rights that the page lists can do their part, and no other's", SLOW, async () => {
    const admin = connect(url);
    const roles = ["publisher", "worker", "reader"] as const;
    const users = roles.map((role) => `${role}${process.pid}`);
    onTestFinished(async () => void (await admin.acl("DELUSER", ...users)));
    onTestFinished(async () => void (await admin.del("sallyport:{orders}")));
    for (const [index, role] of roles.entries()) await admin.acl("SETUSER", users[index]!, "on", ">secret", ...rightsOf(role));
    const [publisher, worker, reader] = users.map((username) => {
      const client = connect(url, { username, password: "secret", enableReadyCheck: false });
      return new RedisStreamsTransport(client);
    }) as [RedisStreamsTransport, RedisStreamsTransport, RedisStreamsTransport];
    await send(publisher, ["a1", "a2", "b1"], "a");
    const { take, subscription } = await box(worker, { ordering: "key" });
    for (const text of ["a1", "a2"]) {
      const [delivery] = await take(1);
      expect(textsOf([delivery!])).toEqual([text]);
      await delivery!.retryAfter(1);
      const [again] = await take(1);
      await again!.ack();
    }
    await take(1);
    await subscription.close();
    const unordered = await box(worker, { group: "h" });
    for (const delivery of await unordered.take(3)) await delivery.ack();
    await unordered.subscription.close();
    const page = await reader.browse({ destination: "orders", after: undefined, most: 1 });
    await reader.browse({ destination: "orders", after: page.messages[0]!.position, most: 1 });
    const refused = { code: "ERR_TRANSPORT_REFUSED" };
    await expect(send(publisher, ["x"], undefined, "others")).rejects.toMatchObject(refused);
    await expect(box(worker, { destination: "others" })).rejects.toMatchObject(refused);
    await expect(reader.browse({ destination: "others", after: undefined, most: 1 })).rejects.toMatchObject(refused);
    await expect(box(publisher)).rejects.toMatchObject(refused);
  });

  test("[REP-12] a paused server is said to be unavailable, and fetching goes on when it answers again", SLOW, async () => {
    const server = await redisServer();
    const transport = new RedisStreamsTransport(connect(server.url), { answerWithinMs: 200 });
    onTestFinished(() => transport.close());
    const { take, told } = await box(transport);
    await send(transport, ["a"]);
    await (await take(1))[0]!.ack();
    server.signal("SIGSTOP");
    await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_UNAVAILABLE");
    await expect(send(transport, ["b"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    server.signal("SIGCONT");
    expect(textsOf(await take(1))).toEqual(["b"]);
    expect(told).toEqual([undefined, "ERR_TRANSPORT_UNAVAILABLE", undefined]);
  });

  test("[REP-12] a server that is down at start is said to be, and closing does not wait for it for long", SLOW, async () => {
    const server = await redisServer();
    const client = connect(server.url);
    const transport = new RedisStreamsTransport(client, { answerWithinMs: 200 });
    const { take, subscription } = await box(transport);
    await send(transport, ["a"]);
    await take(1);
    await server.kill();
    const other = new RedisStreamsTransport(client, { answerWithinMs: 200 });
    await expect(box(other)).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    const closedAt = performance.now();
    await subscription.close();
    expect(performance.now() - closedAt).toBeLessThan(2000);
  });
});
