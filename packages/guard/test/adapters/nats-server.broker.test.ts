// Servers that stop answering, users who may not, and connections that are cut at the worst moment.
import { createServer, connect as dial, type Socket } from "node:net";
import { headers } from "@nats-io/transport-node";
import { describe, expect, onTestFinished, test } from "vitest";
import { nats, natsWith } from "../../../../scripts/brokers/nats.ts";
import { NatsTransport } from "../../src/adapters/nats.ts";
import { Consumer, KeyRing, Publisher } from "../../src/index.ts";
import { MemoryClaims } from "../../src/stores/memory-claims.ts";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { describeBroker } from "../brokers.ts";
import { keySpec } from "../house.ts";
import { ownServer } from "../own-server.ts";
import { steps } from "../sqlite/steps.ts";
import { asked, connected, opened } from "./nats-house.ts";
import { authorizationWith } from "./nats-rights.ts";
import { acknowledgedUntil, box, said, send, textsOf } from "./stream-box.ts";

const within = { timeout: 20_000, interval: 20 };
const SLOW = { timeout: 60_000 };
const unavailable = { code: "ERR_TRANSPORT_UNAVAILABLE" };
const refused = { code: "ERR_TRANSPORT_REFUSED" };

/** Between a client and a server; `cut` ends all connections, and none is let through until it is told. */
async function proxyTo(url: string): Promise<{ readonly url: string; cut(): void; mend(): void }> {
  const { port, hostname } = new URL(url);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = dial(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => undefined);
      from.on("close", () => void (sockets.delete(from), to.destroy()));
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    url: `nats://127.0.0.1:${(server.address() as { port: number }).port}`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
  };
}

describeBroker("nats", "A server of NATS", () => {
  test.each(["none", "key"] as const)(
    "[REP-12] a paused server is said to be unavailable, and fetching goes on when it answers again (ordering %s)",
    SLOW,
    async (ordering) => {
      const server = await ownServer(nats);
      const transport = await opened(await connected(server.url), { answerWithinMs: 400, reclaimAfterMs: 3000 });
      const { take, told } = await box(transport, { ordering });
      await send(transport, ["a"], "k");
      await (await take(1))[0]!.ack();
      server.signal("SIGSTOP");
      await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_UNAVAILABLE");
      await expect(send(transport, ["b"], "k")).rejects.toMatchObject(unavailable);
      server.signal("SIGCONT");
      // It was not confirmed, and may have been stored.
      expect(textsOf(await take(1))).toEqual(["b"]);
      expect(told.at(-1)).toBeUndefined();
    },
  );

  test("[REP-12] a server that is down is said to be, and closing does not wait for it for long", SLOW, async () => {
    const server = await ownServer(nats);
    const connection = await connected(server.url);
    const transport = await opened(connection, { answerWithinMs: 300 });
    const { take, subscription, told } = await box(transport);
    await send(transport, ["a"]);
    await take(1);
    await server.kill();
    await expect(send(transport, ["b"])).rejects.toMatchObject(unavailable);
    await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_UNAVAILABLE");
    await expect(box(new NatsTransport({ connection, headers }, { answerWithinMs: 300 }))).rejects.toMatchObject(unavailable);
    const closedAt = performance.now();
    await subscription.close();
    expect(performance.now() - closedAt).toBeLessThan(2500);
  });

  test("[REP-12] [PUB-11] a server that was killed has what it confirmed, and members go on by themselves", SLOW, async () => {
    const server = await ownServer(nats);
    const transport = await opened(await connected(server.url), { answerWithinMs: 1000, reclaimAfterMs: 2000 });
    const { take, told } = await box(transport, { prefetch: 2 });
    await send(transport, ["a", "b", "c"]);
    const [a, b] = await take(2);
    await a!.ack();
    await b!.retryAfter(1500);
    await server.kill();
    await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_UNAVAILABLE");
    await server.restart();
    const seen = new Set<string>();
    while (seen.size < 2) {
      const [delivery] = await take(1);
      const [text] = textsOf([delivery!]);
      // An acknowledgement that the server had taken and not yet written may be forgotten: the claims' to find.
      if (text !== "a") seen.add(text!);
      // Until it is connected again.
      await expect.poll(() => said(delivery!.ack()), within).toBe("done");
    }
    expect([...seen].sort()).toEqual(["b", "c"]);
  });

  test("[REP-07] [REP-12] a connection cut between effect and acknowledgement doubles nothing and loses nothing", SLOW, async () => {
    const server = await ownServer(nats);
    const proxy = await proxyTo(server.url);
    const direct = await opened(await connected(server.url), { reclaimAfterMs: 500 });
    await direct.declare("steps");
    const transport = new NatsTransport({ connection: await connected(proxy.url), headers }, { answerWithinMs: 300, reclaimAfterMs: 500 });
    const spec = keySpec({ issuer: "counted" });
    const done: number[] = [];
    let cuts = 0;
    const consumer = new Consumer({
      contract: steps,
      group: "g",
      transport,
      keys: new KeyRing([spec]),
      claims: new MemoryClaims(),
      deadLetters: new MemoryDeadLetters(),
      policy: { concurrency: 2, leaseMs: 400, retryMs: 5 },
      observer: {
        at: (point) => {
          // The effect is committed, and the broker has not been told.
          if (point !== "consume:committed" || done.length % 3 !== 1 || cuts > 2) return;
          cuts++;
          proxy.cut();
          setImmediate(() => proxy.mend());
        },
      },
      handlers: { step: ({ data: { n } }) => void done.push(n) },
    });
    onTestFinished(() => consumer.drain(100));
    await consumer.start();
    const publisher = new Publisher({
      contract: steps,
      transport: direct,
      keys: new KeyRing([spec]),
      limits: new MemoryLimits(),
      ledger: new MemoryLedger(),
    });
    for (let n = 0; n < 12; n++) await publisher.publish("step", { of: "k", n }, { principal: { id: "x" }, origin: "service" });
    const watching = await connected(server.url);
    const pending = async (): Promise<readonly number[]> => {
      const info = await asked<{ num_ack_pending: number; num_pending: number }>(watching, "CONSUMER.INFO.sallyport-steps.g");
      return [info.num_ack_pending, info.num_pending];
    };
    await expect.poll(pending, within).toEqual([0, 0]);
    expect(done).toEqual(Array.from({ length: 12 }, (_, n) => n));
    expect(cuts).toBe(3);
  });

  describe("users", () => {
    const password = "secret";

    test("[DST-07] those with the rights that the page lists can do their part, and no other's", SLOW, async () => {
      const { url } = await ownServer(natsWith(authorizationWith(password)));
      const admin = await connected(url, { user: "admin", pass: password });
      const declaring = await opened(admin, {}, ["others"]);
      await declaring.declare("orders", [{ name: "billing", ordering: "key" }]);
      const [publisher, worker, reader] = await Promise.all(
        ["publisher", "worker", "reader"].map(async (user) => {
          const inboxPrefix = `_INBOX_${user}`;
          return opened(await connected(url, { user, pass: password, inboxPrefix }), { inboxPrefix, answerWithinMs: 1000 }, []);
        }),
      );
      await send(publisher!, ["a1", "a2", "b1"], "a");
      const { take, subscription } = await box(worker!, { group: "billing", ordering: "key" });
      for (const text of ["a1", "a2"]) {
        const [delivery] = await take(1);
        expect(textsOf([delivery!])).toEqual([text]);
        await delivery!.retryAfter(1);
        await (await take(1))[0]!.ack();
      }
      await take(1);
      await subscription.close();
      const unordered = await box(worker!, { group: "billing" });
      for (const delivery of await unordered.take(1)) await delivery.ack();
      const page = await reader!.browse({ destination: "orders", after: undefined, most: 1 });
      expect(page.messages.length).toBe(1);
      await expect(send(publisher!, ["x"], undefined, "others")).rejects.toMatchObject(refused);
      await expect(box(worker!, { destination: "others", group: "billing" })).rejects.toMatchObject(refused);
      await expect(box(worker!, { group: "another" })).rejects.toMatchObject(refused);
      await expect(reader!.browse({ destination: "others", after: undefined, most: 1 })).rejects.toMatchObject(refused);
      await expect(box(publisher!, { group: "billing" })).rejects.toMatchObject(refused);
      await expect(publisher!.declare("orders")).rejects.toMatchObject(refused);
      // Past the library: the server itself says no.
      const [plain, consuming] = await Promise.all(
        ["publisher", "worker"].map((user) => connected(url, { user, pass: password, inboxPrefix: `_INBOX_${user}` })),
      );
      for (const subject of [
        "sallyport.others",
        "$JS.API.STREAM.PURGE.sallyport-orders",
        "$JS.API.CONSUMER.MSG.NEXT.sallyport-orders.billing",
      ])
        await expect(plain!.request(subject, "{}", { timeout: 2000 })).rejects.toThrow("Permissions Violation");
      await expect(consuming!.request("sallyport.orders", "x", { timeout: 2000 })).rejects.toThrow("Permissions Violation");
      const heard = Promise.withResolvers<Error | null>();
      plain!.subscribe("_INBOX_worker.>", { callback: (error) => heard.resolve(error) });
      expect(String(await heard.promise)).toContain("Permissions Violation");
    });

    test("[REP-12] a right that is taken away holds, and consumption goes on when it is given back", SLOW, async () => {
      const rights = (allowed: string): string => `authorization { users = [
        { user: admin, password: "${password}" }
        { user: worker, password: "${password}", permissions: { publish: ${allowed}, subscribe: ["_INBOX.>"] } } ] }`;
      const all = '[">"]';
      const broker = natsWith(rights(all));
      const server = await ownServer(broker);
      const configure = async (settings: string): Promise<void> => {
        await natsWith(settings).prepare!(server.folder);
        server.signal("SIGHUP");
      };
      const admin = await opened(await connected(server.url, { user: "admin", pass: password }));
      const worker = await opened(
        await connected(server.url, { user: "worker", pass: password }),
        { answerWithinMs: 400, reclaimAfterMs: 1000 },
        [],
      );
      await send(admin, ["a"]);
      // What cannot be said to be worked on comes again, and soon there is no more to ask for.
      const { take, told } = await box(worker, { prefetch: 2 });
      const [a] = await take(1);
      await configure(rights('["$JS.API.STREAM.INFO.>"]'));
      await expect.poll(() => told.at(-1), within).toBe("ERR_TRANSPORT_REFUSED");
      await expect(a!.ack()).rejects.toMatchObject(refused);
      await configure(rights(all));
      await expect.poll(() => said(a!.ack()), within).toBe("done");
      await send(admin, ["b"]);
      await acknowledgedUntil("b", take);
      await expect.poll(() => told.at(-1), within).toBeUndefined();
    });
  });
});
