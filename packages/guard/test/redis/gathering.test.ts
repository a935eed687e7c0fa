import { expect, test } from "vitest";
import { Gathering } from "../../src/redis/gathering.ts";
import { TestClock } from "../../src/testing/index.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Asked {
  readonly lane: string;
  readonly asks: readonly number[];
  readonly answer: (answers: readonly (number | Error)[]) => void;
  readonly fail: (error: Error) => void;
}

/** What was asked, to be answered by the test. */
function gathering(clock = new TestClock()): { readonly gathered: Gathering<number, number>; readonly asked: Asked[] } {
  const unanswered = (ms: number): Error => new Error(`silent for ${ms} ms`);
  const asked: Asked[] = [];
  const gathered = new Gathering<number, number>(
    (asks, lane) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly (number | Error)[]>();
      asked.push({ lane, asks, answer: resolve, fail: reject });
      return promise.then((answers) =>
        answers.map((one) => (one instanceof Error ? { status: "rejected", reason: one } : { status: "fulfilled", value: one })),
      );
    },
    { waitMs: 5000, clock, unanswered },
  );
  return { gathered, asked };
}

test("what is asked in one turn is asked together, and each is answered for itself", async () => {
  const { gathered, asked } = gathering();
  const answers = Promise.allSettled([1, 2, 3].map((ask) => gathered.add("lane", ask)));
  await nextTurn();
  expect(asked.map(({ asks }) => asks)).toEqual([[1, 2, 3]]);
  const bad = new Error("two");
  asked[0]?.answer([10, bad, 30]);
  expect(await answers).toEqual([
    { status: "fulfilled", value: 10 },
    { status: "rejected", reason: bad },
    { status: "fulfilled", value: 30 },
  ]);
});

test("what comes while one is on its way goes with the next, and does not fail with it", async () => {
  const { gathered, asked } = gathering();
  const first = gathered.add("lane", 1);
  await nextTurn();
  const later = [gathered.add("lane", 2), gathered.add("lane", 3)];
  await nextTurn();
  expect(asked).toHaveLength(1);
  asked[0]?.fail(new Error("lost"));
  await expect(first).rejects.toThrow("lost");
  await nextTurn();
  expect(asked[1]?.asks).toEqual([2, 3]);
  asked[1]?.answer([20, 30]);
  expect(await Promise.all(later)).toEqual([20, 30]);
});

test("a lane that is not answered holds up no other", async () => {
  const { gathered, asked } = gathering();
  void gathered.add("silent", 1);
  await nextTurn();
  const other = gathered.add("other", 2);
  await nextTurn();
  asked.find(({ lane }) => lane === "other")?.answer([20]);
  expect(await other).toBe(20);
});

test.each([
  ["more than 128", 600, 0, [128, 128, 128, 128, 88]],
  ["more than a MiB", 5, 400_000, [2, 2, 1]],
  ["one that is larger", 2, 3_000_000, [1, 1]],
])("%s goes in parts, in order", async (_name, count, bytes, parts) => {
  const { gathered, asked } = gathering();
  const answers = Promise.all(Array.from({ length: count }, (_, ask) => gathered.add("lane", ask, bytes)));
  for (const [index, length] of parts.entries()) {
    await nextTurn();
    await nextTurn();
    expect(asked[index]?.asks).toHaveLength(length);
    asked[index]?.answer(asked[index].asks);
  }
  expect(await answers).toEqual(Array.from({ length: count }, (_, ask) => ask));
});

test("many go in two halves, and each is followed as soon as it is answered", async () => {
  const { gathered, asked } = gathering();
  const add = (from: number, count: number): Promise<readonly number[]> =>
    Promise.all(Array.from({ length: count }, (_, ask) => gathered.add("lane", from + ask)));
  const first = add(0, 100);
  await nextTurn();
  expect(asked.map(({ asks }) => [asks[0], asks.length])).toEqual([
    [0, 50],
    [50, 50],
  ]);
  const later = add(100, 40);
  await nextTurn();
  expect(asked).toHaveLength(2);
  asked[1]?.answer(asked[1].asks);
  await nextTurn();
  await nextTurn();
  expect(asked[2]?.asks).toHaveLength(40);
  asked[0]?.answer(asked[0].asks);
  asked[2]?.answer(asked[2].asks);
  expect([...(await first), ...(await later)]).toEqual(Array.from({ length: 140 }, (_, ask) => ask));
});

test("few wait for the one that is on its way", async () => {
  const { gathered, asked } = gathering();
  void gathered.add("lane", 0);
  await nextTurn();
  for (let ask = 1; ask <= 31; ask++) void gathered.add("lane", ask);
  await nextTurn();
  expect(asked).toHaveLength(1);
  void gathered.add("lane", 32);
  await nextTurn();
  expect(asked.map(({ asks }) => asks.length)).toEqual([1, 32]);
});

test("[REP-12] what has waited behind a silent server for as long as one waits for an answer is told so, and is not sent", async () => {
  const clock = new TestClock();
  const { gathered, asked } = gathering(clock);
  const early = Array.from({ length: 600 }, (_, ask) => gathered.add("lane", ask));
  await nextTurn();
  clock.advance(4999);
  const late = gathered.add("lane", 600);
  clock.advance(1);
  for (const { fail } of asked) fail(new Error("silent"));
  const told = await Promise.allSettled(early);
  expect(told.map((one) => one.status === "rejected" && (one.reason as Error).message)).toEqual(
    early.map((_, ask) => (ask < 256 ? "silent" : "silent for 5000 ms")),
  );
  await nextTurn();
  expect(asked.map(({ asks }) => asks.length)).toEqual([128, 128, 1]);
  asked[2]?.answer([6000]);
  expect(await late).toBe(6000);
});

test("a lane of which all have waited too long is as good as new", async () => {
  const clock = new TestClock();
  const { gathered, asked } = gathering(clock);
  const tooLong = gathered.add("lane", 1);
  clock.advance(5000);
  await expect(tooLong).rejects.toThrow("silent for 5000 ms");
  const next = gathered.add("lane", 2);
  await nextTurn();
  asked[0]?.answer([20]);
  expect(await next).toBe(20);
});
