// The server, the connection or a consumer's process is ended in the middle: nothing is lost and nothing is doubled.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { RabbitMqTransport } from "../../src/adapters/rabbitmq.ts";
import { Consumer, KeyRing, Publisher, retry } from "../../src/index.ts";
import type { ClaimStore } from "../../src/ports/claim-store.ts";
import { MemoryClaims } from "../../src/stores/memory-claims.ts";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { describeBroker } from "../brokers.ts";
import { keySpec } from "../house.ts";
import { rabbitMqServer } from "../rabbitmq-server.ts";
import { steps, STEPS_TABLE } from "../sqlite/steps.ts";
import { tcpProxy } from "../tcp-proxy.ts";
import { openDatabase, temporaryFile } from "../temporary-database.ts";
import { amqplib } from "./rabbitmq-amqplib.ts";
import { CLIENTS, opened, plain } from "./rabbitmq-clients.ts";
import type { Opened } from "./rabbitmq-opened.ts";

const WORKER = fileURLToPath(new URL("rabbitmq-worker.ts", import.meta.url));
const SLOW = { timeout: 180_000 };
const within = { timeout: 60_000, interval: 20 };
const KEYS = ["p", "q", "r", "s"];
const spec = keySpec({ issuer: "counted" });

let prefixes = 0;
const freshPrefix = (): string => `kill${process.pid}-${++prefixes}`;

const publisherOn = (transport: RabbitMqTransport): Publisher<typeof steps> =>
  new Publisher({ contract: steps, transport, keys: new KeyRing([spec]), limits: new MemoryLimits(), ledger: new MemoryLedger() });

/** Until it is confirmed: a call that is repeated goes out under the same id (PUB-10). */
async function publish(publisher: Publisher<typeof steps>, of: string, n: number): Promise<void> {
  for (;;) {
    try {
      const caller = { principal: { id: "x" }, origin: "service", idempotencyKey: `${of}${n}` } as const;
      await publisher.publish("step", { of, n }, caller);
      return;
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    }
  }
}

interface Counting {
  readonly done: ReadonlyMap<string, readonly number[]>;
  readonly told: readonly (string | undefined)[];
  readonly handled: () => number;
  /** Resolves when so many have been. */
  readonly reached: (count: number) => Promise<void>;
}

/** Handles steps, of which every fifth is tried twice. */
async function counting(transport: RabbitMqTransport, at: (name: string) => void = () => undefined): Promise<Counting> {
  const done = new Map<string, number[]>(KEYS.map((key) => [key, []]));
  const told: (string | undefined)[] = [];
  const progress = { handled: 0 };
  let wake = (): void => undefined;
  const claims: ClaimStore = new MemoryClaims();
  const consumer = new Consumer({
    contract: steps,
    group: "g",
    transport,
    keys: new KeyRing([spec]),
    claims,
    deadLetters: new MemoryDeadLetters(),
    observer: { at, holding: (held, code) => void told.push(held ? code : undefined) },
    policy: { concurrency: 8, retryMs: 5, maxFailures: 3, maxCrashes: 1000, leaseMs: 500 },
    handlers: {
      step: ({ data: { of, n } }, { attempt }) => {
        if (n % 5 === 1 && attempt === 1) return retry(20);
        done.get(of)!.push(n);
        progress.handled++;
        wake();
        return undefined;
      },
    },
  });
  onTestFinished(() => consumer.drain(100));
  await consumer.start();
  return {
    done,
    told,
    handled: () => progress.handled,
    async reached(count) {
      while (progress.handled < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

const startWorker = (...args: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, ["--conditions=sallyport-source", WORKER, ...args], { stdio: ["pipe", "ignore", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
};

describeBroker("rabbitmq", "RabbitMQ, killed", (url) => {
  const transportOn = async (to: string, options: object, open: (url: string) => Promise<Opened> = amqplib): Promise<RabbitMqTransport> => {
    const transport = new RabbitMqTransport(await opened<Opened["client"]>(open, to), options);
    onTestFinished(() => transport.close());
    return transport;
  };
  const leftIn = async (to: string, queue: string): Promise<() => Promise<number>> => {
    const channel = await (await plain(to)).createChannel();
    return async () => (await channel.checkQueue(queue)).messageCount;
  };

  test.each(CLIENTS)(
    "[REP-07] [REP-12] [PSN-03] [PSN-09] [PUB-11] a server killed under load, three times: 0 lost, 0 doubled, in order (%s)",
    SLOW,
    async (_name, open) => {
      const server = await rabbitMqServer();
      const consumed = await counting(await transportOn(server.url, { answerWithinMs: 2000 }, open));
      const publisher = publisherOn(await transportOn(server.url, { answerWithinMs: 2000 }, open));
      const wanted = Array.from({ length: 100 }, (_, n) => n);
      const sent = Promise.all(
        KEYS.map(async (key) => {
          for (const n of wanted) await publish(publisher, key, n);
        }),
      );
      for (const at of [60, 160, 260]) {
        await consumed.reached(at);
        await server.kill();
        await server.restart();
      }
      await sent;
      await expect.poll(consumed.handled, within).toBe(KEYS.length * wanted.length);
      for (const key of KEYS) expect([key, consumed.done.get(key)]).toEqual([key, wanted]);
      await expect.poll(await leftIn(server.url, "sallyport:steps:g"), within).toBe(0);
      expect(consumed.told.filter((code) => code === undefined).length, "it was held, and went on").toBeGreaterThan(0);
    },
  );

  test.each(CLIENTS)(
    "[REP-07] [PSN-11] a connection cut between effect and acknowledgement, again and again: 0 lost, 0 doubled (%s)",
    SLOW,
    async (_name, open) => {
      const prefix = freshPrefix();
      const proxy = await tcpProxy(url);
      let committed = 0;
      const at = (name: string): void => {
        if (name === "consume:committed" && ++committed % 25 === 0) proxy.cut();
      };
      const consumed = await counting(await transportOn(proxy.url, { prefix, answerWithinMs: 2000 }, open), at);
      const publisher = publisherOn(await transportOn(url, { prefix }));
      const wanted = Array.from({ length: 50 }, (_, n) => n);
      await Promise.all(
        KEYS.map(async (key) => {
          for (const n of wanted) await publish(publisher, key, n);
        }),
      );
      await expect.poll(consumed.handled, within).toBe(KEYS.length * wanted.length);
      for (const key of KEYS) expect([key, consumed.done.get(key)]).toEqual([key, wanted]);
      await expect.poll(await leftIn(url, `${prefix}:steps:g`), within).toBe(0);
      expect(committed).toBe(KEYS.length * wanted.length);
    },
  );

  test.each(CLIENTS)("[REP-12] a way that leads nowhere is noticed, and a new one is taken (%s)", SLOW, async (_name, open) => {
    const prefix = freshPrefix();
    const proxy = await tcpProxy(url);
    const consumed = await counting(await transportOn(proxy.url, { prefix, answerWithinMs: 500 }, open));
    const publisher = publisherOn(await transportOn(url, { prefix }));
    await publish(publisher, "p", 0);
    await consumed.reached(1);
    proxy.swallow();
    await publish(publisher, "p", 1);
    await expect.poll(() => consumed.told.at(-1), within).toBe("ERR_TRANSPORT_UNAVAILABLE");
    proxy.cut();
    await consumed.reached(2);
    await expect.poll(() => consumed.told.at(-1), within).toBe(undefined);
    expect(consumed.done.get("p")).toEqual([0, 1]);
  });

  test.each(["consume:received", "consume:claimed", "consume:committed", "consume:failed", "consume:acknowledged"])(
    "[PSN-07] [PSN-09] [PSN-11] [PSN-12] a consumer's process killed at %s: 0 lost, 0 doubled, in order",
    SLOW,
    async (point) => {
      const [prefix, file, keyText] = [freshPrefix(), temporaryFile(), JSON.stringify([spec])];
      const database = openDatabase(file);
      database.define(STEPS_TABLE);
      const done = (): readonly { of: string; n: number }[] =>
        database.read((db) => db.prepare("SELECT of, n FROM done ORDER BY seq").all()) as { of: string; n: number }[];
      const [transport, observer] = [await transportOn(url, { prefix }), await transportOn(url, { prefix })];
      // The group's queue is there before anything is sent.
      const first = await observer.receive({ destination: "steps", group: "g", ordering: "key", prefetch: 1 }, () => undefined);
      await first.close();
      const publisher = publisherOn(transport);
      const wanted = Array.from({ length: 8 }, (_, n) => n);
      for (const n of wanted) for (const key of KEYS) await publish(publisher, key, n);
      for (let round = 0; round < 3; round++) {
        const [, signal] = (await once(startWorker(url, prefix, file, keyText, point, String(round)), "exit")) as [unknown, unknown];
        expect(signal).toBe("SIGKILL");
      }
      const peers = [startWorker(url, prefix, file, keyText), startWorker(url, prefix, file, keyText)];
      const exits = peers.map((peer) => once(peer, "exit"));
      await expect.poll(() => done().length, within).toBe(KEYS.length * wanted.length);
      await expect.poll(await leftIn(url, `${prefix}:steps:g`), within).toBe(0);
      for (const key of KEYS) expect([key, done().flatMap(({ of, n }) => (of === key ? [n] : []))]).toEqual([key, wanted]);
      // By themselves: no timer and no channel is left of the transport.
      for (const peer of peers) peer.stdin!.end();
      expect((await Promise.all(exits)).map(([code]) => code as unknown)).toEqual([0, 0]);
    },
  );
});
