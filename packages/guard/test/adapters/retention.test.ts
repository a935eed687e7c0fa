// How long the embedded broker keeps what: past its time goes what no group owes an answer for, and nothing else.
import { expect, onTestFinished, test, vi } from "vitest";
import { SqliteTransport, type SqliteTransportOptions } from "../../src/adapters/sqlite.ts";
import type { Delivery } from "../../src/ports/transport.ts";
import { TestClock } from "../../src/testing/index.ts";
import { openDatabase } from "../temporary-database.ts";

const RETENTION_MS = 60_000;

function broker(options: SqliteTransportOptions = {}) {
  const clock = new TestClock();
  const database = openDatabase();
  const transport = new SqliteTransport(database, { clock, retentionMs: RETENTION_MS, ...options });
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

async function delivered(
  transport: SqliteTransport,
  group: string,
  count: number,
  ordering: "none" | "key" = "none",
): Promise<readonly Delivery[]> {
  const all: Delivery[] = [];
  await transport.receive({ destination: "d", group, ordering, prefetch: 10 }, (deliveries) => void all.push(...deliveries));
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

test("[REP-08] a group that is gone for longer than is waited for keeps nothing past its time, and the operator is told", async () => {
  const spy = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  onTestFinished(() => spy.mockRestore());
  const { transport, send, kept, later } = broker({ forgetGroupsMs: 10 * RETENTION_MS });
  await send("d", "out", "out, too");
  await delivered(transport, "gone", 2);
  await transport.close();
  await send("d", "unread");
  await later(9 * RETENTION_MS);
  expect(kept("d")).toEqual(["out", "out, too", "unread"]);
  expect(spy).not.toHaveBeenCalled();
  await later(2 * RETENTION_MS);
  await send("d", "new");
  expect(kept("d")).toEqual(["new"]);
  expect(spy).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('"gone"'), { type: "SallyportWarning" });
  const [back] = await delivered(transport, "gone", 1);
  expect(Buffer.from(back!.bytes).toString()).toBe("new");
});

test("[REP-08] a group that is there is not forgotten, however long it has nothing to do", async () => {
  const { transport, clock, send, kept, later } = broker({ forgetGroupsMs: 10 * RETENTION_MS });
  const subscription = await transport.receive({ destination: "d", group: "idle", ordering: "none", prefetch: 1 }, () => undefined);
  subscription.pause();
  await send("d", "waits");
  for (let hour = 0; hour < 24; hour++) {
    clock.advance(RETENTION_MS);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await later(0);
  expect(kept("d")).toEqual(["waits"]);
});

test("[PSN-09] what was behind a forgotten message of its key is delivered when the group comes back", async () => {
  const { database, transport, clock, kept, later } = broker({ forgetGroupsMs: 10 * RETENTION_MS });
  const keyed = (text: string): Promise<void> => transport.send([{ id: text, destination: "d", key: "k", bytes: Buffer.from(text) }]);
  await keyed("first");
  clock.advance(9.5 * RETENTION_MS);
  await keyed("second");
  await delivered(transport, "back", 1, "key");
  await transport.close();
  database.read((db) => db.prepare("UPDATE sallyport_seen SET seenMs = 0").run());
  await later(0);
  expect(kept("d")).toEqual(["second"]);
  const [second] = await delivered(transport, "back", 1, "key");
  expect(Buffer.from(second!.bytes).toString()).toBe("second");
});

test("[PSN-09] [PSN-01] fetching does not look at what is behind a message of its key", async () => {
  const { database, clock, transport } = broker();
  const many = Array.from({ length: 3000 }, (_, n) => ({ id: String(n), destination: "d", key: "k", bytes: Buffer.from("x") }));
  await transport.send(many);
  const [first] = await delivered(transport, "g", 1, "key");
  const counts = (): unknown =>
    database.read((db) => {
      const of = (condition: string): unknown => db.prepare(`SELECT count(*) AS n FROM sallyport_pending WHERE ${condition}`).get()?.["n"];
      return [of(`dueMs <= ${clock.now() + 86_400_000}`), of("true")];
    });
  await expect.poll(counts).toEqual([1, 3000]);
  await first!.ack();
  await expect.poll(counts).toEqual([1, 2999]);
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
