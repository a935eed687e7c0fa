import { describe, expect, test } from "vitest";
import { KeyRing } from "../../src/index.ts";
import { sealEnvelope } from "../../src/envelope/seal.ts";
import { alice, house, type House, keySpec, note, raw, settle } from "../house.ts";

const letters = (home: House): Promise<readonly unknown[]> => home.deadLetters.list({}, { limit: 100 });
const lastBytes = (home: House): Uint8Array => home.transport.sent.at(-1)?.bytes ?? new Uint8Array();

/** Publishes one note and gives its bytes, with a consumer that records what it handled. */
async function listening(
  options: Parameters<House["consumer"]>[1] = {},
): Promise<{ home: House; handled: string[]; bytes: () => Uint8Array }> {
  const home = house();
  const handled: string[] = [];
  const consumer = home.consumer({ "note.created": (event) => void handled.push(event.data.noteId) }, options);
  await consumer.start();
  return { home, handled, bytes: () => lastBytes(home) };
}

describe("what arrives", () => {
  test("an event that was published is handled once, with who caused it", async () => {
    const home = house();
    const seen: unknown[] = [];
    await home.consumer({ "note.created": (event) => void seen.push(event) }).start();
    await home.publisher().publish("note.created", note(), alice);
    await settle();
    expect(seen).toMatchObject([{ type: "note.created", data: note(), actor: "alice", origin: "llm", tenant: "acme", hop: 0 }]);
    expect(await letters(home)).toEqual([]);
  });

  test("[REP-01] the same bytes delivered again act once", async () => {
    const { home, handled, bytes } = await listening();
    await home.publisher().publish("note.created", note(), alice);
    for (let copy = 0; copy < 50; copy++) await home.transport.send([raw(bytes())]);
    await settle(100);
    expect(handled).toEqual(["n1"]);
    expect(await letters(home)).toEqual([]);
  });

  test("[REP-11] each group handles the event, and each once", async () => {
    const home = house();
    const handled: string[] = [];
    for (const group of ["one", "two"]) await home.consumer({ "note.created": () => void handled.push(group) }, { group }).start();
    await home.publisher().publish("note.created", note(), alice);
    await home.transport.send([raw(lastBytes(home))]);
    await settle();
    expect(handled.toSorted()).toEqual(["one", "two"]);
  });

  test("[REP-02] an old message published again is dead-lettered as stale, and never retried", async () => {
    const home = house();
    await home.publisher().publish("note.created", note(), alice);
    const captured = Uint8Array.from(lastBytes(home));
    const later = house();
    const consumer = later.consumer({ "note.created": () => expect.unreachable() }, { keys: home.keys });
    await consumer.start();
    later.clock.advance(consumer.policy.windowMs + 1);
    await later.transport.send([raw(captured)]);
    await settle();
    expect(await letters(later)).toMatchObject([{ code: "ERR_ENVELOPE_STALE", step: "freshness", attempts: 0 }]);
  });

  test("[REP-04] a message from the future is dead-lettered", async () => {
    const home = house();
    home.clock.advance(1000 * 3600);
    await home.publisher().publish("note.created", note(), alice);
    const past = house();
    await past.consumer({ "note.created": () => expect.unreachable() }, { keys: home.keys }).start();
    await past.transport.send([raw(lastBytes(home))]);
    await settle();
    expect(await letters(past)).toMatchObject([{ code: "ERR_ENVELOPE_FUTURE" }]);
  });

  test("[REP-09] an honest backlog of an hour is handled: age is measured to when the broker took it", async () => {
    const home = house();
    await home.publisher().publish("note.created", note(), alice);
    home.clock.advance(3_000_000);
    const handled: string[] = [];
    await home.consumer({ "note.created": (event) => void handled.push(event.data.noteId) }).start();
    await settle();
    expect(handled).toEqual(["n1"]);
  });

  test("an event past its own expiry is dead-lettered, not handled late", async () => {
    const home = house();
    await home.publisher().publish("note.shared", { noteId: "n1" }, alice);
    home.clock.advance(10_000 + 60_000 + 1);
    await home.consumer({ "note.shared": () => expect.unreachable() }).start();
    await settle();
    expect(await letters(home)).toMatchObject([{ code: "ERR_ENVELOPE_STALE" }]);
  });

  test("[DST-04] a valid message moved to another destination is rejected there", async () => {
    const home = house();
    await home.publisher().publish("note.created", note(), alice);
    await home.consumer({ "note.shared": () => expect.unreachable() }).start();
    await home.transport.send([raw(lastBytes(home), "shares.acme")]);
    await settle();
    expect(await letters(home)).toMatchObject([{ code: "ERR_POLICY_DESTINATION", destination: "shares.acme" }]);
  });

  test("[DST-05] an authentic event of a type this consumer does not take is dead-lettered with that reason", async () => {
    const { home, handled } = await listening();
    await home.publisher().publish("note.removed", { noteId: "n1" }, { ...alice, approve: async () => "approved" });
    await settle();
    expect(handled).toEqual([]);
    expect(await letters(home)).toMatchObject([{ code: "ERR_POLICY_TYPE", event: { type: "note.removed" } }]);
  });

  test("[REP-14] the same id over other bytes is dead-lettered as a conflict, not dropped as a duplicate", async () => {
    const { home, handled } = await listening();
    await home.publisher().publish("note.created", note(), alice);
    await settle();
    const {
      data: _data,
      signature: _signature,
      keyid: _keyid,
      specversion: _version,
      ...attributes
    } = JSON.parse(new TextDecoder().decode(lastBytes(home)));
    const forged = sealEnvelope(attributes, JSON.stringify(note("n2")), home.keys.signingKey("notes", home.clock.now()));
    await home.transport.send([raw(forged)]);
    await settle();
    expect(handled).toEqual(["n1"]);
    expect(await letters(home)).toMatchObject([{ code: "ERR_POLICY_CONFLICT" }]);
  });

  test("[REP-14] an id in an unsigned or wrongly signed message burns nothing", async () => {
    const { home, handled } = await listening();
    const publish = home.publisher();
    await home.transport.send([]);
    const strange = house();
    await strange.publisher().publish("note.created", note(), alice);
    await home.transport.send([raw(lastBytes(strange))]);
    await settle();
    expect(await letters(home)).toMatchObject([{ code: "ERR_ENVELOPE_SIGNATURE" }]);
    expect(home.claims.size).toBe(0);
    await publish.publish("note.created", note(), alice);
    await settle();
    expect(handled).toEqual(["n1"]);
  });

  test("[REP-05] a message signed by a key that may not send this is dead-lettered", async () => {
    const home = house();
    const spec = keySpec({ types: ["note.removed"] });
    const signer = home.publisher({ keys: new KeyRing([{ ...spec, types: ["note.created"] }]) });
    await home.consumer({ "note.created": () => expect.unreachable() }, { keys: new KeyRing([spec]) }).start();
    await signer.publish("note.created", note(), alice);
    await settle();
    expect(await letters(home)).toMatchObject([{ code: "ERR_ENVELOPE_KEY_NOT_ALLOWED" }]);
  });

  test("[PUB-14] an event further from its root than maxHops is dead-lettered", async () => {
    const { home } = await listening({ maxHops: 2 });
    const attributes = {
      id: "e1",
      source: "notes",
      type: "note.created",
      destination: "notes",
      time: new Date(home.clock.now()).toISOString(),
      actor: "alice",
      origin: "llm",
      hop: 3,
      rootid: "r",
      generation: 0,
      datacontenttype: "application/json",
    } as const;
    await home.transport.send([raw(sealEnvelope(attributes, JSON.stringify(note()), home.keys.signingKey("notes", home.clock.now())))]);
    await settle();
    expect(await letters(home)).toMatchObject([{ code: "ERR_POLICY_HOPS" }]);
  });

  test.each([
    ["empty", ""],
    ["not JSON", "hello"],
    ["truncated", '{"specversion":"1.0"'],
    ["an array", "[1]"],
    ["null", "null"],
    ["deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["huge", `"${"x".repeat(300_000)}"`],
    ["not UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
    ["with a doubled key", '{"id":"a","id":"b"}'],
    ["with __proto__", '{"__proto__":{"id":"a"}}'],
    ["unsigned", '{"specversion":"1.0","id":"a","source":"notes","type":"note.created","data":{}}'],
  ])("[PSN-04] bytes that are %s are dead-lettered as they came, and the next message is handled", async (_what, bytes) => {
    const { home, handled } = await listening();
    const message = raw(bytes);
    await home.transport.send([message]);
    await home.publisher().publish("note.created", note(), alice);
    await settle();
    expect(handled).toEqual(["n1"]);
    const [letter] = await home.deadLetters.list({}, { limit: 10 });
    expect(letter?.code).toMatch(/^ERR_ENVELOPE_/);
    expect(letter?.bytes).toEqual(message.bytes);
    expect(home.claims.size).toBe(1);
  });

  test("authentic data that does not fit this consumer's schema is dead-lettered", async () => {
    const { home } = await listening();
    const attributes = {
      id: "e1",
      source: "notes",
      type: "note.created",
      destination: "notes",
      time: new Date(home.clock.now()).toISOString(),
      actor: "alice",
      origin: "llm",
      hop: 0,
      rootid: "e1",
      generation: 0,
      datacontenttype: "application/json",
    } as const;
    await home.transport.send([
      raw(sealEnvelope(attributes, '{"noteId":"n1","text":"x","stars":1e999}', home.keys.signingKey("notes", home.clock.now()))),
    ]);
    await settle();
    expect(await letters(home)).toMatchObject([{ code: "ERR_POLICY_SCHEMA", event: { id: "e1" } }]);
  });
});

describe("start-up", () => {
  test.each([
    ["[REP-08] ids remembered for less time than a copy could be accepted", { policy: { rememberMs: 1000 } }, "ERR_CONFIG_RETENTION_SHORT"],
    ["an unknown policy key", { policy: { windowMS: 1 } as object }, "ERR_CONFIG_UNKNOWN_KEY"],
    ["a policy under which what the contract allows is refused", { policy: { maxBytes: 1024 } }, "ERR_CONFIG_INVALID"],
    ["[PUB-14] a bound of hops that bounds nothing", { maxHops: Number.NaN }, "ERR_CONFIG_INVALID"],
    ["a policy that is no number", { policy: { windowMs: Number.NaN } }, "ERR_CONFIG_INVALID"],
    ["no tenant for a destination per tenant", { tenants: [] }, "ERR_CONFIG_INVALID"],
  ])("%s is refused", (_what, options, code) => {
    expect(() => house().consumer({ "note.shared": () => undefined }, options)).toThrow(expect.objectContaining({ code }));
  });
});
