// Which case is tried when, and what two tries make together.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { inconclusive, type Outcome, shown, withstood } from "../../src/probe/attacks/attack.ts";
import type { Lane } from "../../src/probe/lane.ts";
import { Lanes } from "../../src/probe/lanes.ts";
import { inRounds, type Tried } from "../../src/probe/rounds.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const lane = (): Lane => ({ close: () => Promise.resolve() }) as Lane;

/** A try for each outcome, that takes so long. */
function tries(...outcomes: readonly (readonly [Outcome, number])[]) {
  const begun: number[] = [];
  const once = async (round: number, began: () => void): Promise<Tried> => {
    begun.push(round);
    began();
    const [outcome, tookMs] = outcomes[round - 1]!;
    await new Promise((resolve) => setTimeout(resolve, tookMs));
    return { outcome, bench: undefined };
  };
  return { begun, once };
}

test.each([
  ["shown twice is shown", [shown("a"), shown("b")], shown("b"), [1, 2]],
  [
    "shown once and not again is inconclusive",
    [shown("a"), withstood("b")],
    inconclusive("shown once and not again: a. The second time: b"),
    [1, 2],
  ],
  ["withstood is not tried again", [withstood("a"), shown("b")], withstood("a"), [1]],
] as const)("%s", async (_what, [first, second], expected, rounds) => {
  const { begun, once } = tries([first, 100], [second, 100]);
  const ended = inRounds(once);
  await vi.runAllTimersAsync();
  expect((await ended).outcome).toEqual(expected);
  expect(begun).toEqual(rounds);
});

test("what lasts long is tried the second time beside the first", async () => {
  const { once } = tries([shown("a"), 20_000], [shown("b"), 20_000]);
  const startedAtMs = Date.now();
  const ended = inRounds(once);
  await vi.runAllTimersAsync();
  expect((await ended).outcome).toEqual(shown("b"));
  expect(Date.now() - startedAtMs).toBe(26_000);
});

test("a second try that was begun in vain says nothing, also when it fails", async () => {
  const first = tries([withstood("a"), 20_000]);
  const ended = inRounds((round, began) => (round === 1 ? first.once(round, began) : Promise.reject(new Error("closed"))));
  await vi.runAllTimersAsync();
  expect((await ended).outcome).toEqual(withstood("a"));
});

test("a lane that is free goes to the most urgent, and of equals to the first that asked", async () => {
  const lanes = new Lanes();
  const order: string[] = [];
  const asked = (
    [
      ["short", 0],
      ["long", 20],
      ["again", Infinity],
      ["long too", 20],
    ] as const
  ).map(([name, urgency]) => lanes.use(urgency, () => Promise.resolve(void order.push(name))));
  lanes.add(lane());
  await Promise.all(asked);
  expect(order).toEqual(["again", "long", "long too", "short"]);
});

test("as many are in use as there are lanes, one that failed is free again, and a closed one is given to nobody", async () => {
  const lanes = new Lanes();
  lanes.add(lane());
  lanes.add(lane());
  let most = 0;
  let now = 0;
  const work = async (fails: boolean): Promise<void> => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 10));
    now--;
    if (fails) throw new Error("it broke");
  };
  const asked = Promise.allSettled([true, false, true, false, false].map((fails) => lanes.use(0, () => work(fails))));
  await vi.runAllTimersAsync();
  expect((await asked).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected", "fulfilled", "fulfilled"]);
  expect(most).toBe(2);
  await lanes.close();
  void lanes.use(0, () => work(false));
  await vi.runAllTimersAsync();
  expect(now).toBe(0);
});
