// How long the embedded broker keeps what: past its time goes what no group owes an answer for, and nothing else.
import { expect, onTestFinished, test } from "vitest";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import type { Delivery } from "../../src/ports/transport.ts";
import { TestClock } from "../../src/testing/index.ts";
import { openDatabase } from "../temporary-database.ts";

const RETENTION_MS = 60_000;

function broker() {
  const clock = new TestClock();
  const database = openDatabase();
  const transport = new SqliteTransport(database, { clock, retentionMs: RETENTION_MS });
  onTestFinished(() => transport.close());
  const send = (destination: string, ...texts: readonly string[]): Promise<void> =>
    transport.send(texts.map((text) => ({ id: text, destination, key: undefined, bytes: Buffer.from(text) })));
  const kept = (destination: string): readonly string[] => {
    const rows = database.read((db) => db.prepare("SELECT bytes FROM sallyport_log WHERE destination = ? ORDER BY seq").all(destination));
    return rows.map((row) => Buffer.from(row["bytes"] as Uint8Array).toString());
  };
  /** Time passes, and the next message to come makes room. */
  const later = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await send("other", "later");
  };
  return { clock, database, transport, send, kept, later };
}

async function delivered(transport: SqliteTransport, group: string, count: number): Promise<readonly Delivery[]> {
  const all: Delivery[] = [];
  await transport.receive({ destination: "d", group, ordering: "none", prefetch: 10 }, (deliveries) => void all.push(...deliveries));
  await expect.poll(() => all.length).toBe(count);
  return all;
}

test("what no group waits for is kept for its time, and a reader that comes too late is told of the gap", async () => {
  const { transport, send, kept, later } = broker();
  await send("d", "a", "b");
  const [first] = (await transport.browse({ destination: "d", after: undefined, most: 1 })).messages;
  await later(RETENTION_MS);
  expect(kept("d")).toEqual(["a", "b"]);
  await later(60_000);
  expect(kept("d")).toEqual([]);
  expect(await transport.browse({ destination: "d", after: first!.position, most: 1 })).toMatchObject({ messages: [], gap: true });
});

test("[PSN-12] what a group has not settled, and what it has not even read, outlives its time; what it settled does not", async () => {
  const { transport, send, kept, later } = broker();
  await send("d", "settled", "out", "waits");
  const [settled, , waits] = await delivered(transport, "slow", 3);
  await settled!.ack();
  await waits!.retryAfter(1_000_000);
  await later(3 * RETENTION_MS);
  expect(kept("d")).toEqual(["out", "waits"]);
  await transport.close();
  await send("d", "unread");
  await later(3 * RETENTION_MS);
  expect(kept("d")).toEqual(["out", "waits", "unread"]);
});

test("[REP-08] a group that is gone for good keeps its own destination alone, and a backlog of the past is cleared away", async () => {
  const { transport, send, kept, later } = broker();
  const many = Array.from({ length: 600 }, (_, n) => String(n));
  await send("d", ...many);
  await send("e", ...many);
  await transport.receive({ destination: "d", group: "gone", ordering: "none", prefetch: 1 }, () => undefined);
  await transport.close();
  for (let round = 0; round < 4; round++) await later(2 * RETENTION_MS);
  expect([kept("d").length, kept("e").length]).toEqual([600, 0]);
});

test("whoever sends waits for no look through the whole log", async () => {
  const { database, send, later } = broker();
  const asked = new Set<string>();
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => (asked.add(sql), prepare(sql));
  await send("d", "a");
  await later(2 * RETENTION_MS);
  const plans = database.read((db) => [...asked].flatMap((sql) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()));
  expect(plans.map(({ detail }) => detail)).not.toContainEqual(expect.stringMatching(/^SCAN (?:l|sallyport_log)\b/));
});
