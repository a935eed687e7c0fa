// Waiting for another process's lock.
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { openDatabase, temporaryFile } from "../temporary-database.ts";

test("[REP-12] a write that waits for a lock leaves the event loop free, also when it is the first thing that is done", async () => {
  const path = temporaryFile();
  openDatabase(path).define("CREATE TABLE things (name TEXT)");
  const database = openDatabase(path, { lockTimeoutMs: 5000 });
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const startedAtMs = performance.now();
  const written = database.write((db) => db.exec("INSERT INTO things VALUES ('x')"));
  // Only a loop that turns can take the lock away.
  setTimeout(() => other.close(), 30);
  await written;
  expect(performance.now() - startedAtMs).toBeLessThan(4000);
});
