// Handlers in threads: one that spins, hangs, crashes or hoards memory costs itself an attempt and nobody else anything.
import { describe, expect, test } from "vitest";
import { alive, poolHouse, type PoolHouse, until } from "./pool-house.ts";
import { settle } from "../house.ts";

const DEADLINE_MS = 1000;
const GRACE_MS = 200;
const threads = { terminateAfterMs: GRACE_MS };
const policy = { deadlineMs: DEADLINE_MS };

const letters = async ({ home }: PoolHouse): Promise<unknown> => home.deadLetters.list({}, { limit: 10 });

/** The others are handled while this one is at it; at the deadline it has failed, and after the grace its thread is gone. */
async function othersGoOn(all: PoolHouse, mood: string): Promise<void> {
  const stuck = await all.publish("stuck", mood);
  const { threadId } = await all.heard("stuck", "started");
  const others = await Promise.all(["a", "b", "c", "d"].map((noteId) => all.publish(noteId, "fine")));
  await Promise.all(others.map((id) => all.decided("committed", id)));
  const thread = all.workers.find((worker) => worker.threadId === threadId)!;
  all.home.clock.advance(DEADLINE_MS);
  await all.decided("dead-letter", stuck);
  expect(await letters(all)).toMatchObject([{ code: "ERR_HANDLER_DEADLINE", event: { id: stuck } }]);
  all.home.clock.advance(GRACE_MS);
  await until(() => (thread.threadId === -1 ? true : undefined));
  expect(all.faults).toMatchObject([{ code: "ERR_HANDLER_DEADLINE" }]);
}

/** As the consumer would call it, with a signal of the test's. */
const call = (all: PoolHouse, noteId: string, text: string): { readonly abort: AbortController; readonly done: Promise<unknown> } => {
  const abort = new AbortController();
  const event = { type: "note.created", data: { noteId, text } } as never;
  const context = { signal: abort.signal, attempt: 1, fencingToken: "t" };
  return { abort, done: Promise.resolve(all.pool.handlers["note.created"]!(event, context)) };
};

/** Half a deadline later, one more that waits for a thread. */
async function waitingFor(all: PoolHouse): Promise<string> {
  all.home.clock.advance(DEADLINE_MS / 2);
  const next = await all.publish("next", "fine");
  await until(() => (all.claimed.includes(next) ? true : undefined));
  await settle();
  return next;
}

describe("a handler that does not end", () => {
  test.each([
    ["spins", "spin"],
    ["never returns", "never"],
  ])("[PSN-06] [PSN-05] one that %s is ended after its deadline, and the others are handled meanwhile and after", async (_name, mood) => {
    const all = await poolHouse(threads, policy);
    await othersGoOn(all, mood);
    await all.decided("committed", await all.publish("after", "fine"));
  });

  test("[PSN-06] with one thread, the next message gets a new one at the deadline and does not wait out the grace", async () => {
    const all = await poolHouse({ ...threads, threads: 1 }, { ...policy, concurrency: 2 });
    const stuck = await all.publish("stuck", "spin");
    await all.heard("stuck", "started");
    const next = await waitingFor(all);
    all.home.clock.advance(DEADLINE_MS / 2);
    await all.decided("dead-letter", stuck);
    await all.decided("committed", next);
    expect(all.faults).toEqual([]);
    all.home.clock.advance(GRACE_MS);
    await until(() => (alive(all.workers) === 1 ? true : undefined));
  });

  test("[PSN-05] one that obeys its signal within the grace keeps its thread", async () => {
    const all = await poolHouse({ ...threads, threads: 1 });
    const slow = call(all, "slow", "obey");
    const { threadId } = await all.heard("slow", "started");
    slow.abort.abort("deadline");
    await all.heard("slow", "aborted: deadline");
    await slow.done;
    all.home.clock.advance(GRACE_MS);
    await call(all, "next", "fine").done;
    expect(await all.heard("next")).toMatchObject({ threadId });
    all.home.clock.advance(GRACE_MS);
    await all.decided("committed", await all.publish("later", "fine"));
    expect(await all.heard("later")).toMatchObject({ threadId });
    expect(all.faults).toEqual([]);
  });

  test("one that obeys late gives back a thread too many, which is ended", async () => {
    const all = await poolHouse({ ...threads, threads: 1 }, policy);
    await all.publish("slow", "obey");
    await all.heard("slow", "started");
    const next = await waitingFor(all);
    all.home.clock.advance(DEADLINE_MS / 2);
    await all.decided("committed", next);
    expect(all.workers).toHaveLength(2);
    await until(() => (alive(all.workers) === 1 ? true : undefined));
    await all.decided("committed", await all.publish("last", "fine"));
  });

  test("[PSN-08] a message that finds no thread in time is given back, and no attempt is used up", async () => {
    const all = await poolHouse({ ...threads, threads: 1, startWithinMs: 100 }, { ...policy, retryMs: 5000 });
    const slow = await all.publish("slow", "obey");
    await all.heard("slow", "started");
    const waiting = await all.publish("waiting", "context");
    await until(() => (all.claimed.includes(waiting) ? true : undefined));
    await settle();
    all.home.clock.advance(100);
    await until(() => (all.consumer.held ? true : undefined));
    all.home.clock.advance(DEADLINE_MS);
    await all.decided("dead-letter", slow);
    all.home.clock.advance(5000);
    await all.decided("committed", waiting);
    expect(await all.heard("waiting")).toMatchObject({ what: { attempt: 1 } });
  });
});

describe("an abort", () => {
  test("that comes while a message waits for a thread keeps it from being handled", async () => {
    const all = await poolHouse({ threads: 1 });
    const first = call(all, "first", "obey");
    await all.heard("first", "started");
    const waiting = call(all, "waiting", "fine");
    waiting.abort.abort("stopped");
    expect(await waiting.done).toMatchObject({ kind: "unavailable" });
    first.abort.abort("stopped");
    await first.done;
    await call(all, "last", "fine").done;
    expect((await all.heard("last")).earlier).not.toContain("waiting");
  });

  test("that comes too late does not reach the next message in the same thread", async () => {
    const all = await poolHouse({ threads: 1 });
    const before = call(all, "before", "fine");
    await before.done;
    const next = call(all, "next", "obey");
    await all.heard("next", "started");
    before.abort.abort("not yours");
    next.abort.abort("yours");
    await next.done;
    await all.heard("next", "aborted: yours");
  });
});

describe("a handler that takes its thread with it", () => {
  test.each([
    ["calls process.exit", "exit"],
    ["throws where nothing catches it", "uncaught"],
  ])("[PSN-06] [PSN-07] one that %s has failed one attempt, and the next message gets a new thread", async (_name, mood) => {
    const all = await poolHouse({ threads: 1 }, { maxFailures: 2, retryMs: 50 });
    const bad = await all.publish("bad", mood);
    await all.decided("retry", bad);
    await all.decided("committed", await all.publish("next", "fine"));
    all.home.clock.advance(50);
    await all.decided("dead-letter", bad);
    expect(await letters(all)).toMatchObject([{ code: "ERR_HANDLER_FAILED", attempts: 2 }]);
    expect(all.faults.map(({ code }) => code)).toEqual(["ERR_HANDLER_FAILED", "ERR_HANDLER_FAILED"]);
    await all.decided("committed", await all.publish("last", "fine"));
  });
});

describe("what crosses the boundary", () => {
  test.each([
    ["retry", "retry", "ERR_HANDLER_FAILED"],
    ["throw", "retry", "ERR_HANDLER_FAILED"],
    ["reject", "dead-letter", "ERR_POLICY_REJECTED"],
  ])("%s leads to %s, as without isolation", async (mood, decision, code) => {
    const all = await poolHouse({}, { maxFailures: 2 });
    const id = await all.publish("n", mood);
    await all.decided(decision, id);
    expect(all.home.trail).toContainEqual(expect.objectContaining({ decision, eventId: id, code }));
    expect(all.faults).toEqual([]);
  });

  test.each([["unavailable"], ["refused"]])("[PSN-08] %s pauses consumption and uses up no attempt", async (mood) => {
    const all = await poolHouse();
    await all.publish("n", mood);
    await until(() => (all.consumer.held ? true : undefined));
    expect(await letters(all)).toEqual([]);
  });

  test("of an error only its name and code cross, not its text", async () => {
    const all = await poolHouse();
    const signal = new AbortController().signal;
    const event = { type: "note.created", data: { noteId: "n", text: "refused" } } as never;
    const thrown = Promise.resolve(all.pool.handlers["note.created"]!(event, { signal, attempt: 1, fencingToken: "t" }));
    await expect(thrown).rejects.toMatchObject({
      name: "Error",
      code: "ECONNREFUSED",
      message: "the isolated handler threw Error ECONNREFUSED",
    });
  });

  test.each([
    ["commitWith", "commit", /commitWith.+without isolation/],
    ["a value that is no outcome", "nonsense", /no outcome.+Only nothing, retry, reject/],
  ])("%s is refused, with what to do instead, and fails the attempt", async (_name, mood, said) => {
    const all = await poolHouse();
    await all.decided("dead-letter", await all.publish("n", mood));
    expect(all.faults).toMatchObject([{ code: "ERR_HANDLER_FAILED", message: expect.stringMatching(said) as unknown }]);
    expect(alive(all.workers)).toBe(1);
  });

  test("data that cannot be copied fails the attempt, says so, and leaves the thread in use", async () => {
    const all = await poolHouse({ threads: 1 });
    const context = { signal: new AbortController().signal, attempt: 1, fencingToken: "t" };
    const handler = all.pool.handlers["note.created"]!;
    const uncopiable = { type: "note.created", data: { noteId: "n", text: () => "fine" } } as never;
    await expect(Promise.resolve(handler(uncopiable, context))).rejects.toMatchObject({ code: "ERR_HANDLER_FAILED" });
    const fine = { type: "note.created", data: { noteId: "n", text: "fine" } } as never;
    await expect(Promise.resolve(handler(fine, context))).resolves.toBeUndefined();
  });

  test("[REP-15] event, attempt and fencing token arrive as the consumer gave them", async () => {
    const all = await poolHouse();
    const id = await all.publish("n", "context");
    const { what } = await all.heard("n");
    expect(what).toMatchObject({ attempt: 1, event: { id, type: "note.created", actor: "n", origin: "llm", hop: 0, rootId: id } });
    expect((what as { fencingToken: string }).fencingToken).toMatch(/.{16}/);
  });

  test("[PUB-14] what a handler publishes from its thread carries the chain on", async () => {
    const all = await poolHouse();
    const id = await all.publish("n", "publish");
    const { what } = await all.heard("n");
    expect(what).toMatchObject({ hop: 1, rootid: id, causationid: id });
  });
});

describe("closing", () => {
  test("ends every thread, and gives back what comes after", async () => {
    const all = await poolHouse();
    await Promise.all(["a", "b", "c"].map(async (noteId) => all.decided("committed", await all.publish(noteId, "fine"))));
    await all.pool.close();
    expect(all.workers.length).toBeGreaterThan(0);
    expect(alive(all.workers)).toBe(0);
    await all.publish("late", "fine");
    await until(() => (all.consumer.held ? true : undefined));
    expect(alive(all.workers)).toBe(0);
  });

  test("[PSN-12] waits for what is in work, until the deadline, and does not count what it cuts off", async () => {
    const all = await poolHouse({}, { deadlineMs: 60_000 });
    const stuck = await all.publish("stuck", "spin");
    await all.heard("stuck", "started");
    let closed = false;
    const closing = all.pool.close(500).then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    all.home.clock.advance(500);
    await closing;
    expect(alive(all.workers)).toBe(0);
    expect(all.faults).toEqual([]);
    expect(all.home.trail.filter(({ eventId, door }) => eventId === stuck && door === "consume")).toEqual([]);
  });
});
