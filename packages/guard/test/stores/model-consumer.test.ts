// The real consumers, two at a time, in a world made by chance where everything fails that can. Whatever happens,
// every message ends once: what the model of the protocol promises, held of the code.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DeadLetterDesk, OPERATE_SCOPE } from "../../src/index.ts";
import type { DeadLetter } from "../../src/ports/dead-letters.ts";
import { type Point, POINTS } from "../../src/ports/observer.ts";
import { alice, note, settle } from "../house.ts";
import { type Attempt, type Fault, POLICY, type Verdict, World } from "./model-world.ts";

const WORKERS = [0, 1];
const HOUR_MS = 3_600_000;

type Happening =
  | { readonly kind: "publish" | "redrive" | "release" }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "copy" | "die" | "sleep" | "wake" | "lose deliveries" | "be overtaken"; readonly which: number }
  | { readonly kind: "die at"; readonly point: Point };

const worker = fc.constantFrom(...WORKERS);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "publish" } as const) },
  { weight: 3, arbitrary: fc.constantFrom({ kind: "redrive" } as const, { kind: "release" } as const) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(100, 1000, 10_000, 31_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(300_000, 2 * HOUR_MS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("copy" as const), which: fc.nat(7) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("die", "sleep", "wake", "lose deliveries", "be overtaken", "be overtaken"),
      which: worker,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("die at" as const),
      point: fc.constantFrom(...POINTS.filter((at) => at.startsWith("consume:"))),
    }),
  },
);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 6, arbitrary: fc.constant("works" as const) },
  { weight: 1, arbitrary: fc.constantFrom("refuses" as const, "works unsaid" as const) },
);
const verdict = fc.constantFrom<Verdict>("done", "done", "fails", "throws", "rejects", "rejects", "unavailable", "effect fails", "dies");
const attempt: fc.Arbitrary<Attempt> = fc.record({ verdict, waits: fc.boolean() });
// A message that always ends the same way uses up its budgets; one that does not goes to and fro.
const poison = verdict.chain((always) => fc.array(fc.constant({ verdict: always, waits: false }), { minLength: 8, maxLength: 10 }));
const attempts = fc.oneof({ weight: 4, arbitrary: fc.array(attempt, { maxLength: 12 }) }, { weight: 1, arbitrary: poison });

async function happen(world: World, what: Happening): Promise<void> {
  switch (what.kind) {
    case "publish":
      return publish(world);
    case "redrive":
      return redrive(world);
    case "release":
      return world.release();
    case "pass":
      return world.advance(what.ms);
    case "copy":
      return world.replay(what.which);
    case "die":
      return world.processes[what.which]?.die();
    case "sleep":
      return world.processes[what.which]?.sleep();
    case "wake":
      return world.processes[what.which]?.wake(world.home.clock.now());
    case "lose deliveries":
      return world.processes[what.which]?.loseDeliveries();
    case "be overtaken":
      return beOvertaken(world, what.which);
    case "die at":
      return world.dieAt(what.point);
  }
}

/** Asleep until its lease is over and another has begun; then its handler answers, before it learns of that. */
async function beOvertaken(world: World, which: number): Promise<void> {
  const late = world.processes[which];
  await settle(6);
  late?.sleep();
  await late?.loseDeliveries();
  world.advance(POLICY.leaseMs);
  await settle(6);
  world.release();
  await settle(6);
  late?.wake(world.home.clock.now());
}

const published = new WeakMap<World, string[]>();

async function publish(world: World): Promise<void> {
  const ids = published.get(world) ?? [];
  published.set(world, ids);
  // The contract's rate.
  if (ids.length >= 4) return;
  ids.push((await world.home.publisher().publish("note.created", note(`n${ids.length % 2}`, `${ids.length}`), alice)).id);
}

/** Died of what it did, not of how it came. */
const isOfClaim = ({ step, code }: DeadLetter): boolean => (step === "handle" || step === "claim") && code !== "ERR_POLICY_CONFLICT";

async function redrive(world: World): Promise<void> {
  const { home } = world;
  const letter = (await home.deadLetters.list({}, { limit: 20 })).find(isOfClaim);
  if (letter === undefined) return;
  await new DeadLetterDesk({ ...home, trail: { append: async () => undefined } }).redrive(letter.id, {
    id: "olga",
    scopes: [OPERATE_SCOPE],
  });
}

async function live(happenings: readonly Happening[], faults: readonly Fault[], handling: readonly Attempt[]): Promise<World> {
  const world = new World(faults, handling);
  await publish(world);
  for (const what of happenings) {
    for (const index of WORKERS) await world.restart(index);
    await happen(world, what);
    await settle(6);
  }
  world.heal();
  for (let round = 0; round < 16; round++) {
    for (const index of WORKERS) await world.restart(index);
    world.advance(31_000);
    world.release();
    await settle(8);
  }
  return world;
}

function audit(world: World): void {
  const ids = published.get(world) ?? [];
  const letters = [...world.letters.values()];
  const dead = letters.filter(isOfClaim).map(({ event }) => `${event?.id} ${event?.generation}`);
  expect(new Set(world.commits).size, "a key committed twice").toBe(world.commits.length);
  const committed = world.commits.map((key) => key.split(" ")[0]);
  expect(new Set(committed).size, "a message committed in two generations").toBe(committed.length);
  expect(
    world.commits.filter((key) => dead.includes(key)),
    "committed, and dead as well",
  ).toEqual([]);
  expect(new Set(dead).size, "a key with two letters").toBe(dead.length);
  expect(
    ids.filter((id) => !committed.includes(id) && !letters.some(({ event }) => event?.id === id)),
    "lost",
  ).toEqual([]);
  const most = POLICY.maxFailures + POLICY.maxCrashes - 1;
  expect(
    [...world.attempts].filter(([, count]) => count > most),
    "attempts over the budget",
  ).toEqual([]);
}

/** Found by chance once: two copies wait for a store that does not answer until their message's commit is forgotten. */
const WAITED_TOO_LONG: [Happening[], Fault[], Attempt[]] = [
  [
    { kind: "copy", which: 0 },
    { kind: "copy", which: 0 },
    { kind: "pass", ms: 2 * HOUR_MS },
    { kind: "publish" },
    { kind: "pass", ms: 100 },
    { kind: "pass", ms: 100 },
    { kind: "die at", point: "consume:received" },
    { kind: "pass", ms: 100 },
  ],
  ["refuses"],
  [],
];

/** Where the chosen stories led, so that a test which only sees fair weather fails. */
interface Seen {
  commits: number;
  letters: number;
  redriven: number;
  repeated: number;
}

describe("two consumers, whatever happens to them and around them", () => {
  test("[REP-01] [REP-06] [REP-15] [PSN-01] [PSN-11] [PSN-14] lose nothing, commit nothing twice and end every message once", async () => {
    const seen: Seen = { commits: 0, letters: 0, redriven: 0, repeated: 0 };
    const stories = fc.asyncProperty(
      fc.array(happening, { minLength: 5, maxLength: 30 }),
      fc.array(fault, { maxLength: 60 }),
      attempts,
      async (happenings, faults, handling) => {
        const world = await live(happenings, faults, handling);
        audit(world);
        seen.commits += world.commits.length;
        seen.letters += world.letters.size;
        seen.redriven += world.commits.filter((key) => !key.endsWith(" 0")).length;
        seen.repeated += [...world.attempts.values()].filter((count) => count > 1).length;
      },
    );
    await fc.assert(stories, { seed: 20_261_123, numRuns: 700, examples: [WAITED_TOO_LONG] });
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(20);
  });
});
