// Processes ended with SIGKILL at every named point of both doors; afterwards every id has ended exactly once.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { SqliteDatabase } from "../../src/sqlite/database.ts";
import { keySpec } from "../house.ts";
import { openDatabase, temporaryFile } from "../temporary-database.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));
const EVENTS = 40;
const MAX_FAILURES = 3;
/** Kills per point. The whole harness (`npm run check:slow`) makes a thousand of them. */
const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 2);
/** What is killed waits for its lease and its retries, and the machine may be busy. */
const SLOW_MS = 300_000 + 30_000 * ROUNDS;
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

interface World {
  readonly file: string;
  readonly keys: string;
  readonly database: SqliteDatabase;
}

function start(world: World, mode: "publish" | "consume", point = "none", passes = 0): ChildProcess {
  const args = ["--conditions=sallyport-source", WORKER, mode, world.file, world.keys, point, String(passes)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

const exitOf = async (child: ChildProcess): Promise<unknown> => ((await once(child, "exit")) as [unknown, unknown])[1] ?? child.exitCode;

const count = (world: World, sql: string): number => (world.database.read((db) => db.prepare(sql).get()) as { n: number }).n;

const tables = (world: World): Set<unknown> =>
  new Set(world.database.read((db) => db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).map((row) => row["name"]));

function newWorld(): World {
  const file = temporaryFile();
  return { file, keys: JSON.stringify([keySpec({ issuer: "counted" })]), database: openDatabase(file) };
}

const isSettled = (all: World): boolean =>
  tables(all).has("sallyport_dead_letters") &&
  count(all, "SELECT count(*) AS n FROM sallyport_pending") === 0 &&
  count(all, "SELECT count(*) AS n FROM effects") + count(all, "SELECT count(*) AS n FROM sallyport_dead_letters") >= EVENTS;

/** Runs a consumer without kills until nothing is owed any more. */
async function finish(all: World): Promise<void> {
  if (isSettled(all)) return;
  const child = start(all, "consume");
  const exited = exitOf(child);
  await expect.poll(() => isSettled(all), { timeout: 20_000, interval: 20 }).toBe(true);
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
}

/** Kills consumers at the point, one after another, until nothing is left that would come to it. How many died there. */
async function killConsumers(all: World, point: string, most: number): Promise<number> {
  for (let kills = 0; kills < most; kills++) {
    const child = start(all, "consume", point, kills % 2);
    const exited = exitOf(child);
    const lives = (): boolean => child.exitCode === null && child.signalCode === null;
    await expect.poll(() => !lives() || isSettled(all), { timeout: 60_000, interval: 20 }).toBe(true);
    child.kill("SIGTERM");
    if ((await exited) !== "SIGKILL") return kills;
  }
  return most;
}

test.each(PUBLISH_POINTS)(
  "[PUB-10] [PUB-11] a publisher killed at %s loses nothing and doubles nothing",
  { timeout: SLOW_MS },
  async (point) => {
    for (const rounds of roundsPerWorld(16)) {
      const all = newWorld();
      for (let round = 0; round < rounds; round++) expect(await exitOf(start(all, "publish", point, round % 2))).toBe("SIGKILL");
      expect(await exitOf(start(all, "publish"))).toBe(0);
      await finish(all);
      audit(all);
    }
  },
);

test.each(CONSUME_POINTS)(
  "[REP-06] [REP-13] [PSN-07] [PSN-11] [PSN-14] a consumer killed at %s loses nothing, doubles nothing and keeps to its budget",
  { timeout: SLOW_MS },
  async (point) => {
    for (let left = ROUNDS; left > 0;) {
      const all = newWorld();
      expect(await exitOf(start(all, "publish"))).toBe(0);
      const kills = await killConsumers(all, point, Math.min(left, 3));
      expect(kills, "deaths at the point").toBeGreaterThan(0);
      left -= kills;
      await finish(all);
      audit(all);
    }
  },
);

/** So many kills in one world that the rarest point is still reached by the last of them. */
function roundsPerWorld(most: number): readonly number[] {
  const full = Array.from({ length: Math.floor(ROUNDS / most) }, () => most);
  return ROUNDS % most === 0 ? full : [...full, ROUNDS % most];
}

function audit(all: World): void {
  const doubled = "SELECT count(*) AS n FROM (SELECT id FROM effects GROUP BY id HAVING count(*) > 1)";
  expect(count(all, doubled), "effects doubled").toBe(0);
  const effects = count(all, "SELECT count(*) AS n FROM effects");
  const letters = count(all, "SELECT count(*) AS n FROM sallyport_dead_letters");
  expect([effects, letters], "every id ends in exactly one of committed or dead").toEqual([(EVENTS * 9) / 10, EVENTS / 10]);
  const both = "SELECT count(*) AS n FROM sallyport_dead_letters WHERE json_extract(event, '$.id') IN (SELECT id FROM effects)";
  expect(count(all, both)).toBe(0);
  const overBudget = `SELECT count(*) AS n FROM sallyport_claims WHERE finished > ${MAX_FAILURES} OR state NOT IN ('committed', 'dead')`;
  expect(count(all, overBudget), "failures above the budget, or claims left open").toBe(0);
}
