// Timers by name: one of each at a time, and none after the end.
import { beforeEach, expect, test } from "vitest";
import { Timers } from "../../src/ports/timers.ts";
import { TestClock } from "../../src/testing/clock.ts";

let clock: TestClock;
let timers: Timers;
let called: string[];
const call = (what: string) => (): void => void called.push(what);

beforeEach(() => {
  clock = new TestClock();
  timers = new Timers(clock);
  called = [];
});

test("one that is set anew takes the place of the one before", () => {
  timers.set("a", 10, call("first"));
  timers.set("a", 20, call("second"));
  timers.set("b", 10, call("other"));
  clock.advance(30);
  expect(called).toEqual(["other", "second"]);
});

test("it is there until it is called or cancelled", () => {
  timers.set("a", 10, () => called.push(String(timers.has("a"))));
  timers.set("b", 10, call("cancelled"));
  timers.cancel("b");
  expect([timers.has("a"), timers.has("b")]).toEqual([true, false]);
  clock.advance(10);
  expect(called).toEqual(["false"]);
});

test("one that repeats is called each time, until it is cancelled, by itself too", () => {
  timers.repeat("a", 10, () => {
    called.push("a");
    if (called.length === 3) timers.cancel("a");
  });
  clock.advance(100);
  expect(called).toHaveLength(3);
});

test("after all were cancelled another may be set; after the end none", () => {
  timers.set("a", 10, call("cancelled"));
  timers.cancelAll();
  timers.set("a", 10, call("again"));
  clock.advance(10);
  timers.set("b", 10, call("ended"));
  timers.end();
  timers.set("c", 0, call("too late"));
  timers.repeat("d", 5, call("too late"));
  clock.advance(100);
  expect(called).toEqual(["again"]);
});
