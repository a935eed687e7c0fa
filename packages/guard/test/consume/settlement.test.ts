// How deliveries end: in which order, with which words on the trail, and what happens when a store says no or nothing.
import { beforeEach, describe, expect, test } from "vitest";
import type { Examined } from "../../src/consume/examine.ts";
import { Hold } from "../../src/consume/hold.ts";
import { endingOf, Settlement, type SettlementParts, type Work } from "../../src/consume/settlement.ts";
import { parseEnvelope, verifyEnvelope, type VerifiedEnvelope } from "../../src/envelope/open.ts";
import type { ChangeOutcome } from "../../src/ports/claim-store.ts";
import type { DeadLetter } from "../../src/ports/dead-letters.ts";
import type { TrailEntry } from "../../src/ports/trail.ts";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { settle } from "../house.ts";
import { CountingClock, deliveryOf, keys, policyOf, RecordedClaims, sealed, START_MS } from "./parts.ts";

const policy = policyOf({ maxFailures: 3, retryMs: 1000, maxRetryMs: 3000, leaseMs: 30_000 });
const bytes = sealed();

function verified(): VerifiedEnvelope {
  const parsed = parseEnvelope(bytes, policy);
  const opened = parsed.ok ? verifyEnvelope(parsed.value, "notes", keys) : parsed;
  return opened.ok ? opened.value : expect.unreachable(opened.code);
}

let clock: CountingClock;
let stop: AbortController;
let log: string[];
let entries: TrailEntry[];
let decided: unknown[][];
let claims: RecordedClaims;
let deadLetters: MemoryDeadLetters;
let parts: SettlementParts;
let settlement: Settlement;
let work: Work;

beforeEach(() => {
  clock = new CountingClock(START_MS);
  stop = new AbortController();
  [log, entries, decided] = [[], [], []];
  claims = new RecordedClaims(log);
  deadLetters = new MemoryDeadLetters();
  const put = deadLetters.put.bind(deadLetters);
  deadLetters.put = (letters) => (log.push("letter"), put(letters));
  const observer = {
    at: (point: string, eventId: string | undefined) => void log.push(`${point} ${eventId}`),
    decided: (...decision: unknown[]) => void decided.push(decision),
  };
  const trail = { append: async (more: readonly TrailEntry[]) => void (log.push("trail"), entries.push(...more)) };
  const hold = new Hold({ policy, clock, observer, stop: stop.signal });
  parts = { group: "workers", types: new Set(["note.created"]), claims, deadLetters, trail, observer, clock, policy, hold };
  settlement = new Settlement(parts);
  work = workOf();
});

const examined = { event: { id: "e1", type: "note.created", source: "notes", generation: 2 }, claimKey: "k" } as Examined;
const workOf = (change: Partial<Work> = {}): Work => ({
  delivery: deliveryOf(bytes, log),
  examined,
  key: "k",
  token: "t",
  attempt: 2,
  failures: 1,
  ...change,
});
const lettersOf = (): Promise<readonly DeadLetter[]> => deadLetters.list({}, { limit: 10 });
const answer = (outcome: ChangeOutcome): void => {
  claims.answer = () => Promise.resolve(outcome);
};
const event = { id: "e1", type: "note.created", source: "notes", generation: 2 };
const place = { door: "consume", group: "workers", destination: "notes" };
const effect = (): void => undefined;

describe("[PSN-11] the order", () => {
  test("of a commit: effect and claim together, then trail, then acknowledgement", async () => {
    await settlement.commit(work, effect);
    expect(log).toEqual(["commit", "consume:committed e1", "trail", "ack", "consume:acknowledged e1"]);
    expect(claims.changes).toEqual([{ kind: "commit", key: "k", token: "t", effect }]);
    expect(entries).toEqual([{ ...place, decision: "committed", eventId: "e1", eventType: "note.created", attempt: 2 }]);
    expect(decided).toEqual([["consume", "committed", undefined, "note.created"]]);
  });

  test("of a failure: counted, then trail, then given back for as long as the claim is", async () => {
    await settlement.fail(work, "ERR_HANDLER_FAILED", undefined);
    expect(log).toEqual(["consume:failed e1", "fail", "trail", "retry after 2000"]);
    expect(claims.changes).toEqual([{ kind: "fail", key: "k", token: "t", afterMs: 2000 }]);
    expect(entries).toEqual([
      { ...place, decision: "retry", code: "ERR_HANDLER_FAILED", eventId: "e1", eventType: "note.created", attempt: 2 },
    ]);
  });

  test("of a death with a claim: verdict, then letter, then claim, then trail, then acknowledgement", async () => {
    await settlement.fail(workOf({ failures: 2, attempt: 7 }), "ERR_HANDLER_DEADLINE", undefined);
    const verdict = ["condemn", "consume:condemned e1"];
    const burial = ["letter", "consume:dead-letter-stored e1", "bury", "consume:buried e1"];
    expect(log).toEqual(["consume:failed e1", ...verdict, ...burial, "trail", "ack"]);
    expect(claims.changes).toEqual([
      { kind: "condemn", key: "k", token: "t", leaseMs: 30_000 },
      { kind: "bury", key: "k", token: "t" },
    ]);
    expect(await lettersOf()).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        group: "workers",
        destination: "notes",
        bytes,
        diedAtMs: START_MS,
        code: "ERR_HANDLER_DEADLINE",
        step: "handle",
        attempts: 7,
        event,
      },
    ]);
    expect(entries).toEqual([
      { ...place, decision: "dead-letter", code: "ERR_HANDLER_DEADLINE", eventId: "e1", eventType: "note.created" },
    ]);
    expect(decided).toEqual([["consume", "dead-letter", "ERR_HANDLER_DEADLINE", "note.created"]]);
  });

  test("of a refusal: letter, trail, acknowledgement, and no claim", async () => {
    await settlement.refuse(deliveryOf(bytes, log), { step: "parse", code: "ERR_ENVELOPE_MALFORMED" });
    expect(log).toEqual(["letter", "consume:dead-letter-stored undefined", "consume:buried undefined", "trail", "ack"]);
    expect(entries).toEqual([{ ...place, decision: "dead-letter", code: "ERR_ENVELOPE_MALFORMED" }]);
    const [letter] = await lettersOf();
    expect(letter).toMatchObject({ step: "parse", code: "ERR_ENVELOPE_MALFORMED", attempts: 0 });
    expect(letter).not.toHaveProperty("event");
  });

  test("of a duplicate: trail, acknowledgement, and nothing else", async () => {
    await settlement.duplicate(work.delivery, examined);
    expect(log).toEqual(["trail", "ack"]);
    expect(entries).toEqual([{ ...place, decision: "duplicate", eventId: "e1", eventType: "note.created" }]);
  });

  test("of what is given back: the claim first, uncounted", async () => {
    await settlement.giveBack(work, 700);
    expect(log).toEqual(["release", "retry after 700"]);
    expect(claims.changes).toEqual([{ kind: "release", key: "k", token: "t", afterMs: 700 }]);
  });

  test("an authentic refusal's letter names the event", async () => {
    await settlement.refuse(deliveryOf(bytes, log), { step: "schema", code: "ERR_POLICY_SCHEMA", envelope: verified() });
    expect(await lettersOf()).toMatchObject([{ event: { ...event, generation: 2 } }]);
    expect(entries).toMatchObject([{ eventId: "e1", eventType: "note.created" }]);
  });

  test("is kept without an observer that listens", async () => {
    const deaf = new Settlement({ ...parts, observer: {} });
    await deaf.commit(work, undefined);
    await deaf.fail(work, "ERR_HANDLER_FAILED", undefined);
    await deaf.refuse(work.delivery, { step: "parse", code: "ERR_ENVELOPE_MALFORMED" });
    expect(log).toEqual(["commit", "trail", "ack", "fail", "trail", "retry after 2000", "letter", "trail", "ack"]);
  });
});

describe("[PSN-03] a failed attempt is tried again", () => {
  test.each([
    ["later each time", 0, undefined, 1000],
    ["later each time", 1, undefined, 2000],
    ["as late as the handler asks", 0, 2500, 2500],
    ["never later than maxRetryMs", 0, 3001, 3000],
    ["as the guard thinks best when the handler asks for no time", 1, Number.NaN, 2000],
  ])("%s (%i failures, asked %s)", async (_law, failures, askedMs, afterMs) => {
    await settlement.fail(workOf({ failures }), "ERR_HANDLER_FAILED", askedMs);
    expect(claims.changes).toMatchObject([{ kind: "fail", afterMs }]);
    expect(log.at(-1)).toBe(`retry after ${afterMs}`);
  });

  test("never later than maxRetryMs, however often it failed", async () => {
    const patient = new Settlement({ ...parts, policy: { ...policy, maxFailures: 2000 } });
    await patient.fail(workOf({ failures: 1500 }), "ERR_HANDLER_FAILED", undefined);
    expect(claims.changes).toMatchObject([{ afterMs: 3000 }]);
  });
});

describe("an effect that cannot be committed", () => {
  test("[REP-13] is a failed attempt", async () => {
    claims.answer = ({ kind }) => Promise.resolve(kind === "commit" ? { effectFailed: new Error("constraint") } : "changed");
    await settlement.commit(work, effect);
    expect(claims.changes.map(({ kind }) => kind)).toEqual(["commit", "fail"]);
    expect(entries).toMatchObject([{ decision: "retry", code: "ERR_HANDLER_FAILED" }]);
  });
});

describe("[REP-15] a claim that another has", () => {
  test("is not acknowledged after a commit that came too late: the delivery comes again", async () => {
    answer("lost");
    await settlement.commit(work, undefined);
    expect([log, entries]).toEqual([["commit", "retry after 30000"], []]);
  });

  test("is not acknowledged after a burial that came too late: its new owner says how it ends", async () => {
    claims.answer = ({ kind }) => Promise.resolve(kind === "bury" ? "lost" : "changed");
    await settlement.fail(workOf({ failures: 2 }), "ERR_HANDLER_FAILED", undefined);
    expect(log.slice(2)).toEqual(["consume:condemned e1", "letter", "consume:dead-letter-stored e1", "bury", "retry after 30000"]);
    expect(entries).toEqual([]);
  });

  test("is not condemned, and has no letter: its new owner may still commit it", async () => {
    answer("lost");
    await settlement.condemn(work, "ERR_POLICY_REJECTED");
    expect([log, entries, await lettersOf()]).toEqual([["condemn", "retry after 30000"], [], []]);
  });

  test("has one letter, whoever buries it", async () => {
    const ending = { ...endingOf(examined), code: "ERR_HANDLER_FAILED", step: "handle" } as const;
    await settlement.die(work.delivery, ending, work);
    clock.advance(5);
    await settlement.die(deliveryOf(bytes, log, { brokerId: "b2" }), ending, work);
    expect(await lettersOf()).toHaveLength(1);
  });
});

test("a commit closes the breaker; one that came too late does not", async () => {
  const trip = async (): Promise<number> => {
    const waitMs = parts.hold.trip(undefined);
    clock.advance(waitMs);
    await settle(2);
    return waitMs;
  };
  await trip();
  answer("lost");
  await settlement.commit(work, undefined);
  expect(await trip()).toBe(2000);
  answer("changed");
  await settlement.commit(work, undefined);
  expect(await trip()).toBe(1000);
});

describe("letters are told apart", () => {
  const idOf = async (change: { group?: string; destination?: string; brokerId?: string; text?: string }): Promise<string> => {
    const { group = "workers", text = "junk", ...of } = change;
    const store = new MemoryDeadLetters();
    const delivery = deliveryOf(Buffer.from(text), log, of);
    await new Settlement({ ...parts, group, deadLetters: store }).refuse(delivery, { step: "parse", code: "ERR_ENVELOPE_MALFORMED" });
    return (await store.list({}, { limit: 1 }))[0]?.id ?? "";
  };

  test("[PSN-14] by group, destination, broker's handle and bytes, and by nothing else", async () => {
    const ids = await Promise.all(
      [{}, { group: "others" }, { destination: "elsewhere" }, { brokerId: "b2" }, { text: "other" }, {}].map((change) => idOf(change)),
    );
    expect(new Set(ids).size).toBe(5);
    expect(ids.at(-1)).toBe(ids[0]);
  });
});

describe("[REP-12] while something does not answer", () => {
  const ways: readonly [string, () => Promise<unknown>, string][] = [
    ["a commit", () => settlement.commit(work, undefined), "commit"],
    ["a failure", () => settlement.fail(work, "ERR_HANDLER_FAILED", undefined), "fail"],
    ["a verdict", () => settlement.condemn(work, "ERR_POLICY_REJECTED"), "condemn"],
    ["a burial", () => settlement.fail(workOf({ failures: 2 }), "ERR_HANDLER_FAILED", undefined), "bury"],
  ];

  test.each(ways)("%s is not settled, and is settled when the claim store answers", async (_what, end, kind) => {
    claims.answer = (change) => (change.kind === kind ? Promise.reject(new Error("down")) : Promise.resolve("changed"));
    const ended = end();
    await settle(2);
    expect(log.at(-1)).toBe(kind);
    answer("changed");
    clock.advance(100);
    await ended;
    expect(log.at(-1)).toMatch(/^(?:ack|retry after|consume:acknowledged)/);
  });

  test.each(ways)("%s is neither acknowledged nor accounted for when the consumer is stopped first", async (_what, end, kind) => {
    claims.answer = (change) => (change.kind === kind ? Promise.reject(new Error("down")) : Promise.resolve("changed"));
    const ended = end();
    await settle(2);
    stop.abort();
    await ended;
    expect([entries, decided]).toEqual([[], []]);
    expect(log).not.toContain("ack");
  });

  test("[PSN-14] a letter that could not be stored ends nothing when the consumer is stopped", async () => {
    deadLetters.put = () => Promise.reject(new Error("disk full"));
    const ended = settlement.fail(workOf({ failures: 2 }), "ERR_HANDLER_FAILED", undefined);
    await settle(2);
    stop.abort();
    await ended;
    expect([log, claims.changes.map(({ kind }) => kind)]).toEqual([["consume:failed e1", "condemn", "consume:condemned e1"], ["condemn"]]);
  });

  test("[OPS-01] what cannot be put on the trail is not settled: it comes again", async () => {
    const mute = new Settlement({ ...parts, trail: { append: () => Promise.reject(new Error("down")) } });
    const ended = mute.duplicate(work.delivery, examined);
    await settle(2);
    stop.abort();
    await ended;
    expect([log, decided]).toEqual([[], []]);
  });

  test("a broker that does not take the acknowledgement is asked again", async () => {
    let down = true;
    const ack = async (): Promise<void> => {
      if (down) throw new Error("down");
      log.push("ack");
    };
    const retryAfter = async (delayMs: number): Promise<void> => {
      if (down) throw new Error("down");
      log.push(`retry after ${delayMs}`);
    };
    const delivery = deliveryOf(bytes, log, { ack, retryAfter });
    const ended = Promise.all([settlement.duplicate(delivery, examined), settlement.later(delivery, 5)]);
    await settle(2);
    expect(log).toEqual(["trail"]);
    down = false;
    clock.advance(100);
    await ended;
    expect(log.slice(1).toSorted()).toEqual(["ack", "retry after 5"]);
  });
});
