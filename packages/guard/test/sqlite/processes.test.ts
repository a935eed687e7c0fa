// Real processes that make, fill and empty one file at the same time.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import { KeyRing, Publisher } from "../../src/index.ts";
import { SqliteDatabase } from "../../src/sqlite/database.ts";
import { SqliteLedger, SqliteLimits } from "../../src/stores/sqlite-limits.ts";
import { keySpec } from "../house.ts";
import { openDatabase, temporaryFile } from "../temporary-database.ts";
import { steps, STEPS_TABLE } from "./steps.ts";

const EVENTS = 60;

function start(...args: readonly string[]): ChildProcess {
  return startFile("peer.ts", ...args);
}

function startFile(name: string, ...args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=sallyport-source", path, ...args], { stdio: ["pipe", "ignore", "inherit"] });
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

test("[PSN-09] several processes keep the order of each key, whatever is retried and dead-lettered", { timeout: 60_000 }, async () => {
  const [file, spec] = [temporaryFile(), keySpec({ issuer: "counted" })];
  const database = openDatabase(file);
  database.define(STEPS_TABLE);
  const transport = new SqliteTransport(database);
  const stores = { limits: new SqliteLimits(database), ledger: new SqliteLedger(database) };
  const publisher = new Publisher({ contract: steps, transport, keys: new KeyRing([spec]), ...stores });
  const peers = ["a", "b", "c"].map(() => startFile("ordered-peer.ts", file, JSON.stringify([spec])));
  const exits = peers.map((peer) => once(peer, "exit"));
  const count = (table: string): number => rows(database, `SELECT count(*) AS n FROM ${table}`)[0]!["n"] as number;
  await expect.poll(() => count("ready"), { timeout: 50_000, interval: 20 }).toBe(peers.length);
  const wanted = Array.from({ length: 20 }, (_, n) => n);
  for (const n of wanted)
    for (const of of ["p", "q", "r", "s"]) await publisher.publish("step", { of, n }, { principal: { id: "x" }, origin: "service" });
  const done = (): readonly Record<string, unknown>[] => rows(database, "SELECT of, n, pid FROM done ORDER BY seq");
  await expect.poll(() => done().length + count("sallyport_dead_letters"), { timeout: 50_000, interval: 20 }).toBe(80);
  for (const peer of peers) peer.stdin!.end();
  expect((await Promise.all(exits)).map(([code]) => code as unknown)).toEqual([0, 0, 0]);
  for (const key of ["p", "q", "r", "s"])
    expect(done().flatMap(({ of, n }) => (of === key ? [n] : []))).toEqual(wanted.filter((n) => n % 7 !== 3));
  expect(new Set(done().map(({ pid }) => pid)).size, "more than one took part").toBeGreaterThan(1);
});
