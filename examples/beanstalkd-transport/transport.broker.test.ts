// The transport, held to the published laws on a real beanstalkd, and what it says of itself beyond them.
import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import type { Delivery, ReceiveOptions } from "@sallyport/guard/ports";
import { describeTransport } from "@sallyport/guard/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { describeBroker } from "../../packages/guard/test/brokers.ts";
import { ownServer } from "../../packages/guard/test/own-server.ts";
import { beanstalkd, beanstalkdWith } from "../../scripts/brokers/beanstalkd.ts";
import { type BeanstalkdOptions, BeanstalkdTransport } from "./transport.ts";

const ORDERS: ReceiveOptions = { destination: "orders", group: "g", ordering: "none", prefetch: 10 };
const message = { id: "1", destination: "orders", key: undefined, bytes: Buffer.from("a") };
const saying = (text: string) => ({ ...message, bytes: Buffer.from(text) });
const GROUPS = new Map([["orders", ["g", "one", "two"]]]);
const groupsOf = (destination: string): readonly string[] => GROUPS.get(destination) ?? [];
const connector = (url: string) => (): Socket => connect(Number(new URL(url).port), "127.0.0.1");

/** Connections that can be cut all at once; after `die` there are no others. */
function cuttable(url: string) {
  const sockets: Socket[] = [];
  let isDead = false;
  const cut = (): void => {
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  return {
    cut,
    left: () => sockets.filter(({ destroyed }) => !destroyed).length,
    open: (): Socket => {
      const socket = isDead ? connect(1, "127.0.0.1") : connector(url)();
      sockets.push(socket);
      return socket;
    },
    die: async (): Promise<void> => {
      isDead = true;
      cut();
    },
  };
}

const opened = (options: Partial<BeanstalkdOptions> & Pick<BeanstalkdOptions, "connect">): BeanstalkdTransport => {
  const transport = new BeanstalkdTransport({ groupsOf, ...options });
  onTestFinished(() => transport.close());
  return transport;
};
/** One that takes all that comes, and settles nothing. */
const collect = async (transport: BeanstalkdTransport, options: Partial<ReceiveOptions> = {}): Promise<Delivery[]> => {
  const deliveries: Delivery[] = [];
  await transport.receive({ ...ORDERS, ...options }, (batch) => deliveries.push(...batch));
  return deliveries;
};
const texts = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ bytes }) => Buffer.from(bytes).toString());

describeBroker("beanstalkd", "a transport of a third party over beanstalkd", (url) => {
  let prefix = "";
  const make = (over: () => Socket, leaseMs = 45_000) => new BeanstalkdTransport({ connect: over, groupsOf, prefix, leaseMs });
  const open = async (): Promise<BeanstalkdTransport> => {
    prefix = randomUUID();
    return make(connector(url));
  };
  const doom = async () => {
    const connections = cuttable(url);
    return { transport: make(connections.open, 1000), die: connections.die };
  };

  describeTransport({ describe, test }, make(connector(url)), open, doom);

  describe("beyond the laws", () => {
    const here = (options: Partial<BeanstalkdOptions> = {}) => opened({ connect: connector(url), prefix: randomUUID(), ...options });

    test("[PSN-06] what a living member has is prolonged beyond the lease that its sender wrote", async () => {
      const name = randomUUID();
      const held = await collect(here({ prefix: name }));
      const others = await collect(here({ prefix: name }));
      await here({ prefix: name, leaseMs: 1000 }).send([message]);
      await vi.waitFor(() => expect(held.length + others.length).toBe(1));
      // That something never comes can only be waited for.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect(held.length + others.length).toBe(1);
    });

    test("[PSN-03] a prolongation does not undo a delay", async () => {
      const transport = here({ leaseMs: 1000 });
      const held = await collect(transport);
      await transport.send([message]);
      await vi.waitFor(() => expect(held).toHaveLength(1));
      const askedAt = performance.now();
      // With a lease of a second it is prolonged three times a second.
      await held[0]!.retryAfter(2000);
      await vi.waitFor(() => expect(held).toHaveLength(2), 5000);
      expect(performance.now() - askedAt).toBeGreaterThanOrEqual(1999);
      expect(held[1]!.brokerId).toBe(held[0]!.brokerId);
    });

    test("[PSN-01] a retry that is due comes after what was sent before it", async () => {
      const transport = here();
      await transport.send(["poison", "new"].map(saying));
      const seen: string[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      await transport.receive({ ...ORDERS, prefetch: 1 }, ([delivery]) => {
        seen.push(...texts([delivery!]));
        void (seen.at(-1) === "poison" ? delivery!.retryAfter(0) : delivery!.ack().then(resolve));
      });
      await promise;
      expect(seen).toEqual(["poison", "new"]);
    });

    test("[PSN-01] a retry that is due comes before what was sent after it", async () => {
      const transport = here();
      const held = await collect(transport, { prefetch: 1 });
      await transport.send(["retried", "before"].map(saying));
      await vi.waitFor(() => expect(held).toHaveLength(1));
      await held[0]!.retryAfter(1000);
      await vi.waitFor(() => expect(texts(held)).toEqual(["retried", "before"]));
      // Priorities have seconds.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await transport.send([saying("after")]);
      await held[1]!.ack();
      await vi.waitFor(() => expect(texts(held)).toEqual(["retried", "before", "retried"]));
    });

    test("[PUB-11] what is too large is refused before anything is taken, whatever was sent with it", async () => {
      const transport = here();
      const sized = (size: number) => ({ ...message, bytes: Buffer.alloc(size, "\r\n") });
      await expect(transport.send([message, sized(65_536)])).rejects.toMatchObject({
        code: "ERR_TRANSPORT_REFUSED",
        remedy: expect.stringContaining("-z"),
      });
      const held = await collect(transport);
      await transport.send([sized(65_535), sized(0)]);
      await vi.waitFor(() => expect(held.map(({ bytes }) => bytes.length)).toEqual([65_535, 0]));
    });

    test("[DST-09] a destination or group that was not declared is refused, and so is order by key", async () => {
      const transport = here();
      const refusal = { code: "ERR_TRANSPORT_REFUSED" };
      await expect(transport.send([message, { ...message, destination: "elsewhere" }])).rejects.toMatchObject(refusal);
      await expect(collect(transport, { group: "other" })).rejects.toMatchObject(refusal);
      await expect(here({ prefix: "x".repeat(200) }).send([message])).rejects.toMatchObject(refusal);
      await expect(collect(transport, { ordering: "key" })).rejects.toMatchObject({ code: "ERR_CONFIG_CAPABILITY" });
    });

    test("[DST-04] names that differ are tubes that differ, whatever is in them", async () => {
      const names = ["a/b", "a$2fb", "-a b", "ä\r\ndelete 1", "A"];
      const transport = here({ groupsOf: () => ["a/b"] });
      const held = await Promise.all(names.map((destination) => collect(transport, { destination, group: "a/b" })));
      await transport.send(names.map((destination) => ({ ...saying(destination), destination })));
      await vi.waitFor(() => expect(held.map(texts)).toEqual(names.map((name) => [name])));
    });

    test("[PSN-06] what was lost with its connection is settled without an error, and touches nothing that another has", async () => {
      const name = randomUUID();
      const connections = cuttable(url);
      const losing = await collect(here({ prefix: name, connect: connections.open }));
      await here({ prefix: name }).send([message, message]);
      await vi.waitFor(() => expect(losing).toHaveLength(2));
      await connections.die();
      const others = await collect(here({ prefix: name }));
      await vi.waitFor(() => expect(others).toHaveLength(2));
      await losing[0]!.ack();
      await losing[1]!.retryAfter(60_000);
      const last = await collect(here({ prefix: name }));
      // What the first had settled would be missing, or come a minute late.
      for (const delivery of others) await delivery.retryAfter(0);
      await vi.waitFor(() => expect(others.length + last.length).toBe(4));
    });

    test("[PSN-12] a member that is paused while it waits lets go, so that what comes is another's at once", async () => {
      const transport = here();
      const paused: Delivery[] = [];
      const subscription = await transport.receive(ORDERS, (batch) => paused.push(...batch));
      subscription.pause();
      const held = await collect(transport);
      await transport.send(["a", "b", "c"].map(saying));
      await vi.waitFor(() => expect(texts(held)).toEqual(["a", "b", "c"]));
      expect(paused).toEqual([]);
    });

    test("a member that is paused and resumed says no failure", async () => {
      const transport = here();
      const told: unknown[] = [];
      const deliveries: Delivery[] = [];
      const onFetch = (failure: unknown): void => void told.push(failure);
      const subscription = await transport.receive({ ...ORDERS, onFetch }, (batch) => deliveries.push(...batch));
      for (let turns = 0; turns < 3; turns += 1) {
        subscription.pause();
        subscription.resume();
        await transport.send([message]);
        await vi.waitFor(() => expect(deliveries.splice(0)).toHaveLength(1));
      }
      expect(new Set(told)).toEqual(new Set([undefined]));
    });

    test("[PSN-06] what was out for longer than its lease is another's, and its first member touches it no more", async () => {
      const transport = here({ leaseMs: 1000 });
      const held = await collect(transport);
      await transport.send([message]);
      await vi.waitFor(() => expect(held).toHaveLength(1));
      // The process is blocked, so that nothing is prolonged.
      for (const until = performance.now() + 1500; performance.now() < until;);
      await vi.waitFor(() => expect(held.length).toBeGreaterThan(1));
      await held[0]!.retryAfter(60_000);
      for (const delivery of held.splice(0)) await delivery.ack();
      await transport.send([saying("next")]);
      await vi.waitFor(() => expect(texts(held)).toContain("next"));
    });

    test("what is settled twice is settled once, and the next is fetched once", async () => {
      const transport = here();
      const held = await collect(transport, { prefetch: 1 });
      await transport.send(["a", "b", "c"].map(saying));
      await vi.waitFor(() => expect(held).toHaveLength(1));
      await Promise.all([held[0]!.ack(), held[0]!.ack(), held[0]!.retryAfter(0)]);
      await vi.waitFor(() => expect(texts(held)).toEqual(["a", "b"]));
      await held[0]!.ack();
      const others = await collect(transport);
      await vi.waitFor(() => expect(texts(others)).toEqual(["c"]));
      expect(texts(held)).toEqual(["a", "b"]);
    });

    test("what is closed leaves no connection", async () => {
      const connections = cuttable(url);
      const transport = here({ connect: connections.open });
      const held = await collect(transport);
      await transport.send([message, message]);
      await vi.waitFor(() => expect(held).toHaveLength(2));
      expect(connections.left()).toBe(4);
      await transport.close();
      expect(connections.left()).toBe(0);
      await expect(transport.send([message])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    });

    test("[REP-12] a cut is said, and fetching goes on by itself", async () => {
      const connections = cuttable(url);
      const told: unknown[] = [];
      const transport = here({ connect: connections.open });
      const held = await collect(transport, { onFetch: (failure) => told.push(failure) });
      connections.cut();
      await vi.waitFor(() => expect(told).toContain("ERR_TRANSPORT_UNAVAILABLE"));
      await transport.send([message]);
      await vi.waitFor(() => expect([held.length, told.at(-1)]).toEqual([1, undefined]), 5000);
    });
  });
});

describeBroker("beanstalkd", "a transport over a beanstalkd that ends, lacks a binlog or does not answer", () => {
  test("[PUB-11] [PSN-03] what was confirmed outlives the broker, with its delay, and what is acknowledged stays gone", async () => {
    const server = await ownServer(beanstalkd);
    const transport = opened({ connect: connector(server.url) });
    const held = await collect(transport);
    await transport.send(["kept", "late", "done"].map(saying));
    await vi.waitFor(() => expect(held).toHaveLength(3));
    const [kept, late, done] = held.splice(0);
    const askedAt = performance.now();
    await late!.retryAfter(3000);
    await done!.ack();
    await server.restart();
    await vi.waitFor(() => expect(texts(held)).toEqual(["kept", "late"]), 15_000);
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(2990);
    // Of before the restart, when an id may be another's: nothing is done.
    await kept!.ack();
    for (const delivery of held.splice(0)) await delivery.ack();
    await server.restart();
    await vi.waitFor(() => transport.send([saying("new")]), 5000);
    await vi.waitFor(() => expect(texts(held)).toEqual(["new"]), 15_000);
  });

  test("[REP-12] a broker that is down at first refuses neither for good", async () => {
    const server = await ownServer(beanstalkd);
    await server.kill();
    const transport = opened({ connect: connector(server.url) });
    await expect(transport.send([message])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    await expect(collect(transport)).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    await server.restart();
    const held = await collect(transport);
    await transport.send([message]);
    await vi.waitFor(() => expect(held).toHaveLength(1));
  });

  test("[PUB-11] what a broker that is being emptied does not take is not confirmed", async () => {
    const server = await ownServer(beanstalkd);
    const transport = opened({ connect: connector(server.url) });
    await transport.send([message]);
    server.signal("SIGUSR1");
    await vi.waitFor(() => expect(transport.send([message])).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" }));
  });

  test("a broker that keeps its jobs in memory alone is refused, with what mends it", async () => {
    const server = await ownServer(beanstalkdWith(() => []));
    const transport = opened({ connect: connector(server.url) });
    const refusal = { code: "ERR_CONFIG_CAPABILITY", remedy: expect.stringContaining("beanstalkd -b") };
    await expect(transport.send([message])).rejects.toMatchObject(refusal);
    await expect(collect(transport)).rejects.toMatchObject(refusal);
  });

  test("[REP-12] what is not answered is not waited for for ever, and closing does not fail for it", async () => {
    const server = await ownServer(beanstalkd);
    const transport = opened({ connect: connector(server.url), answerMs: 2000 });
    const told: unknown[] = [];
    const held = await collect(transport, { onFetch: (failure) => told.push(failure) });
    await transport.send([message]);
    await vi.waitFor(() => expect(held).toHaveLength(1));
    server.signal("SIGSTOP");
    const outcomes = await Promise.allSettled([transport.send([message]), held[0]!.ack()]);
    const unavailable = { status: "rejected", reason: expect.objectContaining({ code: "ERR_TRANSPORT_UNAVAILABLE" }) };
    expect(outcomes).toEqual([unavailable, unavailable]);
    // Nobody knows whether it was recorded. Asked again, the lease is known to be lost.
    await held[0]!.ack();
    await vi.waitFor(() => expect(told).toContain("ERR_TRANSPORT_UNAVAILABLE"), 8000);
    await transport.close();
    server.signal("SIGCONT");
  });
});
