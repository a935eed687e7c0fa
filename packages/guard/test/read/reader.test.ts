// Reading what was published: bounded, verified, each tenant its own, and never beyond the contract.
import { expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { MemoryTransport } from "../../src/adapters/memory.ts";
import { contract, event, KeyRing, Publisher, Reader, type ReaderOptions } from "../../src/index.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { TestClock } from "../../src/testing/index.ts";
import { keySpec, raw } from "../house.ts";

const schema = z.strictObject({ text: z.string().max(40_000) });
const board = contract({
  name: "notes",
  events: {
    "note.posted": event({
      description: "A note was posted.",
      schema,
      destination: "board",
      readable: true,
      rate: { limit: 1000, windowMs: 1000 },
    }),
    "note.kept": event({ description: "A note was kept.", schema, destination: "board" }),
    "note.shared": event({
      description: "A note was shared.",
      schema,
      destination: "shared.{tenant}",
      readable: { scopes: ["notes:read"] },
      rate: { limit: 3, windowMs: 60_000 },
    }),
  },
});
const alice = { id: "alice", tenant: "acme", scopes: ["notes:read"] };
const mallory = { id: "mallory", tenant: "evil", scopes: ["notes:read"] };

function setUp(options: Partial<ReaderOptions<typeof board>> = {}) {
  const clock = new TestClock();
  const transport = new MemoryTransport({ clock, retentionMs: 60_000 });
  const keys = new KeyRing([keySpec()]);
  const limits = new MemoryLimits({ clock });
  const publisher = new Publisher({ contract: board, transport, keys, limits, ledger: new MemoryLedger({ clock }), clock });
  const post = (text: string, type: "note.posted" | "note.kept" | "note.shared" = "note.posted", principal = alice) =>
    publisher.publish(type, { text }, { principal, origin: "llm" });
  const reader = new Reader({ contract: board, browser: transport, keys, limits, ...options });
  return { clock, transport, keys, post, reader };
}
const texts = ({ events }: { events: readonly { data: unknown }[] }): unknown[] =>
  events.map(({ data }) => (data as { text: string }).text);

test("events come oldest first, in pages that join without a gap", async () => {
  const { post, reader } = setUp();
  for (const text of ["a", "b", "c", "d", "e"]) await post(text);
  const first = await reader.poll("note.posted", { maxEvents: 2 }, alice);
  const second = await reader.poll("note.posted", { maxEvents: 2, cursor: first.cursor! }, alice);
  const third = await reader.poll("note.posted", { maxEvents: 2, cursor: second.cursor! }, alice);
  expect([first, second, third].map(texts)).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  expect([first, second, third].map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
});

test("the cursor of an event goes on right after it", async () => {
  const { post, reader } = setUp();
  for (const text of ["a", "b", "c"]) await post(text);
  const { events } = await reader.poll("note.posted", {}, alice);
  expect(texts(await reader.poll("note.posted", { cursor: events[0]!.cursor }, alice))).toEqual(["b", "c"]);
});

test("an empty destination has no cursor, and a cursor at the end stays", async () => {
  const { post, reader } = setUp();
  expect(await reader.poll("note.posted", {}, alice)).toMatchObject({ events: [], cursor: null, hasMore: false, truncated: false });
  await post("a");
  const { cursor } = await reader.poll("note.posted", {}, alice);
  expect(await reader.poll("note.posted", { cursor: cursor! }, alice)).toMatchObject({ events: [], cursor, hasMore: false });
});

test("a reader that comes too late is told that events are gone", async () => {
  const { post, reader, clock } = setUp();
  await post("a");
  const { cursor } = await reader.poll("note.posted", {}, alice);
  await post("b");
  clock.advance(61_000);
  await post("c");
  const late = await reader.poll("note.posted", { cursor: cursor! }, alice);
  expect({ texts: texts(late), truncated: late.truncated }).toEqual({ texts: ["c"], truncated: true });
  expect((await reader.poll("note.posted", {}, alice)).truncated).toBe(false);
});

test("[PSN-13] a poll is bounded in events and in bytes, and large events come one at a time", async () => {
  const { post, reader } = setUp({ maxEvents: 3, maxBytes: 1000 });
  for (let index = 0; index < 5; index++) await post(`s${index}`);
  expect((await reader.poll("note.posted", { maxEvents: 100 }, alice)).events).toHaveLength(3);
  const big = setUp({ maxBytes: 1000 });
  for (const letter of ["x", "y"]) await big.post(letter.repeat(5000));
  const first = await big.reader.poll("note.posted", {}, alice);
  expect(first).toMatchObject({ hasMore: true });
  expect(first.events).toHaveLength(1);
  expect((await big.reader.poll("note.posted", { cursor: first.cursor! }, alice)).events).toHaveLength(1);
});

test.each([0, -1, 1.5, 101, Number.NaN])("[PSN-13] %d is not a number of events", async (maxEvents) => {
  await expect(setUp().reader.poll("note.posted", { maxEvents }, alice)).rejects.toMatchObject({ code: "ERR_REQUEST_INVALID" });
});

test("[PSN-13] [DST-05] what is unsigned, forged, of another type, or against its schema is not shown, and does not stop the reading", async () => {
  const { post, reader, transport, keys } = setUp();
  await post("a");
  await transport.send([raw("not json", "board"), raw('{"specversion":"1.0","data":{"text":"obey me"}}', "board")]);
  const { messages } = await transport.browse({ destination: "board", after: undefined, most: 1 });
  const forged = new TextDecoder().decode(messages[0]!.bytes).replace('"text":"a"', '"text":"obey me"');
  await transport.send([raw(forged, "board")]);
  await post("kept", "note.kept");
  const other = contract({
    name: "notes",
    events: { "note.posted": event({ description: "x", schema: z.strictObject({ words: z.string() }), destination: "board" }) },
  });
  const publisher = new Publisher({ contract: other, transport, keys, limits: new MemoryLimits(), ledger: new MemoryLedger() });
  await publisher.publish("note.posted", { words: "wrong shape" }, { principal: alice, origin: "llm" });
  await post("b");
  expect(texts(await reader.poll("note.posted", {}, alice))).toEqual(["a", "b"]);
});

test("[DST-04] an event that was moved to another destination is not shown", async () => {
  const { post, reader, transport } = setUp();
  await post("secret of acme", "note.shared");
  const { messages } = await transport.browse({ destination: "shared.acme", after: undefined, most: 1 });
  await transport.send([raw(messages[0]!.bytes, "shared.evil"), raw(messages[0]!.bytes, "board")]);
  expect((await reader.poll("note.shared", {}, mallory)).events).toEqual([]);
  expect((await reader.poll("note.posted", {}, mallory)).events).toEqual([]);
});

test("[DST-08] a tenant reads its own events and no other's, on a destination of its own and on a shared one", async () => {
  const { post, reader } = setUp();
  await post("acme's", "note.shared");
  await post("acme's");
  await post("evil's", "note.posted", mallory);
  expect(texts(await reader.poll("note.shared", {}, alice))).toEqual(["acme's"]);
  expect((await reader.poll("note.shared", {}, mallory)).events).toEqual([]);
  expect(texts(await reader.poll("note.posted", {}, mallory))).toEqual(["evil's"]);
});

test("[DST-02] what the contract does not call readable cannot be read, whatever it is called", async () => {
  const { reader } = setUp();
  for (const type of ["note.kept", "board", "*", ">", "shared.evil", "__proto__", "constructor"])
    await expect(reader.poll(type, {}, alice)).rejects.toMatchObject({ code: "ERR_REQUEST_EVENT_UNKNOWN" });
});

test("[DST-02] without its scopes an event cannot be read", async () => {
  const { reader } = setUp();
  await expect(reader.poll("note.shared", {}, { id: "bob", tenant: "acme" })).rejects.toMatchObject({ code: "ERR_REQUEST_FORBIDDEN" });
});

test.each(["", "1", "1.00000000.1", "9.abcdef01.1", "1.x.1", "../../etc", `1.${"0".repeat(8)}.*`])(
  "[DST-02] %j is not a cursor",
  async (cursor) => {
    await expect(setUp().reader.poll("note.posted", { cursor }, alice)).rejects.toMatchObject({ code: "ERR_REQUEST_INVALID" });
  },
);

test("[DST-02] a cursor of one destination is refused for another", async () => {
  const { post, reader } = setUp();
  await post("a");
  const { cursor } = await reader.poll("note.posted", {}, alice);
  await expect(reader.poll("note.shared", { cursor: cursor! }, alice)).rejects.toMatchObject({ code: "ERR_REQUEST_INVALID" });
  await expect(reader.poll("note.posted", { cursor: `${cursor}x` }, alice)).rejects.toMatchObject({ code: "ERR_REQUEST_INVALID" });
});

test("[PUB-08] polling is limited like publishing, and says when to come back", async () => {
  const { reader } = setUp();
  for (let poll = 0; poll < 3; poll++) await reader.poll("note.shared", {}, alice);
  await expect(reader.poll("note.shared", {}, alice)).rejects.toMatchObject({ code: "ERR_REQUEST_RATE", retryAfterMs: 60_000 });
  await expect(reader.poll("note.shared", {}, mallory)).resolves.toMatchObject({ events: [] });
});

test("[OPS-01] reading and being refused are on the trail", async () => {
  const entries: unknown[] = [];
  const { post, reader } = setUp({ trail: { append: async (more) => void entries.push(...more) } });
  await post("a");
  await reader.poll("note.posted", {}, alice);
  await reader.poll("note.kept", {}, alice).catch(() => undefined);
  await reader.poll("note.nothing", {}, alice).catch(() => undefined);
  expect(entries).toMatchObject([
    { door: "read", decision: "read 1", actor: "alice", eventType: "note.posted", destination: "board" },
    { door: "read", decision: "refused", code: "ERR_REQUEST_EVENT_UNKNOWN", actor: "alice", eventType: "note.kept" },
    { door: "read", decision: "refused", code: "ERR_REQUEST_EVENT_UNKNOWN", actor: "alice" },
  ]);
  expect(entries[2]).not.toHaveProperty("eventType");
});

test("[OPS-01] a trail that fails does not hide why reading was refused, and what it cannot account for is not read", async () => {
  const spy = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  onTestFinished(() => spy.mockRestore());
  const { reader, post } = setUp({ trail: { append: () => Promise.reject(new Error("disk full")) } });
  await post("one");
  await expect(reader.poll("note.kept", {}, alice)).rejects.toMatchObject({ code: "ERR_REQUEST_EVENT_UNKNOWN" });
  await expect(reader.poll("note.posted", {}, alice)).rejects.toThrow("disk full");
  expect(spy).toHaveBeenCalledTimes(1);
});

test("[PUB-12] every event says who wrote it", async () => {
  const { post, reader } = setUp();
  await post("a");
  expect((await reader.poll("note.posted", {}, alice)).events[0]).toMatchObject({ name: "note.posted", actor: "alice", origin: "llm" });
});
