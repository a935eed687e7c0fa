// Handlers, stores and processes that fail: what is retried, what is given up, and what waits.
import { expect, test } from "vitest";
import { reject, retry, unavailable } from "../../src/index.ts";
import { MemoryClaims } from "../../src/stores/memory-claims.ts";
import { alice, house, type House, note, raw, settle } from "../house.ts";

const letters = (home: House): Promise<readonly unknown[]> => home.deadLetters.list({}, { limit: 100 });
const lastBytes = (home: House): Uint8Array => home.transport.sent.at(-1)?.bytes ?? new Uint8Array();

/** Lets retries fall due, one after another. */
const play = async (home: House, turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) {
    await settle();
    home.clock.advance(400_000);
  }
  await settle();
};

test("[PSN-01] [PSN-02] a message that always fails is tried maxFailures times, then dead-lettered with the original bytes", async () => {
  const home = house();
  const attempts: number[] = [];
  const failing = (_event: unknown, context: { attempt: number }): never => {
    attempts.push(context.attempt);
    throw new Error("password=hunter2");
  };
  await home.consumer({ "note.created": failing }, { policy: { maxFailures: 3 } }).start();
  await home.publisher().publish("note.created", note(), alice);
  await play(home, 6);
  expect(attempts).toEqual([1, 2, 3]);
  const dead = await letters(home);
  expect(dead).toMatchObject([{ code: "ERR_HANDLER_FAILED", attempts: 3, bytes: Uint8Array.from(home.transport.sent[0]?.bytes ?? []) }]);
  expect(JSON.stringify(dead)).not.toContain("hunter2");
});

test("[PSN-01] honest messages pass one that fails", async () => {
  const home = house();
  const handled: string[] = [];
  const handler = (event: { data: { noteId: string } }): ReturnType<typeof retry> | undefined => {
    if (event.data.noteId === "bad") return retry();
    handled.push(event.data.noteId);
    return undefined;
  };
  await home.consumer({ "note.created": handler }, { policy: { concurrency: 1 } }).start();
  const publish = home.publisher();
  for (const id of ["bad", "a", "b", "c"]) await publish.publish("note.created", note(id), alice);
  await settle(100);
  expect(handled).toEqual(["a", "b", "c"]);
});

test("[REP-06] a failed attempt's retry is handled, not dropped as a duplicate, however late", async () => {
  const home = house();
  const handled: string[] = [];
  let fails = 2;
  await home.consumer({ "note.created": (event) => (fails-- > 0 ? retry() : void handled.push(event.id)) }).start();
  await home.publisher().publish("note.created", note(), alice);
  await play(home, 4);
  expect(handled).toHaveLength(1);
  expect(await letters(home)).toEqual([]);
});

test("a handler that rejects sends the message to the dead letters at once", async () => {
  const home = house();
  await home.consumer({ "note.created": () => reject("no such note") }).start();
  await home.publisher().publish("note.created", note(), alice);
  await settle();
  expect(await letters(home)).toMatchObject([{ code: "ERR_POLICY_REJECTED", attempts: 1 }]);
});

test("[PSN-05] a handler that never returns has failed at its deadline, and is told to stop", async () => {
  const home = house();
  const signals: AbortSignal[] = [];
  const consumer = home.consumer(
    { "note.created": (_event, context) => new Promise<never>(() => void signals.push(context.signal)) },
    { policy: { maxFailures: 1 } },
  );
  await consumer.start();
  await home.publisher().publish("note.created", note(), alice);
  await settle();
  home.clock.advance(consumer.policy.deadlineMs);
  await settle();
  expect(signals.map((signal) => signal.aborted)).toEqual([true]);
  expect(await letters(home)).toMatchObject([{ code: "ERR_HANDLER_DEADLINE" }]);
});

test.each([
  ["it says so", () => unavailable()],
  ["a connection is refused", () => Promise.reject(Object.assign(new Error("no"), { code: "ECONNREFUSED" }))],
])("[PSN-08] when what a handler needs is down (%s), no attempt is used up and nothing is dead-lettered", async (_how, fail) => {
  const home = house();
  let down = true;
  const attempts: number[] = [];
  await home
    .consumer(
      { "note.created": (_event, context) => (attempts.push(context.attempt), down ? fail() : undefined) },
      { policy: { maxFailures: 2 } },
    )
    .start();
  await home.publisher().publish("note.created", note(), alice);
  await play(home, 10);
  down = false;
  await play(home, 2);
  expect(new Set(attempts)).toEqual(new Set([1]));
  expect(attempts.length).toBeGreaterThan(3);
  expect(await letters(home)).toEqual([]);
});

test("[PSN-09] while a message is retried, later ones of its key wait and keep their order", async () => {
  const home = house();
  const handled: string[] = [];
  let fails = 1;
  await home
    .consumer({
      "note.created": (event) =>
        event.data.text === "1" && fails-- > 0 ? retry() : void handled.push(event.data.noteId + event.data.text),
    })
    .start();
  const publish = home.publisher();
  for (const [id, text] of [
    ["a", "1"],
    ["a", "2"],
    ["b", "3"],
  ] as const)
    await publish.publish("note.created", note(id, text), alice);
  await settle();
  expect(handled).toEqual(["b3"]);
  await play(home, 2);
  expect(handled).toEqual(["b3", "a1", "a2"]);
});

test("[REP-12] while the claim store is down nothing is handled, acknowledged or lost, and it goes on by itself", async () => {
  const home = house();
  const store = new MemoryClaims({ clock: home.clock });
  let down = true;
  const claims = {
    name: "flaky",
    persists: false,
    claim: (requests: Parameters<MemoryClaims["claim"]>[0]) => (down ? Promise.reject(new Error("down")) : store.claim(requests)),
    change: (changes: Parameters<MemoryClaims["change"]>[0]) => store.change(changes),
  };
  const held: boolean[] = [];
  const handled: string[] = [];
  const observer = { holding: (is: boolean) => void held.push(is) };
  await home.consumer({ "note.created": (event) => void handled.push(event.data.noteId) }, { claims, observer }).start();
  const publish = home.publisher();
  for (const id of ["a", "b", "c"]) await publish.publish("note.created", note(id), alice);
  await play(home, 3);
  expect([handled, held]).toEqual([[], [true]]);
  down = false;
  await play(home, 2);
  expect([handled.toSorted(), held]).toEqual([
    ["a", "b", "c"],
    [true, false],
  ]);
  expect(await letters(home)).toEqual([]);
});

test("[PSN-14] a dead letter that cannot be stored is not acknowledged: it is stored when it can be", async () => {
  const home = house();
  let down = true;
  const put = home.deadLetters.put.bind(home.deadLetters);
  home.deadLetters.put = (more) => (down ? Promise.reject(new Error("disk full")) : put(more));
  await home.consumer({ "note.created": () => undefined }).start();
  await home.transport.send([raw("junk")]);
  await play(home, 3);
  expect(await letters(home)).toEqual([]);
  down = false;
  await play(home, 2);
  expect(await letters(home)).toMatchObject([{ code: "ERR_ENVELOPE_MALFORMED" }]);
});

test("[PSN-11] a message is not acknowledged before its handler is done", async () => {
  const home = house();
  const gate = Promise.withResolvers<void>();
  const points: string[] = [];
  const observer = { at: (point: string) => void points.push(point) };
  const receive = home.transport.receive.bind(home.transport);
  home.transport.receive = (options, take) =>
    receive(options, (batch) => take(batch.map((given) => ({ ...given, ack: () => (points.push("ack"), given.ack()) }))));
  await home.consumer({ "note.created": () => gate.promise }, { observer }).start();
  await home.publisher().publish("note.created", note(), alice);
  await settle();
  expect(points).not.toContain("ack");
  gate.resolve();
  await settle();
  expect(points.slice(-4)).toEqual(["consume:handled", "consume:committed", "ack", "consume:acknowledged"]);
});

test("[PSN-12] at the end of a drain what is not done is given back, uncounted, and another handles it", async () => {
  const home = house();
  const first = home.consumer({ "note.created": () => new Promise<never>(() => undefined) });
  await first.start();
  await home.publisher().publish("note.created", note(), alice);
  await settle();
  const drained = first.drain(5000);
  home.clock.advance(5000);
  await drained;
  const attempts: number[] = [];
  await home.consumer({ "note.created": (_event, context) => void attempts.push(context.attempt) }).start();
  await settle();
  expect(attempts).toEqual([1]);
});

test("[PSN-12] a drain waits for what is in work", async () => {
  const home = house();
  const gate = Promise.withResolvers<void>();
  const consumer = home.consumer({ "note.created": () => gate.promise });
  await consumer.start();
  await home.publisher().publish("note.created", note(), alice);
  await settle();
  const drained = consumer.drain(5000);
  gate.resolve();
  await drained;
  const again: string[] = [];
  await home.consumer({ "note.created": () => void again.push("again") }).start();
  await settle();
  expect(again).toEqual([]);
});

test("[PUB-14] what a handler publishes carries the chain on", async () => {
  const home = house();
  const publish = home.publisher();
  await home
    .consumer({ "note.created": async (event) => void (await publish.publish("note.shared", { noteId: event.data.noteId }, alice)) })
    .start();
  const root = await publish.publish("note.created", note(), alice);
  await settle();
  const shared = JSON.parse(new TextDecoder().decode(lastBytes(home))) as Record<string, unknown>;
  expect(shared).toMatchObject({ type: "note.shared", hop: 1, rootid: root.id, causationid: root.id });
});
