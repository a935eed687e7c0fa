// A consumer whose handlers run in threads, with ears: what the handlers say, which threads there are, which faults
// were reported. The clock is the test's; what the threads do is awaited.
import { BroadcastChannel, type Worker } from "node:worker_threads";
import { expect, onTestFinished } from "vitest";
import type { SallyportError } from "../../src/errors.ts";
import { alice, house, type House, note, type Notes } from "../house.ts";
import { isolate, type IsolatedHandlers, type IsolationOptions } from "../../src/isolation/isolate.ts";
import type { Consumer } from "../../src/index.ts";
import type { Observer } from "../../src/ports/observer.ts";
import type { ConsumePolicy } from "../../src/consume/policy.ts";

interface Said {
  readonly noteId: string;
  readonly what: unknown;
  readonly threadId: number;
  /** Notes heard of before. */
  readonly earlier: readonly string[];
}

export interface PoolHouse {
  readonly home: House;
  readonly pool: IsolatedHandlers<Notes>;
  readonly faults: SallyportError[];
  readonly workers: Worker[];
  readonly publish: (noteId: string, text: string) => Promise<string>;
  /** Resolves when the handler of this note has said so. */
  readonly heard: (noteId: string, what?: unknown) => Promise<Said>;
  readonly consumer: Consumer<Notes>;
  /** Ids whose claim was granted. */
  readonly claimed: readonly string[];
  readonly decided: (decision: string, eventId: string) => Promise<void>;
}

export const moods = new URL("modules/moods.ts", import.meta.url);
export const alive = (workers: readonly Worker[]): number => workers.filter(({ threadId }) => threadId !== -1).length;

export async function poolHouse(options: IsolationOptions = {}, policy: Partial<ConsumePolicy> = {}): Promise<PoolHouse> {
  const home = house();
  const said: Said[] = [];
  const faults: SallyportError[] = [];
  listen(said);
  const workers = watchWorkers();
  const pool = await isolate<Notes>(moods, { clock: home.clock, onFault: (fault) => void faults.push(fault), ...options });
  const claimed: string[] = [];
  const observer: Observer = { at: (point, id) => void (point === "consume:claimed" && claimed.push(String(id))) };
  const consumer = home.consumer(pool.handlers, { observer, policy: { maxFailures: 1, ...policy } });
  await consumer.start();
  onTestFinished(async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
    await consumer.drain(0);
  });
  return {
    home,
    pool,
    consumer,
    claimed,
    faults,
    workers,
    publish: async (noteId, text) => {
      const caller = { ...alice, principal: { ...alice.principal, id: noteId } };
      return (await home.publisher().publish("note.created", note(noteId, text), caller)).id;
    },
    heard: (noteId, what) => until(() => said.find((one) => one.noteId === noteId && (what === undefined || one.what === what))),
    decided: async (decision, eventId) => {
      await until(() => home.trail.find((entry) => entry.decision === decision && entry.eventId === eventId));
    },
  };
}

/** The first time that there is something to find. */
export async function until<T>(find: () => T | undefined): Promise<T> {
  await expect.poll(find, { timeout: 20_000, interval: 2 }).toBeDefined();
  return find()!;
}

function listen(said: Said[]): void {
  const channel = new BroadcastChannel("moods");
  channel.addEventListener("message", (message) => {
    const { data } = message as unknown as { readonly data: Said };
    said.push({ ...data, earlier: said.map(({ noteId }) => noteId) });
  });
  onTestFinished(() => channel.close());
}

export function watchWorkers(): Worker[] {
  const workers: Worker[] = [];
  const see = (worker: Worker): void => void workers.push(worker);
  process.on("worker", see);
  onTestFinished(() => void process.off("worker", see));
  return workers;
}
