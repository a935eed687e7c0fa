import { describe, test } from "vitest";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { SqliteDeadLetters } from "../../src/stores/sqlite-dead-letters.ts";
import { deadLetterLaws } from "../../src/testing/index.ts";
import { openDatabase } from "../temporary-database.ts";

describe("dead letters in memory", () => {
  const laws = deadLetterLaws(async () => {
    const store = new MemoryDeadLetters();
    return { store, reopen: () => store };
  });
  for (const law of laws) test(law.name, law.run);
});

describe("dead letters in SQLite", () => {
  const laws = deadLetterLaws(async () => {
    const database = openDatabase();
    return { store: new SqliteDeadLetters(database), reopen: () => new SqliteDeadLetters(database) };
  });
  for (const law of laws) test(law.name, law.run);
});
