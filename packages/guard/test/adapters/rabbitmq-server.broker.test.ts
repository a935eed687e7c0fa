// What a user of a server needs, what an operator does to it, and servers that stop answering.
import { describe, expect, onTestFinished, test } from "vitest";
import { RabbitMqTransport } from "../../src/adapters/rabbitmq.ts";
import { describeBroker } from "../brokers.ts";
import { rabbitMqServer, sharedCtl } from "../rabbitmq-server.ts";
import { amqplib } from "./rabbitmq-amqplib.ts";
import { CLIENTS, opened, plain } from "./rabbitmq-clients.ts";
import type { Opened } from "./rabbitmq-opened.ts";
import { rabbitMqRights } from "./rabbitmq-rights.ts";
import { box, send, textsOf } from "./stream-box.ts";

const within = { timeout: 30_000, interval: 20 };
const SLOW = { timeout: 120_000 };
const REFUSED = { code: "ERR_TRANSPORT_REFUSED" };

let prefixes = 0;
const freshPrefix = (): string => `s${process.pid}-${++prefixes}`;

describeBroker("rabbitmq", "A server of RabbitMQ", (url) => {
  const transportOn = async (
    to: string,
    options: object = {},
    open: (url: string) => Promise<Opened> = amqplib,
  ): Promise<RabbitMqTransport> => {
    const transport = new RabbitMqTransport(await opened<Opened["client"]>(open, to), { newQueueMs: 0, ...options });
    onTestFinished(() => transport.close());
    return transport;
  };

  describe("rights", () => {
    /** Another host of the server's, so that what the page lists can be given as it stands. */
    async function hostWith(...users: readonly ("publisher" | "worker" | "bound")[]): Promise<Record<string, string>> {
      const host = freshPrefix();
      await sharedCtl("add_vhost", host);
      await sharedCtl("set_permissions", "-p", host, "sallyport", ".*", ".*", ".*");
      onTestFinished(async () => void (await sharedCtl("delete_vhost", host)));
      const urls: Record<string, string> = {};
      for (const user of [...users, "owner"]) {
        const to = new URL(`${url}/${host}`);
        if (user !== "owner") {
          const name = `${user}-${host}`;
          await sharedCtl("add_user", name, "secret");
          onTestFinished(async () => void (await sharedCtl("delete_user", name)));
          await sharedCtl("set_permissions", "-p", host, name, ...rabbitMqRights(user as "publisher"));
          [to.username, to.password] = [name, "secret"];
        }
        urls[user] = to.href;
      }
      return urls;
    }

    test("[DST-07] users with the rights that the page lists can do their part, and no other's", SLOW, async () => {
      const urls = await hostWith("publisher", "worker");
      const [publisher, worker, owner] = await Promise.all(["publisher", "worker", "owner"].map((user) => transportOn(urls[user]!)));
      const channel = await (await plain(urls["owner"]!)).createChannel();
      await channel.assertExchange("sallyport:orders", "fanout", { durable: true });
      for (const ordering of ["none", "key"] as const) {
        const { take, subscription } = await box(worker!, { ordering });
        await send(publisher!, ["a1"], "a");
        const [a1] = await take(1);
        await a1!.retryAfter(1);
        const [again] = await take(1);
        expect(textsOf([again!])).toEqual(["a1"]);
        await again!.ack();
        await subscription.close();
      }
      await (await box(owner!, { destination: "others" })).subscription.close();
      await expect(send(publisher!, ["x"], undefined, "others")).rejects.toMatchObject(REFUSED);
      await expect(box(publisher!)).rejects.toMatchObject(REFUSED);
      await expect(box(worker!, { destination: "others" })).rejects.toMatchObject(REFUSED);
      await expect(box(worker!, { group: "h" })).rejects.toMatchObject(REFUSED);
      await expect(send(worker!, ["x"])).rejects.toMatchObject(REFUSED);
      // The default exchange, by which every queue can be reached by its name.
      for (const user of ["publisher", "worker"]) {
        const direct = await (await plain(urls[user]!)).createChannel();
        const refused = new Promise((resolve) => direct.once("error", resolve));
        direct.sendToQueue("sallyport:orders:g", Buffer.from("x"));
        expect(await refused).toMatchObject({ code: 403 });
      }
    });

    test("[DST-07] a worker that may declare nothing works on what others declared", SLOW, async () => {
      const urls = await hostWith("bound");
      const owner = await transportOn(urls["owner"]!);
      const before = await box(owner, { ordering: "key" });
      await before.subscription.close();
      const plainly = await box(owner);
      await send(owner, ["warm"]);
      await (await plainly.take(1))[0]!.retryAfter(1);
      await (await plainly.take(1))[0]!.ack();
      await plainly.subscription.close();
      const bound = await transportOn(urls["bound"]!, { declares: false });
      for (const ordering of ["none", "key"] as const) {
        const { take, subscription } = await box(bound, { ordering });
        await send(owner, ["a"], "a");
        await (await take(1))[0]!.retryAfter(1);
        await (await take(1))[0]!.ack();
        await subscription.close();
      }
      const declaring = await transportOn(urls["bound"]!);
      await expect(box(declaring)).rejects.toMatchObject(REFUSED);
    });

    test("[DST-07] a right that is taken away holds from the next connection on, and what is sent is then refused", SLOW, async () => {
      const urls = await hostWith("publisher");
      const owner = await transportOn(urls["owner"]!);
      const { take } = await box(owner);
      const publisher = await transportOn(urls["publisher"]!);
      await send(publisher, ["a"]);
      const { pathname, username } = new URL(urls["publisher"]!);
      await sharedCtl("clear_permissions", "-p", pathname.slice(1), username);
      await sharedCtl("close_all_user_connections", username, "revoked");
      await sharedCtl("set_permissions", "-p", pathname.slice(1), username, "^$", "^$", "^$");
      const refusal = async (): Promise<unknown> => send(publisher, ["b"]).catch((error: { code: unknown }) => error.code);
      await expect.poll(refusal, within).toBe("ERR_TRANSPORT_REFUSED");
      expect(textsOf(await take(1))).toEqual(["a"]);
    });
  });

  test("[PSN-01] what a policy makes the broker give up is kept, and not dropped", SLOW, async () => {
    const prefix = freshPrefix();
    const transport = await transportOn(url, { prefix });
    await (await box(transport)).subscription.close();
    await sharedCtl("set_policy", "--apply-to", "queues", prefix, `^${prefix}:orders:g$`, '{"delivery-limit":2}');
    onTestFinished(async () => void (await sharedCtl("clear_policy", prefix)));
    await send(transport, ["a"]);
    const channel = await (await plain(url)).createChannel();
    const kept = async (): Promise<number> => (await channel.checkQueue(`${prefix}:orders:g:dead`)).messageCount;
    while ((await kept()) === 0) {
      const member = await box(transport);
      await Promise.race([member.take(1), expect.poll(kept, within).toBe(1)]);
      await member.subscription.close();
    }
    const dead = await channel.get(`${prefix}:orders:g:dead`);
    expect(dead === false ? undefined : dead.content.toString()).toBe("a");
  });

  test("[PUB-11] of a message that a queue of a bounded length did not take it is not said that nothing was published", SLOW, async () => {
    const prefix = freshPrefix();
    const transport = await transportOn(url, { prefix });
    const full = await box(transport, { group: "full" });
    const other = await box(transport, { group: "other" });
    await full.subscription.close();
    await sharedCtl("set_policy", "--apply-to", "queues", prefix, `^${prefix}:orders:full$`, '{"max-length":1}');
    onTestFinished(async () => void (await sharedCtl("clear_policy", prefix)));
    const codes: unknown[] = [];
    // A quorum queue learns of its bound, and of its length, a little late.
    while (codes.at(-1) === undefined && codes.length < 200)
      codes.push(
        await send(transport, ["a"]).then(
          () => undefined,
          (error: { code: unknown }) => error.code,
        ),
      );
    expect(codes.at(-1)).toBe("ERR_TRANSPORT_UNAVAILABLE");
    expect(other.waiting()).toBeGreaterThan(0);
  });

  describe.each(CLIENTS)("through %s", (_name, open) => {
    test("[REP-12] [PSN-11] a paused server is said to be unavailable, and fetching goes on when it answers again", SLOW, async () => {
      const server = await rabbitMqServer();
      const transport = await transportOn(server.url, { answerWithinMs: 500 }, open);
      const { take, told } = await box(transport);
      await send(transport, ["a"]);
      const [a] = await take(1);
      server.signal("SIGSTOP");
      // AMQP does not answer an acknowledgement: it is not said to be done before the server has been heard of.
      await expect(a!.ack()).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_UNAVAILABLE");
      await expect(send(transport, ["b"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      server.signal("SIGCONT");
      // Asked again, it is not written again, which would close the channel.
      await a!.ack();
      // It was written, and is read now: of what is not confirmed nobody knows.
      expect(textsOf(await take(1))).toEqual(["b"]);
      await expect.poll(() => told, within).toEqual([undefined, "ERR_TRANSPORT_UNAVAILABLE", undefined]);
    });

    test("[REP-12] a server that is down at start is said to be, and is used when it is up", SLOW, async () => {
      const server = await rabbitMqServer();
      await server.kill();
      const transport = await transportOn(server.url, { answerWithinMs: 500 }, open);
      await expect(box(transport)).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      await expect(send(transport, ["x"])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
      await server.restart();
      const joined = async (): Promise<boolean> => {
        try {
          const { take } = await box(transport);
          await send(transport, ["a"]);
          return textsOf(await take(1))[0] === "a";
        } catch {
          return false;
        }
      };
      await expect.poll(joined, within).toBe(true);
    });

    test("[PUB-11] [REP-12] a server that is short of memory takes nothing, and what is sent says so; consumers go on", SLOW, async () => {
      const server = await rabbitMqServer();
      const [publisher, consumer] = await Promise.all([
        transportOn(server.url, { answerWithinMs: 1000 }, open),
        transportOn(server.url, { answerWithinMs: 1000 }, open),
      ]);
      const { take } = await box(consumer);
      await send(publisher, ["a", "b"]);
      const [a, b] = await take(2);
      await server.ctl("set_vm_memory_high_watermark", "absolute", "1");
      const sent = async (): Promise<string> =>
        send(publisher, ["c"]).then(
          () => "sent",
          (error: Error) => error.message,
        );
      await expect.poll(sent, within).toContain("takes no messages for now");
      await a!.ack();
      await server.ctl("set_vm_memory_high_watermark", "0.4");
      await expect.poll(sent, within).toBe("sent");
      expect(new Set(textsOf(await take(1)))).toEqual(new Set(["c"]));
      await b!.ack();
    });

    test("[PUB-11] a message that is larger than the server takes is refused, and others are not", SLOW, async () => {
      const server = await rabbitMqServer();
      await server.ctl("eval", "application:set_env(rabbit, max_message_size, 1000).");
      const transport = await transportOn(server.url, {}, open);
      const { take } = await box(transport);
      await expect(send(transport, ["x".repeat(2000)])).rejects.toMatchObject({
        ...REFUSED,
        message: expect.stringContaining("larger") as string,
      });
      await send(transport, ["a"]);
      expect(textsOf(await take(1))).toEqual(["a"]);
    });

    test("[PSN-05] what is out for longer than the server waits comes again, and settling the first is no error", SLOW, async () => {
      const server = await rabbitMqServer();
      await server.ctl("eval", "[application:set_env(rabbit, K, V) || {K, V} <- [{consumer_timeout, 500}, {channel_tick_interval, 200}]].");
      const transport = await transportOn(server.url, {}, open);
      const { take, told } = await box(transport);
      await send(transport, ["a"]);
      const [a] = await take(1);
      const [again] = await take(1);
      expect([textsOf([a!]), textsOf([again!])]).toEqual([["a"], ["a"]]);
      await Promise.all([a!.ack(), again!.ack()]);
      expect(told.slice(0, 3)).toEqual([undefined, "ERR_TRANSPORT_UNAVAILABLE", undefined]);
    });
  });
});
