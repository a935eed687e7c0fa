// What is asked of the log of the embedded broker in one transaction.
import { expect, test } from "vitest";
import { SqliteLog } from "../../src/adapters/sqlite-log.ts";
import { TestClock } from "../../src/testing/index.ts";
import { openDatabase } from "../temporary-database.ts";

test("[PSN-03] [PSN-06] a retry that is asked for after a prolongation holds, whoever else asks for the same delay before", async () => {
  const clock = new TestClock();
  const log = new SqliteLog(openDatabase(), { retentionMs: 3_600_000, forgetGroupsMs: 3_600_000, visibilityMs: 10_000, clock });
  const member = { destination: "orders", group: "g", ordering: "none", prefetch: 2 } as const;
  await log.join(member);
  await log.append(["a", "b"].map((id) => ({ id, destination: "orders", key: undefined, bytes: Buffer.from(id) })));
  const taken = async (): Promise<readonly string[]> =>
    (await log.take(member, () => 2)).rows.map(({ bytes }) => String(Buffer.from(bytes)));
  const { rows } = await log.take(member, () => 2);
  const [a, b] = rows.map(({ seq }) => seq) as [number, number];
  await Promise.all([log.postpone(member, [a], 1000), log.postpone(member, [b], 45_000), log.postpone(member, [b], 1000)]);
  clock.advance(999);
  expect(await taken()).toEqual([]);
  clock.advance(1);
  expect(await taken()).toEqual(["a", "b"]);
});
