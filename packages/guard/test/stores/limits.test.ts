import { describe, test } from "vitest";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { SqliteLedger, SqliteLimits } from "../../src/stores/sqlite-limits.ts";
import { ledgerLaws, limitStoreLaws } from "../../src/testing/index.ts";
import { openDatabase } from "../temporary-database.ts";

describe("in memory", () => {
  for (const law of limitStoreLaws(async (clock) => new MemoryLimits({ clock }))) test(law.name, law.run);
  for (const law of ledgerLaws(async (clock) => new MemoryLedger({ clock }))) test(law.name, law.run);
});

describe("in SQLite", () => {
  for (const law of limitStoreLaws(async (clock) => new SqliteLimits(openDatabase(), { clock }))) test(law.name, law.run);
  for (const law of ledgerLaws(async (clock) => new SqliteLedger(openDatabase(), { clock }))) test(law.name, law.run);
});
