// The embedded broker and stores on a file, every commit on disk before it is answered: events from the publisher's
// call to the consumer's acknowledgement, in one process, with limits, ledger, trail and claims all durable.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Consumer, Publisher } from "@sallyport/guard";
import { SqliteTransport } from "@sallyport/guard/adapters/sqlite";
import { SqliteDatabase } from "@sallyport/guard/sqlite";
import { SqliteClaims } from "@sallyport/guard/stores/sqlite-claims";
import { SqliteDeadLetters } from "@sallyport/guard/stores/sqlite-dead-letters";
import { SqliteLedger, SqliteLimits } from "@sallyport/guard/stores/sqlite-limits";
import { SqliteTrail } from "@sallyport/guard/stores/sqlite-trail";
import { caller, Handled, hmacKey, orders, ordersOf, ringOf, TYPE } from "./event.ts";
import { median } from "./measure.ts";

export interface DurableFigure {
  readonly name: string;
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly spread: readonly [number, number];
}

/** A file of its own, in the folder that `BENCH_DIR` names or else the system's: it must be a disk, not memory. */
export function withFile<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "sallyport-bench-"));
  return use(join(folder, "bench.sqlite")).finally(() => rmSync(folder, { recursive: true }));
}

export interface Load {
  readonly events: number;
  /** Calls of `publish` that wait at the same time. */
  readonly callers: number;
  /** Messages that the consumer has in work at the same time. */
  readonly concurrency: number;
}

async function endToEnd(path: string, { events, callers, concurrency }: Load): Promise<{ readonly ms: number; readonly cpuUs: number }> {
  const database = new SqliteDatabase(path);
  const transport = new SqliteTransport(database);
  const trail = new SqliteTrail(database);
  const shared = { contract: orders, transport, keys: ringOf(hmacKey), trail };
  const publisher = new Publisher({ ...shared, limits: new SqliteLimits(database), ledger: new SqliteLedger(database) });
  const handled = new Handled();
  const { promise: acknowledged, resolve } = Promise.withResolvers<void>();
  let acknowledgements = 0;
  const consumer = new Consumer({
    ...shared,
    group: "bench",
    claims: new SqliteClaims(database),
    deadLetters: new SqliteDeadLetters(database),
    handlers: { [TYPE]: async (event) => handled.take(event.data) },
    observer: { at: (point) => void (point === "consume:acknowledged" && ++acknowledgements === events && resolve()) },
    policy: { concurrency },
  });
  const list = ordersOf(events);
  await consumer.start();
  const startMs = performance.now();
  const before = process.cpuUsage();
  let next = 0;
  const call = async (): Promise<void> => {
    for (let order = list[next++]; order !== undefined; order = list[next++]) await publisher.publish(TYPE, order, caller);
  };
  await Promise.all(Array.from({ length: callers }, call));
  await acknowledged;
  const used = process.cpuUsage(before);
  const ms = performance.now() - startMs;
  handled.expect(events);
  const verdict = trail.verify();
  if (!verdict.intact || verdict.entries !== 2 * events) throw new Error("the trail is not whole");
  await consumer.drain(1000);
  await transport.close();
  await database.close();
  return { ms, cpuUs: (used.user + used.system) / events };
}

export async function measureDurable(load: Load, rounds: number): Promise<DurableFigure> {
  const rates: number[] = [];
  const cpu: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const { ms, cpuUs } = await withFile((path) => endToEnd(path, load));
    if (round < 0) continue;
    rates.push((load.events / ms) * 1000);
    cpu.push(cpuUs);
  }
  return {
    name: `${load.callers} callers, ${load.concurrency} in work`,
    perSecond: median(rates),
    cpuUs: median(cpu),
    spread: [Math.min(...rates), Math.max(...rates)],
  };
}
