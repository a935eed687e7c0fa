// A SQLite file of its own for one test, gone when the test is over.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { SqliteDatabase, type SqliteOptions } from "../src/sqlite/database.ts";

export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "guard.sqlite");
}

export function openDatabase(path = temporaryFile(), options: SqliteOptions = {}): SqliteDatabase {
  const database = new SqliteDatabase(path, options);
  onTestFinished(() => database.close());
  return database;
}
