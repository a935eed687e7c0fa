// How deliveries end: in which order, with which words on the trail, and what happens when a store says no or nothing.
import { beforeEach, describe, expect, test } from "vitest";
import { endingOf, Settlement, type Work } from "../../src/consume/settlement.ts";
import { parseEnvelope, verifyEnvelope, type VerifiedEnvelope } from "../../src/envelope/open.ts";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { settle } from "../house.ts";
import { Bench, bytes, event, examined, policy } from "./bench.ts";
import { deliveryOf, keys, START_MS } from "./parts.ts";

function verified(): VerifiedEnvelope {
  const parsed = parseEnvelope(bytes, policy);
  const opened = parsed.ok ? verifyEnvelope(parsed.value, "notes", keys) : parsed;
  return opened.ok ? opened.value : expect.unreachable(opened.code);
}

let bench: Bench;
let work: Work;

beforeEach(() => {
  bench = new Bench();
  work = bench.work();
});

const place = { door: "consume", group: "workers", destination: "notes" };
const effect = (): void => undefined;

describe("[PSN-11] the order", () => {
  test("of a commit: effect and claim together, then trail, then acknowledgement", async () => {
    await bench.settlement.commit(work, effect);
    expect(bench.log).toEqual(["commit", "consume:committed e1", "trail", "ack", "consume:acknowledged e1"]);
    expect(bench.claims.changes).toEqual([{ kind: "commit", key: "k", token: "t", effect }]);
    expect(bench.entries).toEqual([{ ...place, decision: "committed", eventId: "e1", eventType: "note.created", attempt: 2 }]);
    expect(bench.decided).toEqual([["consume", "committed", undefined, "note.created"]]);
  });

  test("of a failure: counted, then trail, then given back for as long as the claim is", async () => {
    await bench.settlement.fail(work, "ERR_HANDLER_FAILED", undefined);
    expect(bench.log).toEqual(["consume:failed e1", "fail", "trail", "retry after 2000"]);
    expect(bench.claims.changes).toEqual([{ kind: "fail", key: "k", token: "t", afterMs: 2000 }]);
    expect(bench.entries).toEqual([
      { ...place, decision: "retry", code: "ERR_HANDLER_FAILED", eventId: "e1", eventType: "note.created", attempt: 2 },
    ]);
  });

  test("of a death with a claim: verdict, then letter, then claim, then trail, then acknowledgement", async () => {
    await bench.settlement.fail(bench.work({ failures: 2, attempt: 7 }), "ERR_HANDLER_DEADLINE", undefined);
    const verdict = ["condemn", "consume:condemned e1"];
    const burial = ["letter", "consume:dead-letter-stored e1", "bury", "consume:buried e1"];
    expect(bench.log).toEqual(["consume:failed e1", ...verdict, ...burial, "trail", "ack"]);
    expect(bench.claims.changes).toEqual([
      { kind: "condemn", key: "k", token: "t", leaseMs: 30_000 },
      { kind: "bury", key: "k", token: "t" },
    ]);
    expect(await bench.letters()).toEqual([
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
    expect(bench.entries).toEqual([
      { ...place, decision: "dead-letter", code: "ERR_HANDLER_DEADLINE", eventId: "e1", eventType: "note.created" },
    ]);
    expect(bench.decided).toEqual([["consume", "dead-letter", "ERR_HANDLER_DEADLINE", "note.created"]]);
  });

  test("of a refusal: letter, trail, acknowledgement, and no claim", async () => {
    await bench.settlement.refuse(deliveryOf(bytes, bench.log), { step: "parse", code: "ERR_ENVELOPE_MALFORMED" });
    expect(bench.log).toEqual(["letter", "consume:dead-letter-stored undefined", "consume:buried undefined", "trail", "ack"]);
    expect(bench.entries).toEqual([{ ...place, decision: "dead-letter", code: "ERR_ENVELOPE_MALFORMED" }]);
    const [letter] = await bench.letters();
    expect(letter).toMatchObject({ step: "parse", code: "ERR_ENVELOPE_MALFORMED", attempts: 0 });
    expect(letter).not.toHaveProperty("event");
  });

  test("of a duplicate: trail, acknowledgement, and nothing else", async () => {
    await bench.settlement.duplicate(work.delivery, examined);
    expect(bench.log).toEqual(["trail", "ack"]);
    expect(bench.entries).toEqual([{ ...place, decision: "duplicate", eventId: "e1", eventType: "note.created" }]);
  });

  test("of what is given back: the claim first, uncounted", async () => {
    await bench.settlement.giveBack(work, 700);
    expect(bench.log).toEqual(["release", "retry after 700"]);
    expect(bench.claims.changes).toEqual([{ kind: "release", key: "k", token: "t", afterMs: 700 }]);
  });

  test("an authentic refusal's letter names the event", async () => {
    await bench.settlement.refuse(deliveryOf(bytes, bench.log), { step: "schema", code: "ERR_POLICY_SCHEMA", envelope: verified() });
    expect(await bench.letters()).toMatchObject([{ event: { ...event, generation: 2 } }]);
    expect(bench.entries).toMatchObject([{ eventId: "e1", eventType: "note.created" }]);
  });

  test("is kept without an observer that listens", async () => {
    const deaf = new Settlement({ ...bench.parts, observer: {} });
    await deaf.commit(work, undefined);
    await deaf.fail(work, "ERR_HANDLER_FAILED", undefined);
    await deaf.refuse(work.delivery, { step: "parse", code: "ERR_ENVELOPE_MALFORMED" });
    expect(bench.log).toEqual(["commit", "trail", "ack", "fail", "trail", "retry after 2000", "letter", "trail", "ack"]);
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
    await bench.settlement.fail(bench.work({ failures }), "ERR_HANDLER_FAILED", askedMs);
    expect(bench.claims.changes).toMatchObject([{ kind: "fail", afterMs }]);
    expect(bench.log.at(-1)).toBe(`retry after ${afterMs}`);
  });

  test("never later than maxRetryMs, however often it failed", async () => {
    const patient = new Settlement({ ...bench.parts, policy: { ...policy, maxFailures: 2000 } });
    await patient.fail(bench.work({ failures: 1500 }), "ERR_HANDLER_FAILED", undefined);
    expect(bench.claims.changes).toMatchObject([{ afterMs: 3000 }]);
  });
});

describe("an effect that cannot be committed", () => {
  test("[REP-13] is told, with what the effect threw", async () => {
    const failures: unknown[] = [];
    const thrown = new Error("constraint");
    bench.claims.answer = ({ kind }) => Promise.resolve(kind === "commit" ? { effectFailed: thrown } : "changed");
    await new Settlement({ ...bench.parts, onFailure: (failure) => void failures.push(failure) }).commit(work, effect);
    const { id, type } = work.examined.event;
    expect(failures).toEqual([{ eventId: id, eventType: type, attempt: work.attempt, error: thrown }]);
  });

  test("[REP-13] is a failed attempt", async () => {
    bench.claims.answer = ({ kind }) => Promise.resolve(kind === "commit" ? { effectFailed: new Error("constraint") } : "changed");
    await bench.settlement.commit(work, effect);
    expect(bench.claims.changes.map(({ kind }) => kind)).toEqual(["commit", "fail"]);
    expect(bench.entries).toMatchObject([{ decision: "retry", code: "ERR_HANDLER_FAILED" }]);
  });
});

describe("[REP-15] a claim that another has", () => {
  test("is not acknowledged after a commit that came too late: the delivery comes again", async () => {
    bench.answer("lost");
    await bench.settlement.commit(work, undefined);
    expect([bench.log, bench.entries]).toEqual([["commit", "retry after 30000"], []]);
  });

  test("is not acknowledged after a burial that came too late: its new owner says how it ends", async () => {
    bench.claims.answer = ({ kind }) => Promise.resolve(kind === "bury" ? "lost" : "changed");
    await bench.settlement.fail(bench.work({ failures: 2 }), "ERR_HANDLER_FAILED", undefined);
    expect(bench.log.slice(2)).toEqual(["consume:condemned e1", "letter", "consume:dead-letter-stored e1", "bury", "retry after 30000"]);
    expect(bench.entries).toEqual([]);
  });

  test("is not condemned, and has no letter: its new owner may still commit it", async () => {
    bench.answer("lost");
    await bench.settlement.condemn(work, "ERR_POLICY_REJECTED");
    expect([bench.log, bench.entries, await bench.letters()]).toEqual([["condemn", "retry after 30000"], [], []]);
  });

  test("has one letter, whoever buries it", async () => {
    const ending = { ...endingOf(examined), code: "ERR_HANDLER_FAILED", step: "handle" } as const;
    await bench.settlement.die(work.delivery, ending, work);
    bench.clock.advance(5);
    await bench.settlement.die(deliveryOf(bytes, bench.log, { brokerId: "b2" }), ending, work);
    expect(await bench.letters()).toHaveLength(1);
  });
});

test("a commit closes the breaker; one that came too late does not", async () => {
  const trip = async (): Promise<number> => {
    const waitMs = bench.parts.hold.trip(undefined);
    bench.clock.advance(waitMs);
    await settle(2);
    return waitMs;
  };
  await trip();
  bench.answer("lost");
  await bench.settlement.commit(work, undefined);
  expect(await trip()).toBe(2000);
  bench.answer("changed");
  await bench.settlement.commit(work, undefined);
  expect(await trip()).toBe(1000);
});

describe("letters are told apart", () => {
  const idOf = async (change: { group?: string; destination?: string; brokerId?: string; text?: string }): Promise<string> => {
    const { group = "workers", text = "junk", ...of } = change;
    const store = new MemoryDeadLetters();
    const delivery = deliveryOf(Buffer.from(text), bench.log, of);
    await new Settlement({ ...bench.parts, group, deadLetters: store }).refuse(delivery, { step: "parse", code: "ERR_ENVELOPE_MALFORMED" });
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
