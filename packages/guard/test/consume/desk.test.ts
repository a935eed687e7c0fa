// The operator's desk, letter by letter: what may go round again, as what, and what is said about it.
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { DEFAULT_BOUNDS } from "../../src/contract/bounds.ts";
import { parseEnvelope, verifyEnvelope } from "../../src/envelope/open.ts";
import type { Attributes } from "../../src/envelope/attributes.ts";
import { DeadLetterDesk, type DeadLetterDeskOptions, KeyRing, OPERATE_SCOPE, SallyportError } from "../../src/index.ts";
import type { DeadLetter } from "../../src/ports/dead-letters.ts";
import { house, type House, keySpec, notes } from "../house.ts";
import { attributes, keys, sealed, START_MS } from "./parts.ts";

const olga = { id: "olga", scopes: ["notes:read", OPERATE_SCOPE] };
let home: House;

beforeEach(() => {
  home = house();
});

function deskOf(options: Partial<DeadLetterDeskOptions> = {}): DeadLetterDesk {
  const trail = { append: async (entries: readonly (typeof home.trail)[number][]) => void home.trail.push(...entries) };
  const { transport, deadLetters, clock } = home;
  return new DeadLetterDesk({ contract: notes, transport, deadLetters, clock, keys, trail, ...options });
}

const letterOf = (change: Partial<DeadLetter> = {}): DeadLetter => ({
  id: "l1",
  group: "workers",
  destination: "notes",
  code: "ERR_HANDLER_FAILED",
  step: "handle",
  attempts: 5,
  diedAtMs: START_MS,
  bytes: sealed(),
  event: { id: "e1", type: "note.created", source: "notes", generation: 2 },
  ...change,
});

async function redriven(
  letter: DeadLetter,
  options: Partial<DeadLetterDeskOptions> = {},
): Promise<{ attributes: Attributes; data: unknown }> {
  await home.deadLetters.put([letter]);
  await deskOf(options).redrive(letter.id, olga);
  const [sent, ...more] = home.transport.sent;
  expect(more).toEqual([]);
  const parsed = parseEnvelope(sent?.bytes ?? new Uint8Array(), { maxBytes: 1_000_000, maxDepth: 99 });
  const opened = parsed.ok ? verifyEnvelope(parsed.value, sent?.destination ?? "", options.keys ?? keys) : parsed;
  return opened.ok ? opened.value : expect.unreachable(opened.code);
}

/** What it was refused with. */
const refused = (asked: Promise<unknown>): Promise<SallyportError> =>
  asked.then(
    () => expect.unreachable("it was done"),
    (error: SallyportError) => error,
  );

async function refusalOf(letter: DeadLetter, options: Partial<DeadLetterDeskOptions> = {}): Promise<SallyportError> {
  await home.deadLetters.put([letter]);
  const refusal = await refused(deskOf(options).redrive(letter.id, olga));
  expect(home.transport.sent).toEqual([]);
  expect(await home.deadLetters.get(letter.id)).toEqual(letter);
  return refusal;
}

describe("[REP-16] what goes round again", () => {
  test("is the same event, signed now, as the next generation", async () => {
    home.clock.advance(7000);
    const { attributes: next, data } = await redriven(letterOf());
    expect(next).toEqual({ ...attributes, keyid: "k1", time: new Date(START_MS + 7000).toISOString(), generation: 3 });
    expect(data).toEqual({ noteId: "n1", text: "hello" });
    expect(home.transport.sent).toMatchObject([{ id: "e1", destination: "notes", key: "n1" }]);
  });

  test("is told to the operator by letter, event and generation", async () => {
    await home.deadLetters.put([letterOf()]);
    expect(await deskOf().redrive("l1", olga)).toEqual({ letterId: "l1", eventId: "e1", generation: 3 });
    expect(await home.deadLetters.get("l1")).toBeUndefined();
  });

  test("expires anew, after as long as the contract says", async () => {
    const shared = { type: "note.shared", destination: "shares.acme", expirytime: new Date(START_MS + 5).toISOString() };
    home.clock.advance(100_000);
    const letter = letterOf({ destination: "shares.acme", bytes: sealed(shared, { noteId: "n1" }) });
    expect((await redriven(letter)).attributes.expirytime).toBe(new Date(START_MS + 110_000).toISOString());
  });

  test("does not keep an expiry that the contract no longer has", async () => {
    const bytes = sealed({ expirytime: new Date(START_MS + 5).toISOString() });
    expect((await redriven(letterOf({ bytes }))).attributes.expirytime).toBeUndefined();
  });

  test("is signed with the issuer's newest key", async () => {
    const [old, next] = [keySpec(), keySpec({ id: "k2" })];
    const bytes = sealed({}, { noteId: "n1", text: "" }, new KeyRing([old]));
    expect((await redriven(letterOf({ bytes }), { keys: new KeyRing([old, next]) })).attributes.keyid).toBe("k2");
  });

  test("is signed by the system's clock where the caller gives none", async () => {
    await home.deadLetters.put([letterOf()]);
    const trail = { append: () => Promise.resolve() };
    const { transport, deadLetters } = home;
    const before = Date.now();
    await new DeadLetterDesk({ contract: notes, transport, deadLetters, keys, trail }).redrive("l1", olga);
    const { time } = JSON.parse(new TextDecoder().decode(transport.sent[0]?.bytes)) as { time: string };
    expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(time)).toBeLessThanOrEqual(Date.now());
  });

  test.each([
    [undefined, 7],
    [3, 2],
    [255, 254],
    [1000, 254],
  ])("goes round no oftener than maxGenerations %s: generation %i is the last that may", async (maxGenerations, last) => {
    const options = maxGenerations === undefined ? {} : { maxGenerations };
    const letter = (generation: number): DeadLetter => letterOf({ id: `g${generation}`, bytes: sealed({ generation }) });
    expect(await refusalOf(letter(last + 1), options)).toMatchObject({
      code: "ERR_POLICY_REDRIVE",
      message: expect.stringContaining("too often"),
    });
    expect((await redriven(letter(last), options)).attributes.generation).toBe(last + 1);
  });
});

describe("[PSN-10] what may never go round again", () => {
  test.each(["ERR_POLICY_CONFLICT", "ERR_POLICY_DESTINATION", "ERR_ENVELOPE_FUTURE", "ERR_POLICY_HOPS"] as const)(
    "a letter that died of %s, whatever is in it",
    async (code) => {
      expect(await refusalOf(letterOf({ code }))).toMatchObject({ code: "ERR_POLICY_REDRIVE", message: expect.stringContaining(code) });
    },
  );

  const deep = `${'{"a":'.repeat(64)}{}${"}".repeat(64)}`;
  const lost = sealed({ type: "note.lost" });
  const elsewhere = sealed({ destination: "elsewhere" });
  const wide = sealed({}, { noteId: "n1", text: "x".repeat(DEFAULT_BOUNDS.maxBytes) });
  test.each<[string, Partial<DeadLetter>, string]>([
    ["bytes that are no envelope", { bytes: Buffer.from("junk") }, "ERR_ENVELOPE_MALFORMED"],
    ["more than a mebibyte", { bytes: Buffer.alloc(1024 * 1024 + 1) }, "ERR_ENVELOPE_TOO_LARGE"],
    ["an envelope nested deeper than 64", { bytes: sealed({}, deep) }, "ERR_ENVELOPE_MALFORMED"],
    ["an envelope of another's key", { bytes: sealed({}, {}, new KeyRing([keySpec()])) }, "ERR_ENVELOPE_SIGNATURE"],
    ["an envelope found where it was not sent", { destination: "shares.acme" }, "ERR_POLICY_DESTINATION"],
    ["an event that the contract has not", { bytes: lost }, "no such event"],
    ["an event that the contract sends elsewhere", { bytes: elsewhere, destination: "elsewhere" }, "elsewhere"],
    ["data out of bounds", { bytes: wide }, "out of bounds"],
    ["data that does not fit", { bytes: sealed({}, { noteId: 5 }) }, "schema"],
  ])("%s", async (_what, change, why) => {
    const refusal = await refusalOf(letterOf(change));
    expect(refusal).toMatchObject({ code: "ERR_POLICY_REDRIVE", remedy: expect.stringMatching(/\w/) });
    expect(refusal.message).toMatch(new RegExp(`l1.*${why}`));
  });
});

test("[OPS-02] operators are known by a scope that tokens carry, so its name does not change", () => {
  expect(OPERATE_SCOPE).toBe("sallyport:operate");
});

describe("[OPS-02] the trail", () => {
  const named = { eventId: "e1", eventType: "note.created" };
  const said = { door: "operator", actor: "olga" };

  const asked = { ...said, decision: "redrive asked", ...named };

  test.each(["redrive", "discard"] as const)("has that a %s was asked before it is done, and then that it was done", async (what) => {
    await home.deadLetters.put([letterOf()]);
    const trail = { append: () => Promise.reject(new SallyportError("ERR_STORE_UNAVAILABLE", "down")) };
    await expect(deskOf({ trail })[what]("l1", olga)).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    expect([home.transport.sent, await home.deadLetters.get("l1")]).toEqual([[], letterOf()]);
    await deskOf()[what]("l1", olga);
    expect(home.trail).toEqual([
      { ...said, decision: `${what} asked`, ...named },
      { ...said, decision: `${what} done`, ...named },
    ]);
  });

  test("names no event where the letter names none", async () => {
    const { event: _event, ...nameless } = letterOf();
    await home.deadLetters.put([nameless]);
    await deskOf().discard("l1", olga);
    expect(home.trail).toEqual([
      { ...said, decision: "discard asked" },
      { ...said, decision: "discard done" },
    ]);
  });

  test("[OPS-01] says that a letter was not removed, when the store failed to remove it", async () => {
    await home.deadLetters.put([letterOf()]);
    home.deadLetters.remove = () => Promise.reject(new SallyportError("ERR_STORE_UNAVAILABLE", "down"));
    await refused(deskOf().discard("l1", olga));
    expect(home.trail.at(-1)).toEqual({ ...said, decision: "discard failed", ...named, code: "ERR_STORE_UNAVAILABLE" });
  });

  test("[OPS-01] says that an event was sent whose letter could not be removed, and the operator is told that to repeat is safe", async () => {
    await home.deadLetters.put([letterOf()]);
    home.deadLetters.remove = () => Promise.reject(new Error("password=hunter2"));
    const failure = await refused(deskOf().redrive("l1", olga));
    expect(failure).toMatchObject({ code: "ERR_STORE_UNAVAILABLE", message: expect.stringContaining("sent") });
    expect(home.transport.sent).toHaveLength(1);
    expect(home.trail).toEqual([asked, { ...said, decision: "redrive sent, letter kept", ...named, code: "ERR_STORE_UNAVAILABLE" }]);
  });

  test.each([
    [new SallyportError("ERR_TRANSPORT_REFUSED", "no"), "redrive failed", "ERR_TRANSPORT_REFUSED"],
    [new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "gone"), "redrive not confirmed", "ERR_TRANSPORT_UNAVAILABLE"],
    [new Error("password=hunter2"), "redrive not confirmed", undefined],
  ])("[OPS-01] says of a send that ended with %s: %s", async (error, decision, code) => {
    home.transport.fail = error;
    await refusalOf(letterOf());
    expect(home.trail).toEqual([asked, { ...said, decision, ...named, ...(code && { code }) }]);
  });

  test("[OPS-01] that fails when all is done does not say that nothing was", async () => {
    const spy = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    onTestFinished(() => spy.mockRestore());
    await home.deadLetters.put([letterOf()]);
    let appended = 0;
    const trail = { append: () => (++appended === 1 ? Promise.resolve() : Promise.reject(new Error("disk full"))) };
    expect(await deskOf({ trail }).redrive("l1", olga)).toMatchObject({ eventId: "e1", generation: 3 });
    expect(spy).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("asked"), expect.anything());
  });

  test("does not hide by its own failure why an operator was refused", async () => {
    const spy = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    onTestFinished(() => spy.mockRestore());
    const desk = deskOf({ trail: { append: () => Promise.reject(new Error("disk full")) } });
    expect((await refused(desk.discard("l1", { id: "mallory", scopes: [] }))).code).toBe("ERR_REQUEST_FORBIDDEN");
    expect(spy).toHaveBeenCalledTimes(1);
  });

  test("has what came of it when it was refused, by code", async () => {
    await refusalOf(letterOf({ code: "ERR_POLICY_HOPS" }));
    expect(home.trail).toEqual([asked, { ...said, decision: "redrive refused", ...named, code: "ERR_POLICY_REDRIVE" }]);
  });

  test.each(["redrive", "discard"] as const)("%s: a letter that is not there is said to be not there", async (what) => {
    const desk = deskOf();
    const refusal = await refused(desk[what]("l9", olga));
    expect(refusal).toMatchObject({ code: "ERR_REQUEST_INVALID", message: expect.stringContaining("l9") });
    expect(home.trail).toEqual([{ ...said, decision: `${what} refused`, code: "ERR_REQUEST_INVALID" }]);
  });

  test.each(["redrive", "discard"] as const)(
    "%s: who may not is told whom to ask for what, and learns nothing of the letter",
    async (what) => {
      const mallory = { id: "mallory", scopes: ["notes:remove"] };
      const desk = deskOf();
      const refusal = await refused(desk[what]("l9", mallory));
      expect(refusal).toMatchObject({ code: "ERR_REQUEST_FORBIDDEN", remedy: expect.stringContaining(OPERATE_SCOPE) });
      expect(refusal.message).toMatch(new RegExp(`"mallory".*${what}`));
    },
  );
});
