import { expect, test } from "vitest";
import { SqliteTrail } from "../../src/stores/sqlite-trail.ts";
import { openDatabase } from "../temporary-database.ts";

const entry = (decision: string): { door: "publish"; decision: string; actor: string } => ({
  door: "publish",
  decision,
  actor: "alice of shop",
});

async function written(): Promise<{ trail: SqliteTrail; database: ReturnType<typeof openDatabase>; head: string }> {
  const database = openDatabase();
  const trail = new SqliteTrail(database);
  await trail.append([entry("accepted"), entry("refused")]);
  await trail.append([entry("accepted")]);
  const verdict = trail.verify();
  if (!verdict.intact) throw new Error("broken from the start");
  return { trail, database, head: verdict.head };
}

test("[OPS-01] the trail keeps every entry in order and verifies", async () => {
  const { trail, head } = await written();
  expect(trail.list({ limit: 10 }).map((stored) => stored.decision)).toEqual(["accepted", "refused", "accepted"]);
  expect(trail.list({ limit: 1, after: 1 })).toMatchObject([{ seq: 2, decision: "refused", actor: "alice of shop" }]);
  await trail.append([entry("accepted")]);
  expect(trail.verify(head)).toMatchObject({ intact: true, entries: 4 });
});

test.each([
  ["an entry is changed", `UPDATE sallyport_trail SET entry = replace(entry, 'alice', 'bob') WHERE seq = 2`, 2],
  ["a time is changed", "UPDATE sallyport_trail SET atMs = atMs + 1 WHERE seq = 1", 1],
  [
    "a time takes in what its entry begins with",
    "UPDATE sallyport_trail SET atMs = atMs || ' ' || substr(entry, 1, instr(entry, ' ') - 1), entry = substr(entry, instr(entry, ' ') + 1) WHERE seq = 2",
    2,
  ],
  ["an entry is taken out", "DELETE FROM sallyport_trail WHERE seq = 2", 2],
  [
    "two entries are swapped",
    "UPDATE sallyport_trail SET seq = CASE seq WHEN 1 THEN -2 ELSE -1 END WHERE seq < 3; UPDATE sallyport_trail SET seq = -seq WHERE seq < 0",
    1,
  ],
  ["the end is cut off", "DELETE FROM sallyport_trail WHERE seq = 3", 3],
])("[OPS-01] verify finds it when %s", async (_what, sql, brokenAt) => {
  const { trail, database, head } = await written();
  await database.write((db) => db.exec(sql));
  expect(trail.verify(head)).toEqual({ intact: false, brokenAt });
});

test("[OPS-01] verify finds it when an entry is rewritten together with its own hash", async () => {
  const { trail, database, head } = await written();
  const other = openDatabase();
  await new SqliteTrail(other).append([entry("refused")]);
  const forged = other.read((db) => db.prepare("SELECT atMs, entry, hash FROM sallyport_trail").get())!;
  const rewrite = "UPDATE sallyport_trail SET atMs = :atMs, entry = :entry, hash = :hash WHERE seq = 1";
  await database.write((db) => db.prepare(rewrite).run(forged));
  expect(trail.verify(head)).toEqual({ intact: false, brokenAt: 2 });
});
