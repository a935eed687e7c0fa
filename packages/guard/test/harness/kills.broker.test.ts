// Processes ended with SIGKILL at every named point of both doors, on every broker, with claims, ledger and effects in one
// PostgreSQL; afterwards every id has ended exactly once.
import { expect, test } from "vitest";
import { describeBrokers } from "../brokers.ts";
import { CARRIERS } from "./carriers.ts";
import { exitOf, World } from "./world.ts";

/** Kills per point. 14 make 210 on each broker (`npm run check:slow-brokers`). */
const ROUNDS = Number(process.env["BROKER_CRASH_ROUNDS"] ?? 1);
/** A publisher that is killed after an event has ended has none but the next ones to be killed at. */
const EVENTS = 20 * Math.ceil(ROUNDS / 10);
const FINISHES_WITHIN_MS = 60_000;
/** What is killed waits for its lease and its retries, and the machine may be busy. */
const SLOW_MS = 120_000 + 60_000 * ROUNDS;
const PUBLISH_POINTS = ["publish:before-send", "publish:after-send", "publish:after-ledger"];
const CONSUME_POINTS = [
  "consume:received",
  "consume:examined",
  "consume:claimed",
  "in-handler",
  "consume:handled",
  "in-effect",
  "consume:committed",
  "consume:acknowledged",
  "consume:failed",
  "consume:condemned",
  "consume:dead-letter-stored",
  "consume:buried",
];

/** Kills consumers at the point, one after another, until nothing is left that would come to it. How many died there. */
async function killConsumers(world: World, point: string, most: number): Promise<number> {
  for (let kills = 0; kills < most; kills++) {
    const child = world.start("consume", { point, passes: kills % 2 });
    const exited = exitOf(child);
    const lives = (): boolean => child.exitCode === null && child.signalCode === null;
    await expect.poll(async () => !lives() || (await world.isSettled()), { timeout: FINISHES_WITHIN_MS, interval: 50 }).toBe(true);
    child.kill("SIGTERM");
    if ((await exited) !== "SIGKILL") return kills;
  }
  return most;
}

/** In `npm test` each broker has a sixth of the points, and each point some brokers. */
const pointsOf = (points: readonly string[], turn: number): readonly string[] =>
  process.env["SLOW_BROKERS"] === undefined ? points.filter((_, index) => (index + turn) % 6 === 0) : points;

for (const [turn, carrier] of CARRIERS.entries()) {
  describeBrokers([carrier.broker, "postgres"], `killed on ${carrier.name}`, (url, postgres) => {
    const place = { url, postgres, ordering: "none", events: EVENTS, paceMs: 0 } as const;

    test.each(pointsOf(PUBLISH_POINTS, turn))(
      "[PUB-10] [PUB-11] a publisher killed at %s loses nothing and doubles nothing",
      { timeout: SLOW_MS },
      async (point) => {
        const world = await World.open(carrier, place);
        for (let round = 0; round < ROUNDS; round++) expect(await world.publish({ point, passes: round % 2 })).toBe("SIGKILL");
        expect(await world.publish()).toBe(0);
        await world.finish(FINISHES_WITHIN_MS);
        await world.audit();
      },
    );

    test.each(pointsOf(CONSUME_POINTS, turn))(
      "[REP-06] [REP-13] [PSN-07] [PSN-11] [PSN-14] a consumer killed at %s loses nothing, doubles nothing and keeps to its budget",
      { timeout: SLOW_MS },
      async (point) => {
        for (let left = ROUNDS; left > 0;) {
          const world = await World.open(carrier, place);
          expect(await world.publish()).toBe(0);
          const kills = await killConsumers(world, point, Math.min(left, 3));
          expect(kills, "deaths at the point").toBeGreaterThan(0);
          left -= kills;
          await world.finish(FINISHES_WITHIN_MS);
          await world.audit();
        }
      },
    );
  });
}
