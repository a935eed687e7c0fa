// Real processes that make, fill and empty one file at the same time.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { SqliteDatabase } from "../../src/sqlite/database.ts";
import { keySpec } from "../house.ts";
import { openDatabase, temporaryFile } from "../temporary-database.ts";

const EVENTS = 60;
const PEER = fileURLToPath(new URL("peer.ts", import.meta.url));

function start(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ["--conditions=sallyport-source", PEER, ...args], { stdio: ["pipe", "ignore", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

const rows = (database: SqliteDatabase, sql: string): readonly Record<string, unknown>[] =>
  database.read((db) => db.prepare(sql).all()) as readonly Record<string, unknown>[];

test(
  "[REP-07] [REP-10] [PUB-10] of what two processes publish and consume together, each event is published and handled once",
  { timeout: 60_000 },
  async () => {
    const file = temporaryFile();
    const keys = JSON.stringify([keySpec({ issuer: "counted" })]);
    const peers = ["a", "b"].map((name) => start(file, keys, name, String(EVENTS)));
    const exits = peers.map((peer) => once(peer, "exit"));
    const database = openDatabase(file);
    database.define("CREATE TABLE IF NOT EXISTS runs (id TEXT, peer TEXT); CREATE TABLE IF NOT EXISTS effects (id TEXT, peer TEXT)");
    const count = (table: string): unknown => rows(database, `SELECT count(*) AS n FROM ${table}`)[0]!["n"];
    await expect.poll(() => count("effects"), { timeout: 50_000, interval: 20 }).toBeGreaterThanOrEqual(3 * EVENTS);
    for (const peer of peers) peer.stdin!.end();
    expect((await Promise.all(exits)).map(([code]) => code as unknown)).toEqual([0, 0]);
    expect([count("effects"), count("runs"), count("sallyport_log")]).toEqual([3 * EVENTS, 3 * EVENTS, 3 * EVENTS]);
    expect(rows(database, "SELECT id FROM runs GROUP BY id HAVING count(*) > 1")).toEqual([]);
    expect(rows(database, "SELECT DISTINCT peer FROM effects ORDER BY peer"), "both took part").toEqual([{ peer: "a" }, { peer: "b" }]);
    expect([count("sallyport_pending"), count("sallyport_dead_letters")]).toEqual([0, 0]);
    expect(rows(database, "SELECT DISTINCT state, started, finished FROM sallyport_claims")).toEqual([
      { state: "committed", started: 1, finished: 0 },
    ]);
  },
);

test("[REP-10] processes that make the same new file at once all get it", { timeout: 60_000 }, async () => {
  const keys = JSON.stringify([keySpec({ issuer: "counted" })]);
  const file = temporaryFile();
  const peers = Array.from({ length: 6 }, (_, index) => start(file, keys, `p${index}`, "1"));
  const exits = peers.map((peer) => once(peer, "exit"));
  for (const peer of peers) peer.stdin!.end();
  expect((await Promise.all(exits)).map(([code]) => code as unknown)).toEqual(peers.map(() => 0));
});
