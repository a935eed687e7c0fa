import { describe, test } from "vitest";
import { MemoryTransport } from "../../src/adapters/memory.ts";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import { transportLaws } from "../../src/testing/index.ts";
import { openDatabase } from "../temporary-database.ts";

describe("the transport in memory", () => {
  for (const law of transportLaws(async () => new MemoryTransport())) test(law.name, law.run);
});

describe("the transport in SQLite", () => {
  const open = async (): Promise<SqliteTransport> => {
    return new SqliteTransport(openDatabase(), { pollMs: 5 });
  };
  for (const law of transportLaws(open)) test(law.name, law.run);
});
