import { describe, expect, onTestFinished, test } from "vitest";
import type { ClaimStore } from "../../src/ports/claim-store.ts";
import { MemoryClaims } from "../../src/stores/memory-claims.ts";
import { SqliteClaims } from "../../src/stores/sqlite-claims.ts";
import { claimStoreLaws, TestClock } from "../../src/testing/index.ts";
import { settle } from "../house.ts";
import { openDatabase, temporaryFile } from "../temporary-database.ts";

describe("claims in memory", () => {
  for (const law of claimStoreLaws(async (clock) => new MemoryClaims({ clock }))) test(law.name, law.run);

  test("[REP-08] when every remembered id is still needed, claims reject; they never forget", async () => {
    const store = new MemoryClaims({ maxKeys: 2 });
    const request = { digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };
    await store.claim([
      { ...request, key: "a" },
      { ...request, key: "b" },
    ]);
    await expect(store.claim([{ ...request, key: "c" }])).rejects.toMatchObject({ code: "ERR_STORE_FULL" });
    expect(await store.claim([{ ...request, key: "a" }])).toMatchObject([{ kind: "busy" }]);
  });

  test("[REP-08] what has expired makes room, also behind what is remembered for longer", async () => {
    const clock = new TestClock();
    const store = new MemoryClaims({ maxKeys: 2, clock });
    const request = { digest: "d", stale: false, leaseMs: 10, maxFailures: 3, maxCrashes: 2 };
    await store.claim([{ ...request, key: "long", rememberMs: 60_000 }]);
    await store.claim([{ ...request, key: "short", rememberMs: 100 }]);
    const next = { ...request, key: "next", rememberMs: 100 };
    await expect(store.claim([next])).rejects.toMatchObject({ code: "ERR_STORE_FULL" });
    clock.advance(100);
    expect(await store.claim([next])).toMatchObject([{ kind: "granted" }]);
    await expect(store.claim([{ ...next, key: "more" }])).rejects.toMatchObject({ code: "ERR_STORE_FULL" });
  });

  test("[REP-13] an effect that promises to go on later fails the commit, and what becomes of it ends nothing", async () => {
    await refusesPromise(new MemoryClaims());
  });

  test("[REP-08] an id whose time is over makes room, whether or not it is seen again", async () => {
    const clock = new TestClock();
    const store = new MemoryClaims({ maxKeys: 2, clock });
    const request = { digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };
    for (let round = 0; round < 5; round++) {
      await store.claim([`a${round}`, `b${round}`].map((key) => ({ ...request, key })));
      expect(store.size).toBe(2);
      clock.advance(60_000);
    }
  });
});

describe("claims in SQLite", () => {
  for (const law of claimStoreLaws(async (clock) => new SqliteClaims(openDatabase(), { clock }))) test(law.name, law.run);

  test("[REP-10] ids outlive the process that recorded them", async () => {
    const request = { key: "k", digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };
    const path = temporaryFile();
    const first = openDatabase(path);
    const [granted] = await new SqliteClaims(first).claim([request]);
    if (granted?.kind !== "granted") throw new Error("not granted");
    await new SqliteClaims(first).change([{ kind: "commit", key: "k", token: granted.token }]);
    await first.close();
    const second = openDatabase(path);
    expect(await new SqliteClaims(second).claim([request])).toEqual([{ kind: "done" }]);
  });

  test("[REP-13] effect and commit are one: a row written by a lost claim is not there", async () => {
    const database = openDatabase();
    database.define("CREATE TABLE effects (id TEXT)");
    const store = new SqliteClaims(database);
    const effect = (transaction: { prepare(sql: string): { run(): unknown } }): void =>
      void transaction.prepare("INSERT INTO effects VALUES ('x')").run();
    await store.claim([{ key: "k", digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 }]);
    expect(await store.change([{ kind: "commit", key: "k", token: "stolen", effect }])).toEqual(["lost"]);
    expect(database.read((db) => db.prepare("SELECT count(*) AS n FROM effects").get())).toEqual({ n: 0 });
  });

  test("[REP-08] however many are claimed at once, the table does not grow beyond what is remembered", async () => {
    const clock = new TestClock();
    const database = openDatabase();
    const store = new SqliteClaims(database, { clock });
    const request = { digest: "d", stale: false, leaseMs: 10, rememberMs: 100, maxFailures: 3, maxCrashes: 2 };
    for (let round = 0; round < 10; round++) {
      await store.claim(Array.from({ length: 200 }, (_, n) => ({ ...request, key: `${round}-${n}` })));
      clock.advance(100);
    }
    expect(database.read((db) => db.prepare("SELECT count(*) AS n FROM sallyport_claims").get())).toEqual({ n: 200 });
  });

  test("[REP-13] an effect that promises to go on later fails the commit, and what becomes of it ends nothing", async () => {
    await refusesPromise(new SqliteClaims(openDatabase()));
  });
});

async function refusesPromise(store: ClaimStore): Promise<void> {
  const unhandled: unknown[] = [];
  const listener = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", listener);
  onTestFinished(() => void process.off("unhandledRejection", listener));
  const request = { key: "k", digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };
  const [claim] = await store.claim([request]);
  if (claim?.kind !== "granted") throw new Error("not granted");
  const effect = (() => Promise.reject(new Error("later"))) as () => void;
  const [outcome] = await store.change([{ kind: "commit", key: "k", token: claim.token, effect }]);
  expect(outcome).toMatchObject({ effectFailed: expect.any(TypeError) as TypeError });
  expect(await store.change([{ kind: "commit", key: "k", token: claim.token }])).toEqual(["changed"]);
  await settle();
  expect(unhandled).toEqual([]);
}
