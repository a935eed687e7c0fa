// Half of what arrives is poison. How fast the honest half is handled, beside the same number of honest messages
// alone; and that in the end each honest message was handled once and each poison message is a dead letter.
import { setTimeout as sleep } from "node:timers/promises";
import { DESTINATION, type Order, ordersOf } from "./event.ts";
import { House, withFile } from "./house.ts";
import { median } from "./measure.ts";

export type Poison = "none" | "always fails" | "malformed";

export interface PoisonFigure {
  readonly poison: Poison;
  /** Honest messages a second, until the last of them was acknowledged. */
  readonly perSecond: number;
  /** Of the clean run in the same round. */
  readonly share: number;
  /** The same, in CPU time: what is left when other processes take the machine away in one run and not in another. */
  readonly cpuShare: number;
}

interface Run {
  readonly perSecond: number;
  readonly cpuMs: number;
}

const CALLERS = 1000;
const POISONED = "poison-";

/** Honest and poison in turn, as a backlog that the consumer finds. */
async function fill(house: House, honest: readonly Order[], poison: Poison): Promise<void> {
  const STEP = 50;
  for (let at = 0; at < honest.length; at += STEP) {
    const some = honest.slice(at, at + STEP);
    const failing = poison === "always fails" ? some.map((order) => ({ ...order, orderId: POISONED + order.orderId })) : [];
    await house.publish([...some, ...failing], CALLERS);
    if (poison !== "malformed") continue;
    const bytes = (order: Order): Uint8Array => Buffer.from(`{"specversion":"1.0","data":${JSON.stringify(order)}`);
    await house.transport.send(some.map((order) => ({ id: order.orderId, destination: DESTINATION, key: undefined, bytes: bytes(order) })));
  }
}

async function run(path: string, count: number, poison: Poison): Promise<Run> {
  const house = new House(path);
  await fill(house, ordersOf(count), poison);
  const handled = new Set<string>();
  const { promise: lastHandled, resolve } = Promise.withResolvers<void>();
  const consumer = house.consumer(
    async ({ data }) => {
      if (data.orderId.startsWith(POISONED)) throw new Error("poison");
      if (handled.has(data.orderId)) throw new Error("an honest message was handled twice");
      handled.add(data.orderId);
      if (handled.size === count) resolve();
    },
    { policy: { concurrency: 64 } },
  );
  const startMs = performance.now();
  const before = process.cpuUsage();
  await consumer.start();
  await lastHandled;
  const used = process.cpuUsage(before);
  const ms = performance.now() - startMs;
  if (poison !== "none") await untilBuried(house, count);
  await consumer.drain(10_000);
  if ((await letters(house)) !== (poison === "none" ? 0 : count)) throw new Error("an honest message was dead-lettered");
  await house.close();
  return { perSecond: (count / ms) * 1000, cpuMs: (used.user + used.system) / 1000 };
}

async function letters(house: House): Promise<number> {
  let count = 0;
  for (let after: string | undefined; ;) {
    const page = await house.deadLetters.list({}, { limit: 1000, ...(after !== undefined && { after }) });
    if (page.length === 0) return count;
    count += page.length;
    after = page.at(-1)?.id;
  }
}

async function untilBuried(house: House, count: number): Promise<void> {
  while ((await letters(house)) < count) await sleep(250);
}

export async function measurePoison(count: number, rounds: number): Promise<readonly PoisonFigure[]> {
  const kinds: readonly Poison[] = ["none", "always fails", "malformed"];
  const runs = kinds.map((): Run[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, poison] of kinds.entries()) {
      const once = await withFile((path) => run(path, count, poison));
      if (round >= 0) runs[index]?.push(once);
    }
  }
  const clean = runs[0] ?? [];
  return kinds.map((poison, index) => {
    const of = runs[index] ?? [];
    return {
      poison,
      perSecond: median(of.map(({ perSecond }) => perSecond)),
      share: median(of.map(({ perSecond }, round) => perSecond / (clean[round]?.perSecond ?? Number.NaN))),
      cpuShare: median(of.map(({ cpuMs }, round) => (clean[round]?.cpuMs ?? Number.NaN) / cpuMs)),
    };
  });
}
