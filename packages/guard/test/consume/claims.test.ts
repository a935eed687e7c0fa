// What the consumer asks of the claim store, and what becomes of a delivery by each of its answers.
import { describe, expect, test } from "vitest";
import { commitWith, retry, SallyportError } from "../../src/index.ts";
import type { ClaimOutcome, ClaimRequest, ClaimStore } from "../../src/ports/claim-store.ts";
import type { DeadLetter } from "../../src/ports/dead-letters.ts";
import { house, type House, settle } from "../house.ts";
import { deliveryOf, HandedTransport, keys, RecordedClaims, sealed, START_MS } from "./parts.ts";

interface Bench {
  readonly home: House;
  readonly log: string[];
  readonly broker: HandedTransport;
  readonly requests: ClaimRequest[][];
  readonly claims: RecordedClaims & ClaimStore;
}

/** A consumer whose claim store answers every claim with `outcome`. */
async function answering(outcome: ClaimOutcome, options: Parameters<House["consumer"]>[1] = {}): Promise<Bench> {
  const home = house();
  const log: string[] = [];
  const requests: ClaimRequest[][] = [];
  const broker = new HandedTransport();
  const claims = Object.assign(new RecordedClaims(log), {
    claim: async (more: readonly ClaimRequest[]): Promise<readonly ClaimOutcome[]> => {
      requests.push([...more]);
      return more.map(() => outcome);
    },
  });
  const observer = { at: (point: string, eventId?: string) => void log.push(`${point} ${eventId}`) };
  const handlers = { "note.created": () => void log.push("handler") };
  await home.consumer(handlers, { transport: broker, claims, keys, observer, ...options }).start();
  return { home, log, broker, requests, claims };
}

const lettersOf = (home: House): Promise<readonly DeadLetter[]> => home.deadLetters.list({}, { limit: 10 });
const granted = { kind: "granted", token: "t", attempt: 3, failures: 2 } as const;
const event = { id: "e1", type: "note.created", source: "notes", generation: 2 };

describe("a claim", () => {
  test("[REP-01] is asked for once per batch, with what the policy says, and only for what passed", async () => {
    const policy = { leaseMs: 1, rememberMs: 10_000_000, maxFailures: 2, maxCrashes: 4 };
    const { broker, requests, log } = await answering(granted, { policy });
    const other = sealed({ id: "e2" });
    broker.deliver([deliveryOf(sealed(), log), deliveryOf(Buffer.from("junk"), log), deliveryOf(other, log)]);
    await settle();
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject([
      { ...policy, stale: false },
      { ...policy, stale: false },
    ]);
    expect(new Set(requests[0]?.map(({ key }) => key)).size).toBe(2);
  });

  test("is not asked for when nothing passed", async () => {
    const { broker, requests, log } = await answering(granted);
    broker.deliver([deliveryOf(Buffer.from("junk"), log)]);
    await settle();
    expect(requests).toEqual([]);
  });

  test.each([
    ["old", "e1", START_MS + 300_001],
    ["of the future", "e1", START_MS - 60_001],
  ])("[REP-02] says that the message is not fresh when it is %s", async (_what, id, enqueuedAtMs) => {
    const { broker, requests } = await answering({ kind: "done" });
    broker.deliver([deliveryOf(sealed({ id }), [], { enqueuedAtMs })]);
    await settle();
    expect(requests).toMatchObject([[{ stale: true }]]);
  });
});

describe("a claim that has to wait", () => {
  test("[REP-08] is asked for with its freshness of that time: what else came of the message may be forgotten", async () => {
    const { broker, requests, home, claims } = await answering(granted);
    const answers = claims.claim.bind(claims) as ClaimStore["claim"];
    const refuses: ClaimStore["claim"] = (more) => answers(more).then(() => Promise.reject(new Error("down")));
    Object.assign(claims, { claim: refuses });
    broker.deliver([deliveryOf(sealed())]);
    await settle();
    Object.assign(claims, { claim: answers });
    home.clock.advance(3_600_001);
    await settle();
    expect(requests).toMatchObject([[{ stale: false }], [{ stale: true }]]);
  });
});

describe("a claim that is", () => {
  test("granted is handled, with every point on the way", async () => {
    const { broker, log, claims } = await answering(granted);
    broker.deliver([deliveryOf(sealed(), log)]);
    await settle();
    expect(log).toEqual([
      "consume:received undefined",
      "consume:examined e1",
      "consume:claimed e1",
      "handler",
      "consume:handled e1",
      "commit",
      "consume:committed e1",
      "ack",
      "consume:acknowledged e1",
    ]);
    expect(claims.changes).toMatchObject([{ kind: "commit", token: "t" }]);
  });

  test.each(["done", "dead"] as const)("%s is a duplicate: acknowledged, and nothing else", async (kind) => {
    const { broker, log, home } = await answering({ kind });
    broker.deliver([deliveryOf(sealed(), log)]);
    await settle();
    expect(log.slice(2)).toEqual(["ack"]);
    expect(home.trail).toMatchObject([{ decision: "duplicate", eventId: "e1" }]);
    expect(await lettersOf(home)).toEqual([]);
  });

  test.each([
    [700, 700],
    [90_000, 30_000],
  ])("busy for %i ms comes again after %i ms: a lease at most, since its owner may die", async (forMs, afterMs) => {
    const { broker, log, home } = await answering({ kind: "busy", forMs });
    broker.deliver([deliveryOf(sealed(), log)]);
    await settle();
    expect([log.slice(2), home.trail]).toEqual([[`retry after ${afterMs}`], []]);
  });

  const stale = { kind: "stale" } as const;
  const exhausted = { kind: "exhausted", token: "b", started: 4 } as const;
  test.each<[string, ClaimOutcome, number, Partial<DeadLetter>]>([
    ["[REP-14] in conflict", { kind: "conflict" }, START_MS, { code: "ERR_POLICY_CONFLICT", step: "claim", attempts: 0 }],
    ["[REP-02] stale", stale, START_MS + 300_001, { code: "ERR_ENVELOPE_STALE", step: "freshness", attempts: 0 }],
    ["[REP-04] of the future", stale, START_MS - 60_001, { code: "ERR_ENVELOPE_FUTURE", step: "freshness", attempts: 0 }],
    [
      "[PSN-01] out of attempts",
      { ...exhausted, budget: "failures" },
      START_MS,
      { code: "ERR_POLICY_ATTEMPTS", step: "claim", attempts: 4 },
    ],
    [
      "[PSN-07] out of crashes",
      { ...exhausted, budget: "crashes" },
      START_MS,
      { code: "ERR_POLICY_CRASH_LOOP", step: "claim", attempts: 4 },
    ],
    [
      "[PSN-14] condemned by a worker that did not bury it",
      { ...exhausted, budget: "verdict" },
      START_MS,
      { code: "ERR_POLICY_REJECTED", step: "claim", attempts: 4 },
    ],
  ])("%s is a dead letter that names the event", async (_what, outcome, enqueuedAtMs, letter) => {
    const { broker, log, home, claims } = await answering(outcome);
    broker.deliver([deliveryOf(sealed(), log, { enqueuedAtMs })]);
    await settle();
    expect(await lettersOf(home)).toMatchObject([{ ...letter, event, bytes: sealed() }]);
    expect(claims.changes).toMatchObject(outcome.kind === "exhausted" ? [{ kind: "bury", token: "b" }] : []);
    expect([log.includes("handler"), log.at(-1)]).toEqual([false, "ack"]);
  });

  test.each<[ClaimOutcome["kind"], ClaimOutcome, number]>([
    ["conflict", { kind: "conflict" }, 2],
    ["stale", { kind: "stale" }, 2],
    ["exhausted", { ...exhausted, budget: "crashes" }, 1],
  ])("%s: what is not recorded under the key has a letter for each delivery", async (_kind, outcome, letters) => {
    const { broker, home } = await answering(outcome);
    for (const brokerId of ["b1", "b2"]) broker.deliver([deliveryOf(sealed(), [], { brokerId })]);
    await settle();
    expect(await lettersOf(home)).toHaveLength(letters);
  });
});

describe("an attempt", () => {
  test("[PSN-01] that fails counts on from the failures before it", async () => {
    const handlers = { "note.created": () => retry(5) };
    const { broker, log, home } = await answering(granted, { handlers, policy: { maxFailures: 2 } });
    broker.deliver([deliveryOf(sealed(), log)]);
    await settle();
    expect(await lettersOf(home)).toMatchObject([{ code: "ERR_HANDLER_FAILED", step: "handle", attempts: 3 }]);
  });

  test("[REP-13] that is done with an effect hands it to the claim", async () => {
    const effect = (): void => undefined;
    const { broker, claims } = await answering(granted, { handlers: { "note.created": () => commitWith(effect) } });
    broker.deliver([deliveryOf(sealed())]);
    await settle();
    expect(claims.changes).toMatchObject([{ kind: "commit", token: "t", effect }]);
  });

  test("[REP-15] that has lost its lease settles nothing, and its delivery comes again after a lease", async () => {
    const handlers = { "note.created": () => new Promise<never>(() => undefined) };
    const { broker, log, home, claims } = await answering(granted, { handlers, policy: { deadlineMs: 100_000, leaseMs: 9000 } });
    claims.answer = () => Promise.resolve("lost");
    broker.deliver([deliveryOf(sealed(), log)]);
    await settle();
    home.clock.advance(3000);
    await settle();
    expect([log.slice(3), home.trail]).toEqual([["renew", "consume:handled e1", "retry after 9000"], []]);
  });

  test("[PSN-08] that finds something down is given back for as long as the breaker is open", async () => {
    const handlers = { "note.created": () => Promise.reject(Object.assign(new Error("down"), { code: "ETIMEDOUT" })) };
    const { broker, log, claims } = await answering(granted, { handlers });
    broker.deliver([deliveryOf(sealed(), log)]);
    await settle();
    expect(claims.changes).toMatchObject([{ kind: "release", afterMs: 1000 }]);
    expect([log.at(-1), broker.subscriptions[0]?.fetches]).toEqual(["retry after 1000", false]);
  });
});

describe("a subscription", () => {
  test("is of the consumer's group, with as much out at once as may be in work", async () => {
    const { broker } = await answering(granted, { group: "others", policy: { concurrency: 3 } });
    expect(broker.received).toMatchObject([{ destination: "notes", group: "others", ordering: "key", prefetch: 3 }]);
  });

  test("[PSN-09] keeps order by key where one of its events asks for it, and nowhere else", async () => {
    const orderings = async (handlers: Parameters<House["consumer"]>[0]): Promise<string[]> => {
      const { broker } = await answering(granted, { handlers });
      return broker.received.map(({ destination, ordering }) => `${destination} ${ordering}`);
    };
    expect(await orderings({ "note.removed": () => undefined })).toEqual(["notes none"]);
    expect(await orderings({ "note.removed": () => undefined, "note.created": () => undefined })).toEqual(["notes key"]);
    expect(await orderings({ "note.shared": () => undefined })).toEqual(["shares.acme none"]);
  });

  test("[REP-12] that cannot be fetched holds the consumer until it can", async () => {
    const told: unknown[] = [];
    const { broker } = await answering(granted, { observer: { holding: (...is) => void told.push(is) } });
    const onFetch = broker.received[0]?.onFetch ?? expect.unreachable("nothing to tell");
    const why = new SallyportError("ERR_STORE_UNAVAILABLE", "it is down");
    onFetch("ERR_STORE_UNAVAILABLE", why);
    onFetch(undefined);
    expect(told).toEqual([
      [true, "ERR_STORE_UNAVAILABLE", why],
      [false, undefined],
    ]);
  });
});
