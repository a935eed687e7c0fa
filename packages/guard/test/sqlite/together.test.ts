// What is asked for one by one and done together in one transaction is answered as if it had been done one by one.
import { expect, test } from "vitest";
import { SqliteClaims } from "../../src/stores/sqlite-claims.ts";
import { SqliteLedger, SqliteLimits } from "../../src/stores/sqlite-limits.ts";
import { TestClock } from "../../src/testing/index.ts";
import { openDatabase, temporaryFile } from "../temporary-database.ts";

test("of work of one kind each piece has its own answer, in the order in which it was asked for", async () => {
  const database = openDatabase();
  const calls: number[] = [];
  const double = database.batched((items: readonly number[]) => (calls.push(items.length), items.map((item) => item * 2)));
  expect(await Promise.all([double(1), database.write(() => "apart"), double(2), double(3)])).toEqual([2, "apart", 4, 6]);
  expect(calls).toEqual([3]);
});

test("of work of one kind only the piece that fails is refused, and the others are kept", async () => {
  const database = openDatabase();
  database.define("CREATE TABLE kept (n INTEGER)");
  const keep = database.batched((items: readonly number[], open) =>
    items.map((item) => {
      open.prepare("INSERT INTO kept VALUES (?)").run(item);
      if (item === 2) throw new Error("not this one");
      return item;
    }),
  );
  const ended = await Promise.allSettled([1, 2, 3].map(keep));
  expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(database.read((open) => open.prepare("SELECT n FROM kept").all())).toEqual([{ n: 1 }, { n: 3 }]);
});

test("[PUB-08] what is spent in one transaction counts for the rest of it, over any window", async () => {
  const clock = new TestClock();
  const limits = new SqliteLimits(openDatabase(), { clock });
  const spend = () => limits.spend([{ key: "k", limit: 3, windowMs: 100 }]);
  const granted = async (calls: number): Promise<number> =>
    (await Promise.all(Array.from({ length: calls }, spend))).filter((refused) => refused === undefined).length;
  expect(await granted(2)).toBe(2);
  clock.advance(60);
  expect(await granted(5)).toBe(1);
  clock.advance(40);
  expect(await granted(5)).toBe(2);
  clock.advance(59);
  expect(await spend()).toEqual({ refused: 0, retryAfterMs: 1 });
  clock.advance(1);
  expect(await granted(5)).toBe(1);
});

test("[PUB-10] the same call twice in one transaction is begun once", async () => {
  const ledger = new SqliteLedger(openDatabase());
  const entry = { key: "k", digest: "d", eventId: "e", leaseMs: 1000, rememberMs: 1000 };
  const [first, second, other] = await Promise.all([
    ledger.begin(entry),
    ledger.begin({ ...entry, eventId: "f" }),
    ledger.begin({ ...entry, digest: "c" }),
  ]);
  expect([first.kind, second.kind, other.kind]).toEqual(["begun", "in-flight", "conflict"]);
});

test("[PUB-10] a call that ends long after its lease is remembered for as long as any other, and then forgotten", async () => {
  const clock = new TestClock();
  const database = openDatabase();
  const ledger = new SqliteLedger(database, { clock });
  const entry = { key: "k", digest: "d", eventId: "e", leaseMs: 1000, rememberMs: 10_000 };
  const begun = await ledger.begin(entry);
  if (begun.kind !== "begun") throw new Error("not begun");
  clock.advance(9000);
  await ledger.end("k", begun.token, { kind: "finished", result: "r" });
  clock.advance(9999);
  await ledger.begin({ ...entry, key: "another" });
  expect(await ledger.begin(entry)).toEqual({ kind: "finished", result: "r" });
  clock.advance(1_000_000);
  await ledger.begin({ ...entry, key: "a third" });
  const count = (table: string): unknown => database.read((open) => open.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.["n"]);
  expect([count("sallyport_calls"), count("sallyport_results")]).toEqual([1, 0]);
});

test("[REP-15] a claim that another process has taken over meanwhile is lost, whatever this one remembers of it", async () => {
  const clock = new TestClock();
  const path = temporaryFile();
  const [own, others] = [new SqliteClaims(openDatabase(path), { clock }), new SqliteClaims(openDatabase(path), { clock })];
  const request = { key: "k", digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 3 };
  const [mine] = await own.claim([request]);
  clock.advance(1001);
  const [theirs] = await others.claim([request]);
  if (mine?.kind !== "granted" || theirs?.kind !== "granted") throw new Error("not granted");
  expect(await own.change([{ kind: "commit", key: "k", token: mine.token }])).toEqual(["lost"]);
  expect(await others.change([{ kind: "commit", key: "k", token: theirs.token }])).toEqual(["changed"]);
  expect(await own.claim([request])).toEqual([{ kind: "done" }]);
});

test("[REP-15] what changes a claim twice in one transaction does so in turn", async () => {
  const store = new SqliteClaims(openDatabase());
  const request = { key: "k", digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 3 };
  const [claim] = await store.claim([request]);
  if (claim?.kind !== "granted") throw new Error("not granted");
  const held = { key: "k", token: claim.token };
  const changes = [
    { kind: "renew", leaseMs: 2000, ...held },
    { kind: "commit", ...held },
    { kind: "fail", afterMs: 0, ...held },
  ] as const;
  expect(await store.change(changes)).toEqual(["changed", "changed", "lost"]);
  expect(await store.claim([request])).toEqual([{ kind: "done" }]);
});
