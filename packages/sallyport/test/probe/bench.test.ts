// For how long what a call may have done is looked for.
import { expect, test } from "vitest";
import { Bench } from "../../src/probe/bench.ts";
import type { Known } from "../../src/probe/known.ts";
import { defaultProfile } from "../../src/probe/profile.ts";
import type { Stage } from "../../src/probe/stage.ts";
import type { Answer } from "../../src/probe/targets/server.ts";

test.each([
  ["accepted", 1500],
  // A large call may only have been slow: its message is as good a proof as any other's.
  ["lost", 1500],
  ["refused", 200],
] as const)("what came of a call that was %s is waited for %i ms", async (how, expectedMs) => {
  const profile = defaultProfile();
  const waitedMs: number[] = [];
  const until = (_check: unknown, limitMs: number): Promise<boolean> => Promise.resolve(waitedMs.push(limitMs) > 0);
  const stage = { tap: { seen: () => Promise.resolve([]) }, until } as unknown as Stage;
  const bench = new Bench(stage, { profile, tools: [] } as unknown as Known, { seed: "s", attack: "a", case: "c", round: 1 });
  const answer: Answer = { how, text: "", asked: 0, tookMs: 1 };
  expect(await bench.after(answer, "canary")).toEqual([]);
  // And looked for once more, behind an honest call.
  expect(waitedMs).toEqual([expectedMs, 0]);
});

test("who answers when the consumer does is heard by what was dealt with; who does neither is not", async () => {
  const profile = defaultProfile();
  const lost: Answer = { how: "lost", text: "", asked: 0, tookMs: 1 };
  const done = new Set<string>();
  const stage = {
    server: { call: () => Promise.resolve(lost) },
    effects: { done: (canary: string) => Promise.resolve(done.has(canary) ? 1 : 0) },
    filled: (given: unknown) => given,
    isSettled: () => Promise.resolve(true),
    until: async (check: () => Promise<boolean>) => check(),
  } as unknown as Stage;
  const bench = new Bench(stage, { profile, tools: [] } as unknown as Known, { seed: "s", attack: "a", case: "c", round: 1 });
  expect(bench.isUnheard).toBe(false);
  await bench.call("note", {});
  await bench.arrives("one");
  expect(bench.isUnheard).toBe(true);
  done.add("one");
  await bench.arrives("one");
  expect(bench.isUnheard).toBe(false);
});
