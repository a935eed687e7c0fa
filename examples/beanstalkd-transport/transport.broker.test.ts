// The transport, held to the published laws on a real beanstalkd, and what it says of itself beyond them.
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Delivery } from "@sallyport/guard/ports";
import { describeTransport } from "@sallyport/guard/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { describeBroker } from "../../packages/guard/test/brokers.ts";
import { collect, connector, cuttable, groupsOf, message, opened, ORDERS, saying, texts } from "./box.ts";
import { Connection, numberIn } from "./connection.ts";
import { type BeanstalkdOptions, BeanstalkdTransport } from "./transport.ts";

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
    /** By the broker's own clock: a job elsewhere comes back after its delay. */
    const seconds = async (count: number): Promise<void> => {
      const elsewhere = here();
      const held = await collect(elsewhere);
      await elsewhere.send([message]);
      await vi.waitFor(() => expect(held).toHaveLength(1));
      await held[0]!.retryAfter(count * 1000);
      await vi.waitFor(() => expect(held).toHaveLength(2), count * 1000 + 10_000);
    };

    test("[PSN-06] what a living member has is prolonged beyond the lease that its sender wrote", async () => {
      const name = randomUUID();
      const held = await collect(here({ prefix: name }));
      const others = await collect(here({ prefix: name }));
      await here({ prefix: name, leaseMs: 1000 }).send([message]);
      await vi.waitFor(() => expect(held.length + others.length).toBe(1));
      await seconds(3);
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
      await seconds(3);
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
      const name = randomUUID();
      const transport = here({ prefix: name, leaseMs: 1000 });
      const held = await collect(transport);
      await transport.send([message]);
      await vi.waitFor(() => expect(held).toHaveLength(1));
      // It is given back when another waits for it.
      const looking = new Connection(connector(url)(), 5000);
      onTestFinished(() => looking.cut());
      const waiting = async (): Promise<number> => numberIn(await looking.ask(`stats-tube ${name}/orders/g`), "current-waiting");
      await expect.poll(waiting).toBe(1);
      const givenBack = async (): Promise<number> => {
        // The process is blocked, so that nothing is prolonged; beanstalkd is not.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
        await setTimeout(500);
        return held.length;
      };
      // Now and then beanstalkd passes over a deadline until it is asked something.
      await expect.poll(givenBack, { timeout: 30_000, interval: 0 }).toBeGreaterThan(1);
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
