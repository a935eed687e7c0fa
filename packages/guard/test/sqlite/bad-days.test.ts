// A full disk, a lock that is not let go, a file that cannot be written: consumption is held, says so, counts no
// attempt, and goes on by itself. A damaged or replaced file is never written to.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, openSync, closeSync, fstatSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { commitWith } from "../../src/index.ts";
import { SqliteDatabase } from "../../src/sqlite/database.ts";
import { SqliteClaims, type SqliteTransaction } from "../../src/stores/sqlite-claims.ts";
import { SqliteTrail } from "../../src/stores/sqlite-trail.ts";
import { settle } from "../house.ts";
import { openDatabase, temporaryFile } from "../temporary-database.ts";
import { badHouse, type BadHouse } from "./bad-house.ts";

const within = { timeout: 20_000, interval: 5 };
const pragma = (database: SqliteDatabase, text: string): void => database.read((db) => db.exec(`PRAGMA ${text}`));
const effects = (database: SqliteDatabase): unknown => database.read((db) => db.prepare("SELECT count(*) AS n FROM effects").get());

/** The handler brings the bad day on, then asks for an effect that needs room. `mend` ends it. */
async function survives(strike: (house: BadHouse) => void | Promise<void>, mend: (house: BadHouse) => void | Promise<void>): Promise<void> {
  let attempts = 0;
  const house = await badHouse((itself) => async () => {
    attempts++;
    await strike(itself);
    return commitWith<SqliteTransaction>((transaction) => void transaction.prepare("INSERT INTO effects VALUES (zeroblob(100000))").run());
  });
  house.database.define("CREATE TABLE IF NOT EXISTS effects (bytes BLOB)");
  const id = await house.publish("n1");
  await expect.poll(() => house.holding, within).toEqual(["ERR_STORE_UNAVAILABLE"]);
  expect(house.committed).toEqual([]);
  await mend(house);
  await expect.poll(() => house.committed, within).toEqual([id]);
  expect(house.holding).toEqual(["ERR_STORE_UNAVAILABLE", undefined]);
  expect([attempts, effects(house.database)]).toEqual([1, { n: 1 }]);
  expect(await house.deadLetters.list({}, { limit: 1 })).toEqual([]);
}

const fill = ({ database }: BadHouse): void => pragma(database, "max_page_count = 1");
const empty = ({ database }: BadHouse): void => pragma(database, "max_page_count = 1000000");

async function lock(path: string, ...forMs: readonly string[]): Promise<() => void> {
  const holder = fileURLToPath(new URL("lock-holder.ts", import.meta.url));
  const child = spawn(process.execPath, [holder, path, ...forMs], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill());
  await once(child.stdout, "data");
  return () => void child.stdin.end();
}

describe("[REP-12] [PSN-08] consumption is held, says so, and goes on by itself", () => {
  test("when the disk is full until there is room", () => survives(fill, empty));

  test("when another process holds the lock for longer than it waits", async () => {
    let unlock = (): void => undefined;
    await survives(
      async ({ path }) => void (unlock = await lock(path)),
      () => unlock(),
    );
  });

  test("when the file turns read-only until it can be written", () =>
    survives(
      ({ database }) => pragma(database, "query_only = 1"),
      ({ database }) => pragma(database, "query_only = 0"),
    ));

  test("when the file is moved away until it is back", () =>
    survives(
      ({ path }) => renameSync(path, `${path}.away`),
      ({ path }) => renameSync(`${path}.away`, path),
    ));
});

test("[PSN-08] a file that fails inside an effect is not the effect's fault: the claim stays as it was, and the same commit can be tried again", async () => {
  const claims = new SqliteClaims(openDatabase());
  const request = { key: "k", digest: "d", stale: false, leaseMs: 60_000, rememberMs: 60_000, maxFailures: 1, maxCrashes: 1 };
  const [claimed] = await claims.claim([request]);
  const { token } = claimed as { readonly token: string };
  const full = (): never => {
    throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
  };
  await expect(claims.change([{ kind: "commit", key: "k", token, effect: full }])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  expect(await claims.change([{ kind: "commit", key: "k", token }])).toEqual(["changed"]);
});

test("[REP-12] what cannot even be fetched is held and said, too", async () => {
  const house = await badHouse(() => () => undefined);
  pragma(house.database, "query_only = 1");
  const id = await house.publish("n1");
  await expect.poll(() => house.holding, within).toEqual(["ERR_STORE_UNAVAILABLE"]);
  pragma(house.database, "query_only = 0");
  await expect.poll(() => house.committed, within).toEqual([id]);
  expect(house.holding).toEqual(["ERR_STORE_UNAVAILABLE", undefined]);
});

describe("[PUB-11] a publisher is told", () => {
  test("of a full disk, by name", async () => {
    const database = openDatabase();
    const trail = new SqliteTrail(database);
    pragma(database, "max_page_count = 1");
    const append = (): Promise<void> => trail.append([{ door: "operator", decision: "x".repeat(100_000) }]);
    await expect(append()).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
      message: expect.stringContaining("disk is full") as unknown,
    });
    pragma(database, "max_page_count = 1000000");
    await append();
    expect(await trail.verify()).toMatchObject({ intact: true, entries: 1 });
  });

  test("of a lock, and its repeated call publishes once", async () => {
    const house = await badHouse(() => () => undefined);
    const unlock = await lock(house.path);
    await expect(house.publish("n1")).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
      message: expect.stringContaining("another process") as unknown,
    });
    unlock();
    await expect.poll(() => house.publish("n1").catch(() => undefined), within).toBeTypeOf("string");
    const id = await house.publish("n1");
    await expect.poll(() => house.committed, within).toEqual([id]);
  });
});

describe("[REP-10] a file that is not the one it was is never written to", () => {
  test.each([
    ["deleted", (path: string) => rmSync(path), /deleted or moved/],
    ["replaced", (path: string) => (renameSync(path, `${path}.old`), writeFileSync(path, "")), /replaced/],
    ["left without its log", (path: string) => rmSync(`${path}-wal`), /deleted or moved/],
  ])("%s while open: writing is refused", async (_name, strike, said) => {
    const database = openDatabase();
    const trail = new SqliteTrail(database);
    await trail.append([{ door: "operator", decision: "x" }]);
    strike(database.path);
    const more = trail.append([{ door: "operator", decision: "y" }]);
    await expect(more).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE", message: expect.stringMatching(said) as unknown });
    expect(() => new SqliteTrail(database)).toThrow(said);
  });
});

describe("a damaged file", () => {
  test("that is no database is refused at start", () => {
    const path = temporaryFile();
    writeFileSync(path, "It was a dark and stormy night. ".repeat(1000));
    expect(() => new SqliteDatabase(path)).toThrow(expect.objectContaining({ code: "ERR_STORE_CORRUPT", place: path }));
  });

  test("is said to be damaged, and nothing more is claimed from it", async () => {
    const path = temporaryFile();
    const before = openDatabase(path);
    void new SqliteClaims(before);
    await before.close();
    overwrite(path, 4096);
    const claim = async (): Promise<unknown> =>
      new SqliteClaims(openDatabase(path)).claim([
        { key: "k", digest: "d", stale: false, leaseMs: 1, rememberMs: 1, maxFailures: 1, maxCrashes: 1 },
      ]);
    await expect(claim()).rejects.toMatchObject({ code: "ERR_STORE_CORRUPT", remedy: expect.stringContaining("restore") as unknown });
  });
});

function overwrite(path: string, from: number): void {
  const file = openSync(path, "r+");
  const rest = fstatSync(file).size - from;
  expect(rest).toBeGreaterThan(0);
  writeSync(file, Buffer.alloc(rest, 0x5a), 0, rest, from);
  closeSync(file);
}

describe("at start", () => {
  test.each([
    ["a folder that is not there", () => `${temporaryFile()}/nowhere/guard.sqlite`],
    ["a folder for a file", () => dirname(temporaryFile())],
  ])("%s is refused with what to do", (_name, path) => {
    expect(() => new SqliteDatabase(path())).toThrow(
      expect.objectContaining({ code: "ERR_STORE_UNAVAILABLE", remedy: expect.stringContaining("folder exists") as unknown }),
    );
  });

  test.each([[":memory:"], [""]])("%j, which is no file, is refused: it would not persist, and others could not share it", (path) => {
    expect(() => new SqliteDatabase(path)).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INVALID" }));
  });

  test("a file that this user may not write is refused with what to do", async () => {
    const path = temporaryFile();
    await openDatabase(path).close();
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o555);
    onTestFinished(() => chmodSync(dirname(path), 0o755));
    const open = (): void => void new SqliteTrail(openDatabase(path));
    expect(() => asOrdinaryUser(open)).toThrow(
      expect.objectContaining({ code: "ERR_STORE_UNAVAILABLE", remedy: expect.stringContaining("write") as unknown }),
    );
  });

  test("a file that another process keeps locked is refused after the wait", async () => {
    const path = temporaryFile();
    const database = openDatabase(path, { lockTimeoutMs: 50 });
    await lock(path);
    expect(() => new SqliteTrail(database)).toThrow(
      expect.objectContaining({ code: "ERR_STORE_UNAVAILABLE", message: expect.stringContaining("another process") as unknown }),
    );
  });

  test("every store waits for the lock, not only the one that is opened first", async () => {
    const database = openDatabase();
    void new SqliteTrail(database);
    await lock(database.path, "300");
    expect(() => new SqliteClaims(database)).not.toThrow();
  });
});

/** File modes do not bind root. */
function asOrdinaryUser(run: () => void): void {
  if (process.geteuid?.() !== 0) return run();
  process.seteuid!(65_534);
  try {
    run();
  } finally {
    process.seteuid!(0);
  }
}

describe("work that is committed together", () => {
  test("of several writes in one commit only the one that fails is refused, with its own error", async () => {
    const database = openDatabase();
    database.define("CREATE TABLE IF NOT EXISTS once (id TEXT PRIMARY KEY)");
    const insert = (id: string): Promise<void> => database.write((db) => void db.prepare("INSERT INTO once VALUES (?)").run(id));
    const fault = new Error("of the callback");
    const broken = database.write(() => {
      throw fault;
    });
    const results = await Promise.allSettled([insert("a"), insert("b"), insert("a"), broken, insert("c")]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected", "fulfilled"]);
    expect((results[2] as PromiseRejectedResult).reason).toMatchObject({ errstr: "constraint failed" });
    expect((results[3] as PromiseRejectedResult).reason).toBe(fault);
    expect(database.read((db) => db.prepare("SELECT id FROM once").all())).toEqual([{ id: "a" }, { id: "b" }, { id: "c" }]);
  });

  test("what one callback wrote before it failed is undone, and what is asked for meanwhile is done", async () => {
    const database = openDatabase();
    database.define("CREATE TABLE IF NOT EXISTS once (id TEXT PRIMARY KEY)");
    const half = database.write((db) => {
      db.exec("INSERT INTO once VALUES ('half')");
      throw new Error("then it failed");
    });
    await expect(half).rejects.toThrow("then it failed");
    await database.write((db) => db.exec("INSERT INTO once VALUES ('whole')"));
    expect(database.read((db) => db.prepare("SELECT id FROM once").all())).toEqual([{ id: "whole" }]);
  });

  test("closing waits for what was asked for before, and refuses what comes after", async () => {
    const path = temporaryFile();
    const database = openDatabase(path);
    database.define("CREATE TABLE IF NOT EXISTS once (id TEXT PRIMARY KEY)");
    const other = openDatabase(path);
    const insert = (id: string): Promise<void> => database.write((db) => void db.prepare("INSERT INTO once VALUES (?)").run(id));
    other.read((db) => db.exec("BEGIN IMMEDIATE"));
    const first = insert("a");
    await settle();
    const second = insert("b");
    const closed = database.close();
    await expect(insert("c")).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    other.read((db) => db.exec("ROLLBACK"));
    await Promise.all([first, second, closed]);
    expect(other.read((db) => db.prepare("SELECT id FROM once").all())).toEqual([{ id: "a" }, { id: "b" }]);
    expect(() => database.read(() => 1)).toThrow("closed");
  });
});
