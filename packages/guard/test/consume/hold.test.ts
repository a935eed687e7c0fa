// What happens while something that must answer does not, and while what handlers need is down.
import { getEventListeners } from "node:events";
import { beforeEach, describe, expect, test } from "vitest";
import { Hold } from "../../src/consume/hold.ts";
import { SallyportError } from "../../src/index.ts";
import type { ConsumePolicy } from "../../src/consume/policy.ts";
import { settle } from "../house.ts";
import { CountingClock, policyOf, RecordedSubscription, START_MS } from "./parts.ts";

let clock: CountingClock;
let stop: AbortController;
let told: [boolean, string | undefined, SallyportError?][];
let hold: Hold;
let subscriptions: RecordedSubscription[];

const holdOf = (policy: ConsumePolicy): Hold =>
  new Hold({
    policy,
    clock,
    stop: stop.signal,
    observer: { holding: (held, code, why) => void told.push(why ? [held, code, why] : [held, code]) },
  });

beforeEach(() => {
  clock = new CountingClock(START_MS);
  stop = new AbortController();
  told = [];
  hold = holdOf(policyOf({ retryMs: 1000, maxRetryMs: 10_000 }));
  subscriptions = [new RecordedSubscription(), new RecordedSubscription()];
  hold.over(subscriptions);
});

const fetching = (): boolean[] => subscriptions.map(({ fetches }) => fetches);
const pass = async (ms: number): Promise<void> => {
  await settle(2);
  clock.advance(ms);
  await settle(2);
};

/** Something that does not answer until it is told to. */
class Silent {
  readonly askedAtMs: number[] = [];
  error: unknown = new Error("down");
  answer: string | undefined;

  readonly ask = (): Promise<string> => {
    this.askedAtMs.push(clock.now() - START_MS);
    return this.answer === undefined ? Promise.reject(this.error) : Promise.resolve(this.answer);
  };
}

describe("[REP-12] what does not answer", () => {
  test("is asked again, ever less often, at least every five seconds, until it answers", async () => {
    const silent = new Silent();
    const answered = hold.untilAnswered(silent.ask);
    for (let ms = 0; ms < 20_000; ms += 100) await pass(100);
    expect(silent.askedAtMs).toEqual([0, 100, 300, 700, 1500, 3100, 6300, 11_300, 16_300]);
    silent.answer = "here";
    await pass(5000);
    expect(await answered).toBe("here");
  });

  test("holds fetching everywhere, and says so once, with the reason; its answer ends both", async () => {
    const silent = new Silent();
    silent.error = new SallyportError("ERR_STORE_FULL", "no room");
    expect([hold.held, fetching()]).toEqual([false, [true, true]]);
    const answered = hold.untilAnswered(silent.ask);
    await pass(100);
    await pass(200);
    expect([hold.held, fetching(), told]).toEqual([true, [false, false], [[true, "ERR_STORE_FULL", silent.error]]]);
    silent.answer = "here";
    await pass(400);
    await answered;
    expect([hold.held, fetching(), told.slice(1)]).toEqual([false, [true, true], [[false, undefined]]]);
  });

  test("without a code of the guard's own is a store that is unavailable", async () => {
    void hold.untilAnswered(new Silent().ask);
    await settle(2);
    expect(told).toEqual([[true, "ERR_STORE_UNAVAILABLE"]]);
  });

  test("that throws instead of rejecting is the same", async () => {
    const silent = new Silent();
    const answered = hold.untilAnswered(() => {
      if (silent.answer === undefined) throw new Error("down");
      return silent.ask();
    });
    await settle(2);
    expect(hold.held).toBe(true);
    silent.answer = "here";
    await pass(100);
    expect(await answered).toBe("here");
  });

  test("of two kinds holds until both have answered, and is told once", async () => {
    const [one, other] = [new Silent(), new Silent()];
    const first = hold.untilAnswered(one.ask);
    await pass(50);
    const second = hold.untilAnswered(other.ask);
    await settle(2);
    one.answer = "one";
    await pass(50);
    expect(await first).toBe("one");
    expect([hold.held, fetching(), told.length]).toEqual([true, [false, false], 1]);
    other.answer = "other";
    await pass(50);
    expect(await second).toBe("other");
    expect([hold.held, fetching(), told.length]).toEqual([false, [true, true], 2]);
  });

  test("holds subscriptions that begin meanwhile, and leaves them alone otherwise", async () => {
    void hold.untilAnswered(new Silent().ask);
    await settle(2);
    const late = new RecordedSubscription();
    hold.over([late]);
    expect(late.fetches).toBe(false);
  });
});

test("what answers at once neither holds nor says anything, nor resumes what others have paused", async () => {
  subscriptions[0]?.pause();
  expect(await hold.untilAnswered(() => Promise.resolve(5))).toBe(5);
  expect([hold.held, fetching(), told]).toEqual([false, [false, true], []]);
});

test("without an observer's ear it holds all the same", async () => {
  const deaf = new Hold({ policy: policyOf(), clock, stop: stop.signal, observer: {} });
  const silent = new Silent();
  const answered = deaf.untilAnswered(silent.ask);
  await settle(2);
  expect(deaf.held).toBe(true);
  silent.answer = "here";
  await pass(100);
  expect([await answered, deaf.held]).toEqual(["here", false]);
});

describe("[PSN-12] when the consumer is stopped", () => {
  test("nothing waits any more: the question ends unanswered", async () => {
    const silent = new Silent();
    const answered = hold.untilAnswered(silent.ask);
    await settle(2);
    stop.abort();
    expect(await answered).toBeUndefined();
    await pass(60_000);
    expect([silent.askedAtMs, fetching(), told.length]).toEqual([[0], [false, false], 1]);
  });

  test("at its end nothing is held any more, and observers hear so once", async () => {
    void hold.trip(undefined);
    hold.fetching("notes", "ERR_TRANSPORT_UNAVAILABLE");
    stop.abort();
    await settle(2);
    hold.end();
    hold.end();
    expect([hold.held, told]).toEqual([
      false,
      [
        [true, "ERR_HANDLER_FAILED"],
        [false, undefined],
      ],
    ]);
  });

  test("what is asked afterwards is asked once", async () => {
    stop.abort();
    const silent = new Silent();
    expect(await hold.untilAnswered(silent.ask)).toBeUndefined();
    expect(silent.askedAtMs).toEqual([0]);
    expect(await hold.untilAnswered(() => Promise.resolve(5))).toBe(5);
  });

  test("an answer that comes afterwards does not start fetching again", async () => {
    let answer = (): void => undefined;
    const answered = hold.untilAnswered(() => new Promise<void>((resolve) => (answer = resolve)));
    void hold.trip(undefined);
    stop.abort();
    answer();
    await answered;
    await pass(60_000);
    expect([fetching(), told]).toEqual([[false, false], [[true, "ERR_HANDLER_FAILED"]]]);
  });

  test("no wait leaves a listener or a timer behind", async () => {
    const silent = new Silent();
    const answered = hold.untilAnswered(silent.ask);
    for (let turn = 0; turn < 20; turn++) await pass(5000);
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(1);
    silent.answer = "here";
    await pass(5000);
    await answered;
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
    hold.trip(1000);
    stop.abort();
    expect([getEventListeners(stop.signal, "abort").length, clock.pending]).toEqual([0, 0]);
  });
});

describe("[PSN-08] the breaker", () => {
  const tripAndWait = async (): Promise<number> => {
    const waitMs = hold.trip(undefined);
    await pass(waitMs);
    return waitMs;
  };

  test("opens for longer each time, within maxRetryMs", async () => {
    const waits: number[] = [];
    for (let turn = 0; turn < 6; turn++) waits.push(await tripAndWait());
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  test("begins anew once something has succeeded", async () => {
    await tripAndWait();
    await tripAndWait();
    hold.succeeded();
    expect(hold.trip(undefined)).toBe(1000);
  });

  test("holds fetching for as long as it says, and then goes on by itself", async () => {
    expect(hold.trip(undefined)).toBe(1000);
    expect([hold.held, fetching(), told]).toEqual([true, [false, false], [[true, "ERR_HANDLER_FAILED"]]]);
    await pass(999);
    expect(hold.held).toBe(true);
    await pass(1);
    expect([hold.held, fetching(), told.slice(1)]).toEqual([false, [true, true], [[false, undefined]]]);
  });

  test("counts handlers that fail together once", async () => {
    for (let handler = 0; handler < 16; handler++) expect(hold.trip(undefined)).toBe(1000);
    await pass(999);
    expect(hold.trip(undefined)).toBe(1000);
    await pass(1000);
    expect([hold.held, hold.trip(undefined)]).toEqual([false, 2000]);
  });

  test("stays open for as long as a handler asks, even if another asks for less", async () => {
    expect([hold.trip(3000), hold.trip(1)]).toEqual([3000, 1]);
    await pass(2999);
    expect([hold.held, hold.trip(undefined)]).toEqual([true, 1000]);
    await pass(1000);
    expect([hold.held, hold.trip(undefined)]).toEqual([false, 2000]);
  });

  test("takes what a handler asks for only within maxRetryMs: ids are not kept for longer", () => {
    expect([hold.trip(10_001), hold.trip(Number.NaN)]).toEqual([10_000, 1000]);
  });
});

describe("[REP-12] a destination that cannot be fetched from", () => {
  test("holds, and says so once, until every one can; nothing is paused for it", () => {
    hold.fetching("notes", "ERR_STORE_UNAVAILABLE");
    hold.fetching("notes", "ERR_STORE_FULL");
    hold.fetching("shares", "ERR_STORE_FULL");
    expect([hold.held, fetching(), told]).toEqual([true, [true, true], [[true, "ERR_STORE_UNAVAILABLE"]]]);
    hold.fetching("notes", undefined);
    expect([hold.held, told.length]).toEqual([true, 1]);
    hold.fetching("shares", undefined);
    expect([hold.held, told.slice(1)]).toEqual([false, [[false, undefined]]]);
  });

  test("that goes on without having failed is nothing to say", () => {
    hold.fetching("notes", undefined);
    expect([hold.held, told]).toEqual([false, []]);
  });

  test("and something else that does not answer are held together, told once, and over when both are", async () => {
    const silent = new Silent();
    hold.fetching("notes", "ERR_STORE_UNAVAILABLE");
    const answered = hold.untilAnswered(silent.ask);
    await settle(2);
    expect(told).toHaveLength(1);
    silent.answer = "here";
    await pass(100);
    await answered;
    expect([hold.held, fetching(), told.length]).toEqual([true, [true, true], 1]);
    hold.fetching("notes", undefined);
    expect([hold.held, told.length]).toEqual([false, 2]);
  });

  test("is not said to go on once the consumer is stopped", () => {
    hold.fetching("notes", "ERR_STORE_UNAVAILABLE");
    stop.abort();
    hold.fetching("notes", undefined);
    expect(told).toHaveLength(1);
  });

  test("is held without an observer's ear", () => {
    const deaf = new Hold({ policy: policyOf(), clock, stop: stop.signal, observer: {} });
    deaf.fetching("notes", "ERR_STORE_UNAVAILABLE");
    expect(deaf.held).toBe(true);
    deaf.fetching("notes", undefined);
    expect(deaf.held).toBe(false);
  });
});
