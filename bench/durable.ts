// Events from the publisher's call to the consumer's acknowledgement, in one process, with transport, limits, ledger,
// trail and claims all on disk.
import { Handled, ordersOf } from "./event.ts";
import { House, withFile } from "./house.ts";
import { median } from "./measure.ts";

export interface Load {
  readonly events: number;
  /** Calls of `publish` that wait at the same time. */
  readonly callers: number;
  /** Messages that the consumer has in work at the same time. */
  readonly concurrency: number;
}

export interface DurableFigure extends Load {
  readonly perSecond: number;
  readonly cpuUs: number;
  /** Lowest and highest rate of the rounds. */
  readonly spread: readonly [number, number];
}

async function endToEnd(
  path: string,
  { events, callers, concurrency }: Load,
): Promise<{ readonly perSecond: number; readonly cpuUs: number }> {
  const house = new House(path);
  const handled = new Handled();
  const { promise: acknowledged, resolve } = Promise.withResolvers<void>();
  let acknowledgements = 0;
  const consumer = house.consumer(async (event) => handled.take(event.data), {
    observer: { at: (point) => void (point === "consume:acknowledged" && ++acknowledgements === events && resolve()) },
    policy: { concurrency },
  });
  const list = ordersOf(events);
  await consumer.start();
  const startMs = performance.now();
  const before = process.cpuUsage();
  await house.publish(list, callers);
  await acknowledged;
  const used = process.cpuUsage(before);
  const ms = performance.now() - startMs;
  handled.expect(events);
  const verdict = await house.trail.verify();
  if (!verdict.intact || verdict.entries !== 2 * events) throw new Error("the trail is not whole");
  await consumer.drain(1000);
  await house.close();
  return { perSecond: (events / ms) * 1000, cpuUs: (used.user + used.system) / events };
}

export async function measureDurable(load: Load, rounds: number): Promise<DurableFigure> {
  const figures: Awaited<ReturnType<typeof endToEnd>>[] = [];
  for (let round = -1; round < rounds; round++) {
    const figure = await withFile((path) => endToEnd(path, load));
    if (round >= 0) figures.push(figure);
  }
  const rates = figures.map(({ perSecond }) => perSecond);
  return {
    ...load,
    perSecond: median(rates),
    cpuUs: median(figures.map(({ cpuUs }) => cpuUs)),
    spread: [Math.min(...rates), Math.max(...rates)],
  };
}
