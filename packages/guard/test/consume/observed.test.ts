// What observers are told: how each attempt ended, every decision, and no name that is not the contract's.
import { beforeEach, describe, expect, test } from "vitest";
import type { Work } from "../../src/consume/settlement.ts";
import { parseEnvelope, verifyEnvelope, type VerifiedEnvelope } from "../../src/envelope/open.ts";
import { commitWith, type Handlers, reject, retry, unavailable } from "../../src/index.ts";
import type { Ended, Processing } from "../../src/ports/observer.ts";
import { house, type Notes, settle } from "../house.ts";
import { Bench, bytes, examined, policy } from "./bench.ts";
import { deliveryOf, HandedTransport, keys, RecordedClaims, sealed, START_MS } from "./parts.ts";

let bench: Bench;
let work: Work;

beforeEach(() => {
  bench = new Bench();
  work = bench.work();
});

const verified = (of: Uint8Array): VerifiedEnvelope => {
  const parsed = parseEnvelope(of, policy);
  const opened = parsed.ok ? verifyEnvelope(parsed.value, "notes", keys) : parsed;
  return opened.ok ? opened.value : expect.unreachable(opened.code);
};

describe("a settlement says how it ended, and observers hear the same:", () => {
  const last = (change = {}): Work => bench.work({ failures: 2, ...change });
  const type = "note.created";
  test.each<[string, () => Promise<Ended>, Ended, unknown[][]]>([
    ["committed", () => bench.settlement.commit(work, undefined), { decision: "committed" }, [["consume", "committed", undefined, type]]],
    [
      "to be tried again",
      () => bench.settlement.fail(work, "ERR_HANDLER_DEADLINE", undefined),
      { decision: "retry", code: "ERR_HANDLER_DEADLINE" },
      [["consume", "retry", "ERR_HANDLER_DEADLINE", type]],
    ],
    [
      "dead",
      () => bench.settlement.fail(last(), "ERR_HANDLER_FAILED", undefined),
      { decision: "dead-letter", code: "ERR_HANDLER_FAILED" },
      [["consume", "dead-letter", "ERR_HANDLER_FAILED", type]],
    ],
    [
      "released",
      () => bench.settlement.giveBack(work, 0, "ERR_HANDLER_FAILED"),
      { decision: "released", code: "ERR_HANDLER_FAILED" },
      [["consume", "released", "ERR_HANDLER_FAILED", type]],
    ],
    ["lost", () => bench.settlement.lost(work.delivery, type), { decision: "lost" }, [["consume", "lost", undefined, type]]],
    ["as it was", () => bench.settlement.later(work.delivery, 5), { decision: "unsettled" }, []],
  ])("%s", async (_how, end, ended, decided) => {
    expect(await end()).toEqual(ended);
    expect(bench.decided).toEqual(decided);
  });

  test.each<[string, (work: Work) => Promise<Ended>]>([
    ["a commit", (of) => bench.settlement.commit(of, undefined)],
    ["a burial", (of) => bench.settlement.fail({ ...of, failures: 2 }, "ERR_HANDLER_FAILED", undefined)],
  ])("[REP-15] lost, when %s came too late", async (_what, end) => {
    bench.answer("lost");
    expect(await end(work)).toEqual({ decision: "lost" });
    expect(bench.decided).toEqual([["consume", "lost", undefined, "note.created"]]);
    expect(bench.log.at(-1)).toBe(`retry after ${policy.leaseMs}`);
  });

  test.each<[string, (work: Work) => Promise<Ended>]>([
    ["a commit", (of) => bench.settlement.commit(of, undefined)],
    ["a verdict", (of) => bench.settlement.condemn(of, "ERR_POLICY_REJECTED")],
    ["a failure", (of) => bench.settlement.fail(of, "ERR_HANDLER_FAILED", undefined)],
    ["a burial", (of) => bench.settlement.fail({ ...of, failures: 2 }, "ERR_HANDLER_FAILED", undefined)],
    ["a release", (of) => bench.settlement.giveBack(of, 0)],
  ])("unsettled, when the consumer was stopped before %s was answered", async (_what, end) => {
    bench.claims.answer = () => Promise.reject(new Error("down"));
    bench.stop.abort();
    expect(await end(work)).toEqual({ decision: "unsettled" });
    expect(bench.decided).toEqual([]);
  });

  test("unsettled, when the consumer was stopped before the letter was stored", async () => {
    bench.deadLetters.put = () => Promise.reject(new Error("disk full"));
    bench.stop.abort();
    expect(await bench.settlement.fail(last(), "ERR_HANDLER_FAILED", undefined)).toEqual({ decision: "unsettled" });
  });

  test("and a type that is not the consumer's is on the trail, and told to no observer", async () => {
    const envelope = verified(sealed({ type: "x".repeat(200) }));
    await bench.settlement.refuse(deliveryOf(bytes), { step: "type", code: "ERR_POLICY_TYPE", envelope });
    expect(bench.entries).toMatchObject([{ eventType: "x".repeat(200) }]);
    expect(bench.decided).toEqual([["consume", "dead-letter", "ERR_POLICY_TYPE", undefined]]);
    await bench.settlement.duplicate(work.delivery, { ...examined, event: { ...examined.event, type: "y" } });
    expect(bench.decided.at(-1)).toEqual(["consume", "duplicate", undefined, undefined]);
  });

  test("without an observer's ear nothing is said, and everything is settled", async () => {
    const { settlement } = new Bench({});
    expect(await settlement.giveBack(work, 0)).toEqual({ decision: "released" });
    expect(await settlement.lost(work.delivery, undefined)).toEqual({ decision: "lost" });
  });
});

describe("an attempt is observed", () => {
  async function attempt(
    handlers: Handlers<Notes>,
    of = sealed(),
    destination = "notes",
  ): Promise<{ begun: Processing[]; ended: Ended[]; claims: RecordedClaims }> {
    const home = house();
    const transport = new HandedTransport();
    const claims = Object.assign(new RecordedClaims(), {
      claim: async () => [{ kind: "granted", token: "t", attempt: 3, failures: 0 } as const],
    });
    const begun: Processing[] = [];
    const ended: Ended[] = [];
    const observer = {
      processing: (event: Processing) => {
        begun.push(event);
        return { within: (start: () => void) => start(), end: (how: Ended) => void ended.push(how) };
      },
    };
    await home.consumer(handlers, { transport, claims, keys, observer }).start();
    transport.deliver([deliveryOf(of, [], { destination, enqueuedAtMs: START_MS })]);
    await settle();
    return { begun, ended, claims };
  }

  test("with everything that names it, and nothing of its data or its actor", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const traced = sealed({}, undefined, keys, { traceparent });
    const { begun } = await attempt({ "note.created": () => undefined }, traced);
    expect(begun).toEqual([
      {
        eventId: "e1",
        eventType: "note.created",
        rootId: "r1",
        destination: "notes",
        destinationTemplate: "notes",
        transport: "handed",
        group: "workers",
        attempt: 3,
        generation: 2,
        envelopeBytes: traced.byteLength,
        producerTraceparent: traceparent,
      },
    ]);
  });

  test("by the contract's name for a destination per tenant, as well as by its own", async () => {
    const of = sealed({ type: "note.shared", destination: "shares.acme" }, { noteId: "n1" });
    const { begun } = await attempt({ "note.shared": () => undefined }, of, "shares.acme");
    expect(begun).toMatchObject([{ destination: "shares.acme", destinationTemplate: "shares.{tenant}" }]);
  });

  test("whose message says nothing of where it came from", async () => {
    const { begun } = await attempt({ "note.created": () => undefined });
    expect(begun).toMatchObject([{ producerTraceparent: undefined }]);
  });

  test.each<[string, NonNullable<Handlers<Notes>["note.created"]>, Ended]>([
    ["done", () => undefined, { decision: "committed" }],
    ["done with an effect", () => commitWith(() => undefined), { decision: "committed" }],
    ["rejected", () => reject("no"), { decision: "dead-letter", code: "ERR_POLICY_REJECTED" }],
    ["failed", () => retry(), { decision: "retry", code: "ERR_HANDLER_FAILED" }],
    ["without what it needs", () => unavailable(), { decision: "released", code: "ERR_HANDLER_FAILED" }],
  ])("and, when it is %s, how it ended", async (_how, handler, ended) => {
    expect((await attempt({ "note.created": handler })).ended).toEqual([ended]);
  });
});

test("[PSN-12] a consumer that was stopped while held is held no more, and says so once", async () => {
  const home = house();
  const told: unknown[] = [];
  const transport = new HandedTransport();
  const observer = { holding: (...is: unknown[]) => void told.push(is) };
  const consumer = home.consumer(
    { "note.created": () => undefined },
    { transport, observer, trail: { append: () => Promise.reject(new Error("down")) } },
  );
  await consumer.start();
  transport.deliver([deliveryOf(Buffer.from("junk"))]);
  await settle();
  expect(consumer.held).toBe(true);
  const drained = consumer.drain(5);
  home.clock.advance(5);
  await drained;
  expect([consumer.held, told]).toEqual([
    false,
    [
      [true, "ERR_STORE_UNAVAILABLE", undefined],
      [false, undefined],
    ],
  ]);
});
