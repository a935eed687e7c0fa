import { describe, expect, test } from "vitest";
import { DeadLetterDesk, KeyRing, OPERATE_SCOPE, reject } from "../../src/index.ts";
import { alice, house, type House, keySpec, note, raw, settle } from "../house.ts";

const olga = { id: "olga", scopes: [OPERATE_SCOPE] };

function deskOf(home: House, options: { keys?: KeyRing; maxGenerations?: number } = {}): DeadLetterDesk {
  const trail = { append: async (entries: readonly (typeof home.trail)[number][]) => void home.trail.push(...entries) };
  const { transport, deadLetters, clock, keys } = home;
  return new DeadLetterDesk({ contract: home.contract, transport, deadLetters, clock, keys, trail, ...options });
}

const idsOf = async (home: House): Promise<string[]> => (await home.deadLetters.list({}, { limit: 10 })).map((letter) => letter.id);

/** One event that was rejected once, and a handler that takes it the next time. */
async function withOneLetter(): Promise<{ home: House; handled: number[]; letterId: string }> {
  const home = house();
  const handled: number[] = [];
  let broken = true;
  await home.consumer({ "note.created": (event) => (broken ? reject("no") : void handled.push(event.generation)) }).start();
  await home.publisher().publish("note.created", note(), alice);
  await settle();
  broken = false;
  const [letterId = ""] = await idsOf(home);
  return { home, handled, letterId };
}

describe("redrive", () => {
  test("[REP-16] a redriven event is handled, as the next generation, and its letter is gone", async () => {
    const { home, handled, letterId } = await withOneLetter();
    expect(await deskOf(home).redrive(letterId, olga)).toMatchObject({ letterId, generation: 1 });
    await settle();
    expect(handled).toEqual([1]);
    expect(await idsOf(home)).toEqual([]);
  });

  test("[REP-16] the generation before cannot be replayed after a redrive, and the new one acts once", async () => {
    const { home, handled, letterId } = await withOneLetter();
    await deskOf(home).redrive(letterId, olga);
    await settle();
    for (const { bytes } of home.transport.sent.slice()) await home.transport.send([raw(bytes)]);
    await settle();
    expect(handled).toEqual([1]);
  });

  test("[REP-16] a redrive repeated after a crash before its letter was removed is handled once", async () => {
    const { home, handled, letterId } = await withOneLetter();
    const letter = await home.deadLetters.get(letterId);
    await deskOf(home).redrive(letterId, olga);
    if (letter !== undefined) await home.deadLetters.put([letter]);
    await deskOf(home).redrive(letterId, olga);
    await settle();
    expect(handled).toEqual([1]);
  });

  test("[REP-16] a redrive is for the group in which the event died: one that handled it does not handle it again", async () => {
    const { home, handled, letterId } = await withOneLetter();
    const mailed: number[] = [];
    await home.consumer({ "note.created": (event) => void mailed.push(event.generation) }, { group: "mail" }).start();
    await settle();
    await deskOf(home).redrive(letterId, olga);
    await settle();
    expect([handled, mailed]).toEqual([[1], [0]]);
    expect(home.trail).toContainEqual(expect.objectContaining({ group: "mail", decision: "duplicate" }));
  });

  test("[REP-16] a group that meets a redrive before the event itself handles it once", async () => {
    const { home, letterId } = await withOneLetter();
    const redriven = await deskOf(home).redrive(letterId, olga);
    const [first, second] = home.transport.sent;
    const mailed: number[] = [];
    const late = house();
    await late.consumer({ "note.created": (event) => void mailed.push(event.generation) }, { group: "mail", keys: home.keys }).start();
    await late.transport.send([second!]);
    await settle();
    await late.transport.send([first!]);
    await settle();
    expect([redriven.generation, mailed, await idsOf(late)]).toEqual([1, [1], []]);
  });

  test("[REP-16] a stale letter can be redriven: the operator's signature makes it fresh", async () => {
    const { home, handled, letterId } = await withOneLetter();
    home.clock.advance(3_000_000);
    await deskOf(home).redrive(letterId, olga);
    await settle();
    expect(handled).toEqual([1]);
  });

  test("[REP-16] redrives of one event are bounded", async () => {
    const { home, letterId } = await withOneLetter();
    await expect(deskOf(home, { maxGenerations: 0 }).redrive(letterId, olga)).rejects.toMatchObject({ code: "ERR_POLICY_REDRIVE" });
  });

  test.each([
    ["bytes that are no envelope", (home: House) => home.transport.send([raw("junk")])],
    [
      "an envelope that another signed",
      async (home: House) => {
        const strange = house();
        await strange.publisher().publish("note.created", note(), alice);
        await home.transport.send([raw(strange.transport.sent[0]?.bytes ?? "")]);
      },
    ],
  ])("[PSN-10] %s cannot be redriven", async (_what, die) => {
    const home = house();
    await home.consumer({ "note.created": () => expect.unreachable() }).start();
    await die(home);
    await settle();
    const [letterId = ""] = await idsOf(home);
    const sent = home.transport.sent.length;
    await expect(deskOf(home).redrive(letterId, olga)).rejects.toMatchObject({ code: "ERR_POLICY_REDRIVE" });
    expect([home.transport.sent.length, await idsOf(home)]).toEqual([sent, [letterId]]);
  });

  test("[PSN-10] a letter found on another destination than the contract's is refused", async () => {
    const { home, letterId } = await withOneLetter();
    const letter = await home.deadLetters.get(letterId);
    if (letter === undefined) throw new Error("no letter");
    await home.deadLetters.put([{ ...letter, id: "moved", destination: "admin" }]);
    await expect(deskOf(home).redrive("moved", olga)).rejects.toMatchObject({ code: "ERR_POLICY_REDRIVE" });
  });

  test("a letter is kept when the broker does not take the event", async () => {
    const { home, letterId } = await withOneLetter();
    home.transport.fail = new Error("down");
    await expect(deskOf(home).redrive(letterId, olga)).rejects.toThrow("down");
    expect(await idsOf(home)).toEqual([letterId]);
  });

  test("a desk without the issuer's signing key cannot redrive", async () => {
    const { home, letterId } = await withOneLetter();
    const keys = new KeyRing([keySpec({ issuer: "others" })]);
    await expect(deskOf(home, { keys }).redrive(letterId, olga)).rejects.toMatchObject({ code: "ERR_POLICY_REDRIVE" });
  });
});

describe("authority", () => {
  test("[OPS-02] redrive and discard are for operators, and both the attempt and the act are on the trail", async () => {
    const { home, letterId } = await withOneLetter();
    const desk = deskOf(home);
    const before = home.trail.length;
    await expect(desk.redrive(letterId, { id: "mallory", scopes: ["notes:remove"] })).rejects.toMatchObject({
      code: "ERR_REQUEST_FORBIDDEN",
    });
    await expect(desk.discard(letterId, { id: "mallory", scopes: [] })).rejects.toMatchObject({ code: "ERR_REQUEST_FORBIDDEN" });
    expect(await idsOf(home)).toEqual([letterId]);
    await desk.discard(letterId, olga);
    expect(await idsOf(home)).toEqual([]);
    expect(home.trail.slice(before)).toMatchObject([
      { door: "operator", actor: "mallory", decision: "redrive refused", code: "ERR_REQUEST_FORBIDDEN" },
      { door: "operator", actor: "mallory", decision: "discard refused", code: "ERR_REQUEST_FORBIDDEN" },
      { door: "operator", actor: "olga", decision: "discard asked", eventType: "note.created" },
      { door: "operator", actor: "olga", decision: "discard done", eventType: "note.created" },
    ]);
  });
});
