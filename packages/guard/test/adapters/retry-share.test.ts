// Poison that comes again and again, beside messages that were never tried.
import { expect, onTestFinished, test } from "vitest";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import type { Delivery } from "../../src/ports/transport.ts";
import { TestClock } from "../../src/testing/index.ts";
import { openDatabase } from "../temporary-database.ts";

const RETRY_MS = 600_000;

interface Line {
  readonly clock: TestClock;
  readonly send: (text: string, count: number) => Promise<void>;
  /** Takes what is delivered until so many have come, deciding about each. */
  readonly take: (count: number, decide: (text: string, delivery: Delivery) => Promise<void>) => Promise<readonly string[]>;
}

async function line(prefetch: number): Promise<Line> {
  const clock = new TestClock();
  const transport = new SqliteTransport(openDatabase(), { clock });
  onTestFinished(() => transport.close());
  const waiting: Delivery[] = [];
  await transport.receive({ destination: "line", group: "g", ordering: "none", prefetch }, (deliveries) => {
    waiting.push(...deliveries);
  });
  return {
    clock,
    send: (text, count) =>
      transport.send(Array.from({ length: count }, () => ({ id: text, destination: "line", key: undefined, bytes: Buffer.from(text) }))),
    take: async (count, decide) => {
      const taken: string[] = [];
      while (taken.length < count) {
        const delivery = waiting.shift();
        if (delivery === undefined) {
          await new Promise((resolve) => setImmediate(resolve));
          clock.advance(1);
          continue;
        }
        const text = Buffer.from(delivery.bytes).toString();
        taken.push(text);
        await decide(text, delivery);
      }
      return taken;
    },
  };
}

const share = (taken: readonly string[], text: string): number => taken.filter((one) => one === text).length / taken.length;

test("[PSN-01] while there is more to do than can be done, few deliveries are retries, and retries are not starved", async () => {
  const { clock, send, take } = await line(8);
  await send("poison", 300);
  await take(300, (_text, delivery) => delivery.retryAfter(RETRY_MS));
  await send("honest", 600);
  clock.advance(RETRY_MS);
  const taken = await take(500, (_text, delivery) => delivery.ack());
  expect(share(taken, "poison")).toBeGreaterThan(0.04);
  expect(share(taken, "poison")).toBeLessThan(0.1);
});

test("[PSN-01] retries that are due get all of the room when nothing else is waiting", async () => {
  const { clock, send, take } = await line(8);
  await send("late", 100);
  await take(100, (_text, delivery) => delivery.retryAfter(RETRY_MS));
  clock.advance(RETRY_MS);
  const dueAtMs = clock.now();
  await take(100, (_text, delivery) => delivery.ack());
  // With a share alone there would be nothing to take in most of the rounds, and a wait after each.
  expect(clock.now() - dueAtMs).toBeLessThan(500);
});

test("[PSN-01] any number of messages that wait for their retry lets the next message through", async () => {
  const { send, take } = await line(512);
  await send("poison", 5000);
  const given: Promise<void>[] = [];
  await take(5000, async (_text, delivery) => void given.push(delivery.retryAfter(RETRY_MS)));
  await Promise.all(given);
  await send("honest", 1);
  expect(await take(1, (_text, delivery) => delivery.ack())).toEqual(["honest"]);
});
