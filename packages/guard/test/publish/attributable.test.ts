// What an agent's arguments, or the name of a caller, can make of the attributes of an event.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { contract, event, KeyRing, Publisher, type SallyportError } from "../../src/index.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { alice, house, keySpec, note, RecordingTransport, settle } from "../house.ts";

const refusalOf = (publishing: Promise<unknown>): Promise<SallyportError> =>
  publishing.then(
    () => expect.unreachable(),
    (error: SallyportError) => error,
  );

/** A key made of anything, and a tenant in a long name. */
function opened(key: (data: { readonly text: string }) => string, destination = "loose") {
  const schema = z.strictObject({ text: z.string() });
  const loose = contract({ name: "notes", events: { "note.loose": event({ description: "Loose.", schema, destination, key }) } });
  const { clock } = house();
  const transport = new RecordingTransport({ clock });
  const parts = { limits: new MemoryLimits({ clock }), ledger: new MemoryLedger({ clock }) };
  return { transport, publisher: new Publisher({ contract: loose, transport, keys: new KeyRing([keySpec()]), clock, ...parts }) };
}

const UNPRINTABLE = ["", "a\r\nb", "\u0000", "\u007f", "\u0085", "a\u2028b", "\ufffe", "x".repeat(257), "💌".repeat(257)];
const PRINTABLE = ["n1", " ", "ключ", "x".repeat(256), "💌".repeat(256)];

describe("the key of an event", () => {
  test.each(UNPRINTABLE)("[PUB-06] arguments that make the key %j are refused, and nothing is sent", async (text) => {
    const { publisher, transport } = opened((data) => data.text);
    const refusal = await refusalOf(publisher.publish("note.loose", { text }, alice));
    expect(refusal).toMatchObject({
      code: "ERR_REQUEST_INVALID",
      publicMessage: expect.stringContaining("Nothing was published") as string,
    });
    expect(refusal.publicMessage).toContain("1 to 256 printable characters");
    expect(transport.sent).toEqual([]);
  });

  test.each(PRINTABLE)("[PUB-06] the key %j goes out and comes in", async (text) => {
    const { publisher, transport } = opened((data) => data.text);
    await publisher.publish("note.loose", { text }, alice);
    expect(transport.sent).toMatchObject([{ key: text }]);
  });

  test.each([undefined, null, 7, ["n1"]])("[PUB-06] a key function that gives %j gives no key", async (key) => {
    const { publisher, transport } = opened(() => key as unknown as string);
    await expect(publisher.publish("note.loose", { text: "x" }, alice)).rejects.toMatchObject({ code: "ERR_REQUEST_INVALID" });
    expect(transport.sent).toEqual([]);
  });

  test("[PUB-06] [PSN-01] no note id that the schema takes becomes a message that every consumer refuses", async () => {
    const home = house();
    const handled: string[] = [];
    await home.consumer({ "note.created": ({ data }) => void handled.push(data.noteId) }).start();
    for (const noteId of ["", "a\nb", "good"])
      await home
        .publisher()
        .publish("note.created", note(noteId), alice)
        .catch(() => undefined);
    await settle();
    expect(handled).toEqual(["good"]);
    expect(await home.deadLetters.list({}, { limit: 10 })).toEqual([]);
  });
});

describe("the caller", () => {
  test.each([...UNPRINTABLE, undefined, null, 7])("[DST-08] a principal whose id is %j may publish nothing", async (id) => {
    const { publisher, transport } = house();
    const principal = { ...alice.principal, id: id as string };
    const refusal = await refusalOf(publisher().publish("note.created", note(), { ...alice, principal }));
    expect(refusal).toMatchObject({
      code: "ERR_REQUEST_FORBIDDEN",
      publicMessage: "The caller has no name that an event can carry. Nothing was published.",
    });
    expect(transport.sent).toEqual([]);
  });

  test.each(["", "../x", "a.b", "-a", "x".repeat(64), "a\r\nb"])(
    "[DST-08] the tenant %j is refused also where the destination has no place for it",
    async (tenant) => {
      const { publisher, transport } = house();
      const call = { ...alice, principal: { id: "alice", tenant } };
      await expect(publisher().publish("note.created", note(), call)).rejects.toMatchObject({ code: "ERR_REQUEST_TENANT" });
      expect(transport.sent).toEqual([]);
    },
  );

  test("[DST-08] a tenant that makes the destination longer than receivers take is refused", async () => {
    const { publisher, transport } = opened(() => "k", `${"d".repeat(150)}.{tenant}`);
    const as = (tenant: string) => publisher.publish("note.loose", { text: tenant }, { ...alice, principal: { id: "alice", tenant } });
    await expect(as("t".repeat(50))).rejects.toMatchObject({ code: "ERR_REQUEST_TENANT" });
    await as("t".repeat(49));
    expect(transport.sent.map(({ destination }) => destination.length)).toEqual([200]);
  });

  test("a caller without a tenant may use events that need none", async () => {
    const { publisher, transport } = house();
    await publisher().publish("note.created", note(), { ...alice, principal: { id: "alice" } });
    expect(transport.sent).toHaveLength(1);
  });
});
