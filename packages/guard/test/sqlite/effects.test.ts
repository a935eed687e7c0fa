// Effects that do what they may not: the fault is theirs, and neither the file's nor their neighbours'.
import { expect, test } from "vitest";
import { commitWith, type HandlerFailure, SallyportError } from "../../src/index.ts";
import { SqliteClaims, type SqliteTransaction } from "../../src/stores/sqlite-claims.ts";
import { house, note, alice, settle } from "../house.ts";
import { openDatabase } from "../temporary-database.ts";
import { badHouse } from "./bad-house.ts";

const EFFECTS: readonly [string, (transaction: SqliteTransaction) => void][] = [
  [
    "throws an error of the guard's own kind",
    () => {
      throw new SallyportError("ERR_STORE_FULL", "mine");
    },
  ],
  ["commits by itself", (transaction) => transaction.exec("COMMIT")],
  ["rolls back by itself", (transaction) => transaction.exec("ROLLBACK")],
  ["begins another transaction", (transaction) => transaction.exec("COMMIT; BEGIN")],
];

test.each(EFFECTS)("[PSN-01] [REP-13] an effect that %s fails its attempt, and holds up nothing", async (_what, effect) => {
  const poisoned = new Set<string>();
  const { publish, deadLetters, holding, committed } = await badHouse(() => ({ data }) => {
    if ((data as { noteId: string }).noteId !== "poison") return;
    poisoned.add("seen");
    return commitWith<SqliteTransaction>(effect);
  });
  await publish("poison");
  await expect.poll(async () => (await deadLetters.list({}, { limit: 10 })).map(({ code }) => code)).toEqual(["ERR_HANDLER_FAILED"]);
  const after = await publish("honest");
  await expect.poll(() => committed).toContain(after);
  expect([...poisoned, ...holding]).toEqual(["seen"]);
});

test("[REP-13] a neighbour in the same transaction keeps its claim when an effect ends it", async () => {
  const database = openDatabase();
  database.define("CREATE TABLE effects (id TEXT)");
  const store = new SqliteClaims(database);
  const request = { digest: "d", stale: false, leaseMs: 1000, rememberMs: 60_000, maxFailures: 3, maxCrashes: 2 };
  const [bad, good] = await store.claim([
    { ...request, key: "bad" },
    { ...request, key: "good" },
  ]);
  if (bad?.kind !== "granted" || good?.kind !== "granted") throw new Error("not granted");
  const insert = (transaction: SqliteTransaction): void => void transaction.prepare("INSERT INTO effects VALUES ('good')").run();
  const rollback = (transaction: SqliteTransaction): void => transaction.exec("ROLLBACK");
  const outcomes = await store.change([
    { kind: "commit", key: "good", token: good.token, effect: insert },
    { kind: "commit", key: "bad", token: bad.token, effect: rollback },
  ]);
  expect(outcomes).toMatchObject(["changed", { effectFailed: expect.any(TypeError) as TypeError }]);
  expect(database.read((db) => db.prepare("SELECT id FROM effects").all())).toEqual([{ id: "good" }]);
});

test("the operator is told why an effect failed, as of a handler", async () => {
  const home = house();
  const told: HandlerFailure[] = [];
  const failing = commitWith(() => {
    throw new RangeError("constraint");
  });
  const options = { policy: { maxFailures: 1 }, onFailure: (failure: HandlerFailure) => void told.push(failure) };
  await home.consumer({ "note.created": () => failing }, options).start();
  const { id } = await home.publisher().publish("note.created", note(), alice);
  await settle();
  expect(told).toMatchObject([{ eventId: id, attempt: 1, error: expect.any(RangeError) as RangeError }]);
});
