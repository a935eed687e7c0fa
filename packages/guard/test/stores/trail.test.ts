import { expect, test } from "vitest";
import { SqliteTrail } from "../../src/stores/sqlite-trail.ts";
import { type RawEntry, trailLaws } from "../../src/testing/index.ts";
import { openDatabase } from "../temporary-database.ts";

const laws = trailLaws(async () => {
  const database = openDatabase();
  const reopen = (): SqliteTrail => new SqliteTrail(database);
  const columns = "seq, atMs, entry, hash";
  return {
    trail: reopen(),
    reopen,
    tamper: (change) =>
      database.write((db) => {
        const entries = db.prepare(`SELECT ${columns} FROM sallyport_trail ORDER BY seq`).all() as unknown as RawEntry[];
        db.exec("DELETE FROM sallyport_trail");
        const insert = db.prepare(`INSERT INTO sallyport_trail (${columns}) VALUES (?, ?, ?, ?)`);
        for (const { seq, atMs, entry, hash } of change(entries)) insert.run(seq, atMs, entry, hash);
      }),
  };
});
for (const law of laws) test(law.name, law.run);

test("[OPS-01] verify finds it when a time takes in what its entry begins with", async () => {
  const database = openDatabase();
  const trail = new SqliteTrail(database);
  await trail.append([{ door: "publish", decision: "accepted", actor: "alice of shop" }]);
  const sql =
    "UPDATE sallyport_trail SET atMs = atMs || ' ' || substr(entry, 1, instr(entry, ' ') - 1), entry = substr(entry, instr(entry, ' ') + 1)";
  await database.write((db) => db.exec(sql));
  expect(await trail.verify()).toEqual({ intact: false, brokenAt: 1 });
});
