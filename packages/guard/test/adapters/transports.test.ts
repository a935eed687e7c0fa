import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, test } from "vitest";
import { MemoryTransport } from "../../src/adapters/memory.ts";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import { SqliteDatabase } from "../../src/sqlite/database.ts";
import { transportLaws } from "../../src/testing/index.ts";

const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

describe("the transport in memory", () => {
  for (const law of transportLaws(async () => new MemoryTransport())) test(law.name, law.run);
});

describe("the transport in SQLite", () => {
  const open = async (): Promise<SqliteTransport> => {
    const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
    const database = new SqliteDatabase(join(folder, "guard.sqlite"));
    cleanUp.push(
      () => rmSync(folder, { recursive: true }),
      () => database.close(),
    );
    return new SqliteTransport(database, { pollMs: 5 });
  };
  for (const law of transportLaws(open)) test(law.name, law.run);
});
