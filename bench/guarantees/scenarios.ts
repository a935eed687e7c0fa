// What is done to every subject, and what is counted of it. Nothing here judges: a cell is what was seen.
import { setTimeout as after } from "node:timers/promises";
import type { Subject } from "./subject.ts";
import { MOST_ATTEMPTS, type Task } from "./task.ts";
import { type Counted, diedWithin, ended, type Servers, World } from "./world.ts";
import type { Point } from "./worker.ts";

export interface Scenario {
  readonly name: string;
  run(subject: Subject, servers: Servers): Promise<string>;
}

/** Long enough for none to be over while a scenario runs. */
const LONG_S = 300;
const SHORT_S = 20;
const HONEST = 20;
const KILLS = 3;
const DIES_WITHIN_MS = 40_000;
/** One that lives so long does not die of the message. */
const LIVES_MS = 60_000;

const honest = (count: number, from = 0): readonly Task[] =>
  Array.from({ length: count }, (_, index) => ({ n: from + index, kind: "honest" }));

async function within(subject: Subject, servers: Servers, windowS: number, run: (world: World) => Promise<string>): Promise<string> {
  const world = await World.open(subject, servers, windowS);
  try {
    return await run(world);
  } finally {
    await world.close();
  }
}

const isHonest = (bytes: Buffer): boolean => bytes.includes('"honest"');

/** Of `count` honest tasks. */
function fate({ handled, doubled, dead }: Counted, count: number): string {
  const buried = dead.filter(isHonest).length;
  const gone = count - handled.size - buried;
  const parts = [`${gone} lost`, `${doubled} doubled`];
  if (buried > 0) parts.push(`${buried} dead-lettered`);
  return parts.join(", ");
}

const killed = (point: Point): Scenario => ({
  name: `${KILLS} workers killed ${point}, ${HONEST} messages`,
  run: (subject, servers) =>
    within(subject, servers, LONG_S, async (world) => {
      await world.publish(honest(HONEST));
      let kills = 0;
      for (let round = 0; round < KILLS; round++) if (await diedWithin(await world.start(point), DIES_WITHIN_MS)) kills++;
      await world.start();
      const seen = fate(await world.untilEnded(HONEST), HONEST);
      return kills === KILLS ? seen : `${seen} (${kills} kills)`;
    }),
});

const BESIDE = 10;
const POISON = 5;

interface Poisoned {
  readonly poison: number;
  /** How many dead letters are poison. */
  readonly isPoison: (bytes: Buffer) => boolean;
}

function seenOf(counted: Counted, { poison, isPoison }: Poisoned): string {
  const attempts = Math.max(0, ...[...counted.attempts].filter(([n]) => n >= 100).map(([, count]) => count));
  const handled = [...counted.handled].filter((n) => n < 100).length;
  const kept = counted.dead.filter(isPoison).length;
  const parts = [`${handled}/${BESIDE} honest handled`, `${kept}/${poison} poison kept`];
  if (attempts > 0) parts.push(`${attempts} attempts`);
  const buried = counted.dead.filter(isHonest).length;
  if (buried > 0) parts.push(`${buried} honest dead-lettered`);
  if (counted.doubled > 0) parts.push(`${counted.doubled} doubled`);
  return parts.join(", ");
}

const handlerPoison = (name: string, kind: Task["kind"]): Scenario => ({
  name,
  run: (subject, servers) =>
    within(subject, servers, LONG_S, async (world) => {
      const poison = honest(POISON, 100).map(({ n }): Task => ({ n, kind }));
      await world.publish(poison.flatMap((bad, index) => [bad, ...honest(2, 2 * index)]));
      await world.start();
      const counted = await world.untilEnded(BESIDE + POISON);
      return seenOf(counted, { poison: POISON, isPoison: (bytes) => bytes.includes(`"${kind}"`) });
    }),
});

const NO_JSON = "{ no JSON";

const malformed: Scenario = {
  name: `${POISON} messages that are not JSON among ${BESIDE}`,
  run: (subject, servers) =>
    within(subject, servers, LONG_S, async (world) => {
      await world.publish([]);
      for (let n = 0; n < POISON; n++) {
        await world.subject.put(world.place, Buffer.from(`${NO_JSON} ${n}`));
        await world.publish(honest(2, 2 * n));
      }
      await world.start();
      const counted = await world.untilEnded(BESIDE + POISON);
      return seenOf(counted, { poison: POISON, isPoison: (bytes) => bytes.includes(NO_JSON) });
    }),
};

/** Twice what is allowed: one that has not stopped by then does not. */
const MOST_DEATHS = 2 * MOST_ATTEMPTS;

const killer: Scenario = {
  name: `1 message that ends its process, among ${BESIDE}`,
  run: (subject, servers) =>
    within(subject, servers, LONG_S, async (world) => {
      await world.publish([{ n: 100, kind: "kills" }, ...honest(BESIDE)]);
      let deaths = 0;
      for (; deaths < MOST_DEATHS; deaths++) {
        const child = await world.start();
        if (await ranOn(world, child)) break;
      }
      const counted = await world.untilEnded(BESIDE + 1);
      const seen = seenOf(counted, { poison: 1, isPoison: (bytes) => bytes.includes('"kills"') });
      return `${seen}, ${deaths} deaths`;
    }),
};

/** Whether it lives on when everything has ended; false when it died. */
async function ranOn(world: World, child: Awaited<ReturnType<World["start"]>>): Promise<boolean> {
  const giveUpAtMs = Date.now() + LIVES_MS;
  while (Date.now() < giveUpAtMs) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const { handled, dead } = await world.count();
    if (handled.size + dead.length > BESIDE) return true;
    await after(500);
  }
  return true;
}

/** Effects that copies of one handled message had. */
async function effectsOfCopies(world: World, copies: (bytes: Buffer) => readonly Buffer[], waitMs: number): Promise<string> {
  const child = await world.start();
  const [bytes] = await world.publish(honest(1));
  const before = await world.untilEnded(1);
  if (before.handled.size !== 1) return "the first was not handled";
  await after(waitMs);
  for (const copy of copies(bytes!)) await world.subject.put(world.place, copy);
  // One that is handled again is a second effect of the same task.
  await world.publish(honest(1, 1));
  const counted = await world.untilEnded(2);
  await ended(child);
  if (!counted.handled.has(1)) return "an honest message behind it was not handled";
  return counted.doubled === 0 ? "no second effect" : "a second effect";
}

const replay = (name: string, windowS: number, waitMs: number, copy: (world: World, bytes: Buffer) => Buffer): Scenario => ({
  name,
  run: (subject, servers) => within(subject, servers, windowS, (world) => effectsOfCopies(world, (bytes) => [copy(world, bytes)], waitMs)),
});

export const SCENARIOS: readonly Scenario[] = [
  killed("before the effect"),
  killed("after the effect"),
  killed("before the acknowledgement"),
  handlerPoison(`${POISON} messages whose handler always throws, among ${BESIDE}`, "throws"),
  malformed,
  handlerPoison(`${POISON} messages whose handler never returns, among ${BESIDE}`, "hangs"),
  killer,
  replay("the same bytes again, at once", LONG_S, 0, (_, bytes) => bytes),
  replay(`the same bytes again, after the window (${SHORT_S} s)`, SHORT_S, SHORT_S * 1000 + 2000, (_, bytes) => bytes),
  replay("the same data under another id and time", LONG_S, 0, (world, bytes) => world.subject.changed(bytes)),
];
