// Everything that is decided about a delivery before the store is asked.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { destinationsOf } from "../../src/consume/destinations.ts";
import {
  claimDigestOf,
  claimKeyOf,
  examine,
  type Examination,
  type Examined,
  type Examiner,
  type Refusal,
} from "../../src/consume/examine.ts";
import type { Attributes } from "../../src/envelope/attributes.ts";
import type { StandardSchema } from "../../src/contract/standard-schema.ts";
import { contract, type Contract, event } from "../../src/index.ts";
import type { Delivery } from "../../src/ports/transport.ts";
import { notes } from "../house.ts";
import { attributes, deliveryOf, keys, policyOf, sealed, START_MS } from "./parts.ts";

const examinerOf = (change: Partial<Examiner> = {}, of: Contract = notes): Examiner => ({
  group: "workers",
  keys,
  policy: policyOf({ windowMs: 300_000, skewMs: 60_000 }),
  retentionMs: 1_000_000,
  maxHops: 8,
  accepts: destinationsOf({ contract: of, types: ["note.created"], tenants: undefined }),
  ...change,
});

interface Seen {
  readonly bytes?: Uint8Array;
  readonly nowMs?: number;
  readonly delivery?: Partial<Delivery>;
  readonly examiner?: Examiner;
}
const look = ({ bytes = sealed(), nowMs = START_MS, delivery = {}, examiner = examinerOf() }: Seen = {}): Promise<Examination> =>
  examine(deliveryOf(bytes, [], delivery), examiner, nowMs);

async function examined(seen: Seen = {}): Promise<Examined> {
  const result = await look(seen);
  return result.ok ? result.value : expect.unreachable(result.refusal.code);
}

async function refusal(seen: Seen): Promise<Refusal> {
  const result = await look(seen);
  return result.ok ? expect.unreachable("it passed") : result.refusal;
}

describe("what passes", () => {
  test("is the event, with everything that was signed about it", async () => {
    expect((await examined()).event).toEqual({
      id: "e1",
      type: "note.created",
      source: "notes",
      destination: "notes",
      timeMs: START_MS,
      data: { noteId: "n1", text: "hello" },
      actor: "alice",
      origin: "llm",
      tenant: "acme",
      subject: "n1",
      hop: 1,
      rootId: "r1",
      causationId: "c1",
      generation: 2,
    });
  });

  test("[REP-14] is known by its claim key and by what it is, whenever and with whichever key that was signed", async () => {
    const first = await examined();
    const again = await examined({
      bytes: sealed({ time: new Date(START_MS - 1000).toISOString(), hop: 2, rootid: "r2", causationid: "c2" }),
    });
    expect([again.claimKey, again.digest, again.freshnessAt(START_MS)]).toEqual([first.claimKey, first.digest, "fresh"]);
  });

  test.each<[string, Buffer]>([
    ["bytes of data", sealed({}, '{"noteId": "n1","text":"hello"}')],
    ["tenant", sealed({ tenant: "other" })],
    ["actor", sealed({ actor: "bob" })],
    ["key", sealed({ subject: "n2" })],
  ])("[REP-14] with another %s under the same id is not the same event", async (_what, bytes) => {
    const [first, other] = [await examined(), await examined({ bytes })];
    expect(other.claimKey).toBe(first.claimKey);
    expect(other.digest).not.toBe(first.digest);
  });
});

test("[REP-14] the same data under the same id is another event when its type is another", () => {
  const digestOfType = (type: string): string =>
    claimDigestOf({ attributes: { ...attributes, keyid: "k1", type }, dataDigest: "d" } as never);
  expect(digestOfType("note.created")).not.toBe(digestOfType("note.removed"));
});

describe("[REP-11] [REP-14] [REP-16] the claim key", () => {
  const keyOf = (group: string, change: Partial<Attributes>): string =>
    claimKeyOf(group, { id: "1", source: "s", destination: "d", generation: 0, ...change } as Attributes);

  test("differs with group, issuer, destination, id and generation, and with nothing else", () => {
    const kinds = [{}, { source: "t" }, { destination: "t" }, { id: "t" }, { generation: 1 }];
    const all = [...kinds.map((change) => keyOf("g", change)), keyOf("h", {})];
    expect(new Set(all).size).toBe(all.length);
    expect(keyOf("g", { type: "other", time: "other", actor: "other" })).toBe(all[0]);
  });

  test("is not made alike by moving a letter from one part to the next", () => {
    expect(keyOf("ab", { source: "c" })).not.toBe(keyOf("a", { source: "bc" }));
  });
});

describe("what is refused", () => {
  const large = policyOf({ maxBytes: sealed().byteLength - 1 });
  test.each<[string, Seen, Refusal["step"], string]>([
    ["[PSN-04] bytes that are no envelope", { bytes: Buffer.from("junk") }, "parse", "ERR_ENVELOPE_MALFORMED"],
    ["[PSN-04] one byte too many", { examiner: examinerOf({ policy: large }) }, "parse", "ERR_ENVELOPE_TOO_LARGE"],
    ["[DST-04] an envelope found where it was not sent", { delivery: { destination: "admin" } }, "verify", "ERR_POLICY_DESTINATION"],
  ])("%s: at its step, with a code, and as nobody's word", async (_what, seen, step, code) => {
    expect(await refusal(seen)).toStrictEqual({ step, code });
  });

  const elsewhere = { destination: "admin" };
  test.each<[string, Seen, Refusal["step"], string]>([
    ["[PUB-14] one hop too many", { bytes: sealed({ hop: 9 }) }, "hops", "ERR_POLICY_HOPS"],
    ["[DST-05] a type not taken", { bytes: sealed({ type: "note.removed" }) }, "type", "ERR_POLICY_TYPE"],
    ["[DST-05] a type not taken from here", { bytes: sealed(elsewhere), delivery: elsewhere }, "type", "ERR_POLICY_TYPE"],
    ["[PUB-04] data that does not fit", { bytes: sealed({}, { noteId: 5 }) }, "schema", "ERR_POLICY_SCHEMA"],
  ])("%s: at its step, with a code, and by name, since it is authentic", async (_what, seen, step, code) => {
    expect(await refusal(seen)).toMatchObject({ step, code, envelope: { attributes: { id: "e1" } } });
  });

  test("[PUB-14] the last hop allowed passes", async () => {
    expect((await examined({ bytes: sealed({ hop: 8 }) })).event.hop).toBe(8);
  });
});

describe("the schema", () => {
  const schemaOf = (validate: StandardSchema["~standard"]["validate"]): Contract => {
    const zod = z.strictObject({});
    const schema = { "~standard": { ...zod["~standard"], validate } } as unknown as StandardSchema;
    return contract({ name: "notes", events: { "note.created": event({ description: "A note.", schema, destination: "notes" }) } });
  };

  test("may take its time, and what it makes of the data is what is handled", async () => {
    const examiner = examinerOf(
      {},
      schemaOf(async () => ({ value: { made: true } })),
    );
    expect((await examined({ examiner })).event.data).toEqual({ made: true });
  });

  test.each([
    ["throws", () => expect.unreachable("on purpose")],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["finds fault", () => ({ issues: [{ message: "no" }] })],
    ["finds fault and cannot say which", () => ({ issues: [] })],
  ])("[PSN-04] that %s refuses the message and nothing more", async (_what, validate) => {
    expect(await refusal({ examiner: examinerOf({}, schemaOf(validate)) })).toMatchObject({ code: "ERR_POLICY_SCHEMA" });
  });

  const nested = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`;
  const deep = (bounds: number): Contract =>
    contract({
      name: "notes",
      events: {
        "note.created": event({
          description: "A note.",
          schema: schemaOf((value) => ({ value })).events.get("note.created")?.schema as StandardSchema,
          destination: "notes",
          bounds: { maxDepth: bounds },
        }),
      },
    });
  test.each([
    ["by the event's own bound", 3, 30],
    ["by the consumer's, where that is less", 30, 4],
  ])("[PSN-04] never meets data nested too deeply: %s", async (_what, own, consumers) => {
    const examiner = examinerOf({ policy: policyOf({ maxDepth: consumers }) }, deep(own));
    expect((await examined({ examiner, bytes: sealed({}, nested(3)) })).event.id).toBe("e1");
    const result = await look({ examiner, bytes: sealed({}, nested(4)) });
    expect(result.ok).toBe(false);
  });
});

describe("freshness", () => {
  const at = async (seen: Seen): Promise<string> => (await examined(seen)).freshnessAt(seen.nowMs ?? START_MS);
  const blind = (): Partial<Delivery> => ({ enqueuedAtMs: undefined }) as unknown as Partial<Delivery>;

  test.each([
    ["[REP-09] is measured to when the broker took it", START_MS + 900_000, { enqueuedAtMs: START_MS + 300_000 }, "fresh"],
    ["[REP-02] and not beyond the window", START_MS + 900_000, { enqueuedAtMs: START_MS + 300_001 }, "stale"],
    ["[REP-09] is measured to now where the broker does not say", START_MS + 300_000, blind(), "fresh"],
    ["[REP-02] and not beyond the window then", START_MS + 300_001, blind(), "stale"],
    ["[REP-04] does not begin before the sender's clock and the skew", START_MS - 60_001, { enqueuedAtMs: START_MS - 60_001 }, "future"],
    ["[REP-08] ends with the broker's retention", START_MS + 1_000_001, { enqueuedAtMs: START_MS }, "stale"],
    ["[REP-08] and not before", START_MS + 1_000_000, { enqueuedAtMs: START_MS }, "fresh"],
  ])("%s", async (_law, nowMs, delivery, freshness) => {
    expect(await at({ nowMs, delivery })).toBe(freshness);
  });

  test.each([
    ["for as long as the broker may keep it", { enqueuedAtMs: START_MS }, 1_000_000, 1_000_000],
    ["where the broker does not vouch, for as long as every copy is remembered", blind(), undefined, 600_000],
  ])("[REP-08] of what waits for its claim lasts %s", async (_law, delivery, retentionMs, lastsMs) => {
    const policy = policyOf({ windowMs: 300_000, skewMs: 60_000, rememberMs: 600_000 + 300_000 + 2 * 60_000 });
    const { freshnessAt } = await examined({ delivery, examiner: examinerOf({ policy, retentionMs }) });
    expect([freshnessAt(START_MS + lastsMs), freshnessAt(START_MS + lastsMs + 1)]).toEqual(["fresh", "stale"]);
  });

  test("[REP-12] of what has waited for its claim for longer lasts as long as that of a copy that comes now", async () => {
    const policy = policyOf({ windowMs: 300_000, skewMs: 60_000, maxRetryMs: 1000, rememberMs: 300_000 + 2 * 60_000 + 1000 });
    const waiting = await examined({ delivery: blind(), examiner: examinerOf({ policy, retentionMs: undefined }) });
    const seen = [1001, 300_000, 300_001].map((ms) => waiting.freshnessAt(START_MS + ms));
    expect(seen).toEqual(["fresh", "fresh", "stale"]);
  });

  test("ends with the event's own expiry", async () => {
    const bytes = sealed({ expirytime: new Date(START_MS + 1000).toISOString() });
    expect([await at({ bytes, nowMs: START_MS + 61_000 }), await at({ bytes, nowMs: START_MS + 61_001 })]).toEqual(["fresh", "stale"]);
  });

  test("[REP-08] retention does not bind what the broker does not vouch for", async () => {
    const examiner = examinerOf({ retentionMs: 0, policy: policyOf({ windowMs: 300_000 }) });
    expect(await at({ examiner, nowMs: START_MS + 5, delivery: blind() })).toBe("fresh");
  });
});
