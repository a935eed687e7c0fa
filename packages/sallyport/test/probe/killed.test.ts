// Of a consumer that was killed in the middle of a message: whether that is lost, where the broker says late what is owed.
import { expect, test } from "vitest";
import { killedInHandling } from "../../src/probe/attacks/killed-in-handling/attack.ts";
import type { Case } from "../../src/probe/attacks/attack.ts";
import { Bench } from "../../src/probe/bench.ts";
import type { Known, KnownTool } from "../../src/probe/known.ts";
import { readProfile } from "../../src/probe/profile.ts";
import type { Stage } from "../../src/probe/stage.ts";

const MESSAGE = { tool: "note", arguments: { text: "slow {canary}" } };
const profile = readProfile(JSON.stringify({ name: "killed", server: { command: ["x"] }, messages: { slow: MESSAGE } }), "killed");
const publisher = { name: "note", honestly: "published", destinations: ["notes"] } as unknown as KnownTool;
const known = { profile, publisher, tools: [publisher], consumed: ["notes"], hasEffects: true, linesEach: 1 } as unknown as Known;

/** What is owed, by the times that it is asked for; the last from then on. */
const ruled = async (...settled: readonly boolean[]): Promise<unknown> => {
  let asked = 0;
  const stage = {
    server: { call: () => Promise.resolve({ how: "lost", text: "", asked: 0, tookMs: 1 }) },
    tap: { seen: () => Promise.resolve([]) },
    effects: { tried: () => Promise.resolve(1), done: () => Promise.resolve(0) },
    given: profile,
    filled: (given: unknown) => given,
    restartConsumer: () => Promise.resolve(),
    isSettled: () => Promise.resolve(settled[Math.min(asked++, settled.length - 1)]),
    until: async (check: () => boolean | Promise<boolean>) => {
      for (let look = 0; look < 5; look++) if (await check()) return true;
      return false;
    },
  } as unknown as Stage;
  const [killed] = killedInHandling.cases(known) as readonly Case[];
  const { ruling } = await killed!.run(new Bench(stage, known, { seed: "s", attack: "a", case: "c", round: 1 }));
  return ruling;
};

test("[PSN-11] what was settled and never dealt with is lost, also where the broker's last word on it is stale at first", async () => {
  expect(await ruled(true, true)).toBe("shown");
  expect(await ruled(true, false, true)).toBe("shown");
  expect(await ruled(false)).toBe("inconclusive");
});
