import { describe, expect, test } from "vitest";
import { MemoryTransport } from "../../src/adapters/memory.ts";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import { browserLaws, TestClock, transportLaws } from "../../src/testing/index.ts";
import { openDatabase } from "../temporary-database.ts";

describe("the transport in memory", () => {
  const open = async (): Promise<MemoryTransport> => new MemoryTransport();
  for (const law of [...transportLaws(open), ...browserLaws(open)]) test(law.name, law.run);
});

describe("the transport in SQLite", () => {
  const open = async (): Promise<SqliteTransport> => {
    return new SqliteTransport(openDatabase(), { pollMs: 5 });
  };
  for (const law of [...transportLaws(open), ...browserLaws(open)]) test(law.name, law.run);

  test("a reader that stopped before messages were removed is told of the gap", async () => {
    const clock = new TestClock();
    const transport = new SqliteTransport(openDatabase(), { clock, retentionMs: 1000 });
    const send = (destination: string): Promise<void> =>
      transport.send([{ id: "x", destination, key: undefined, bytes: new Uint8Array(1) }]);
    for (const destination of ["a", "a", "a", "b"]) await send(destination);
    clock.advance(120_000);
    await send("a");
    const gapAfter = async (destination: string, after: string | undefined): Promise<boolean> =>
      (await transport.browse({ destination, after, most: 10 })).gap;
    expect(await Promise.all([gapAfter("a", "1"), gapAfter("a", "3"), gapAfter("a", undefined), gapAfter("c", "1")])).toEqual([
      true,
      false,
      false,
      false,
    ]);
    await transport.close();
  });
});
