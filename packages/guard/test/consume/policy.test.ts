// One record, checked as a whole at start: what it defaults to, what it refuses, and for how long ids are kept.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ConsumePolicy, refuseTooSmall, resolvePolicy, retentionOf } from "../../src/consume/policy.ts";
import { freshnessOf } from "../../src/envelope/freshness.ts";
import type { ContractEvent, SallyportError } from "../../src/index.ts";
import type { Capabilities } from "../../src/ports/transport.ts";
import { capabilities } from "./parts.ts";

const MINUTE_MS = 60_000;
const refusalOf = (given: object, of: Capabilities = capabilities): SallyportError => {
  try {
    resolvePolicy(given, of);
  } catch (error) {
    return error as SallyportError;
  }
  return expect.unreachable("it was accepted");
};

test("the defaults are those that the documentation states", () => {
  expect(resolvePolicy({}, { ...capabilities, retentionMs: 0 })).toEqual({
    windowMs: 5 * MINUTE_MS,
    skewMs: MINUTE_MS,
    rememberMs: (5 + 2 + 5) * MINUTE_MS,
    leaseMs: 30_000,
    deadlineMs: 20_000,
    maxFailures: 5,
    maxCrashes: 3,
    retryMs: 1000,
    maxRetryMs: 5 * MINUTE_MS,
    concurrency: 16,
    maxBytes: 256 * 1024,
    maxDepth: 32,
  });
});

test("what is given takes the default's place", () => {
  expect(resolvePolicy({ maxFailures: 1, concurrency: 1 }, capabilities)).toMatchObject({ maxFailures: 1, concurrency: 1, maxCrashes: 3 });
});

describe("refused at start, with place and remedy:", () => {
  test.each(["windowMS", "toString", "__proto_", ""])("an unknown key %j", (name) => {
    const refusal = refusalOf({ [name]: 5 });
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_UNKNOWN_KEY", place: "policy" });
    expect(refusal.message).toContain(`"${name}"`);
    expect(refusal.remedy?.match(/\w+/g)).toEqual(expect.arrayContaining(["windowMs", "maxDepth", "rememberMs"]));
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "5", undefined])(
    "%j where a positive whole number belongs",
    (value) => {
      const refusal = refusalOf({ leaseMs: value });
      expect(refusal).toMatchObject({ code: "ERR_CONFIG_INVALID", place: "policy.leaseMs", remedy: expect.stringMatching(/\w/) });
      expect(refusal.message).toContain(String(value));
    },
  );

  test("a lease that outlives the memory of its claim", () => {
    const rememberMs = resolvePolicy({}, capabilities).rememberMs;
    expect(resolvePolicy({ leaseMs: rememberMs }, capabilities).leaseMs).toBe(rememberMs);
    expect(refusalOf({ leaseMs: rememberMs + 1 })).toMatchObject({
      code: "ERR_CONFIG_INVALID",
      place: "policy.leaseMs",
      remedy: expect.stringContaining("rememberMs"),
      message: expect.stringMatching(/claim.*forgotten/),
    });
  });

  test("[REP-08] a memory one millisecond shorter than a copy could be accepted", () => {
    const shortest = resolvePolicy({}, capabilities).rememberMs;
    expect(resolvePolicy({ rememberMs: shortest }, capabilities).rememberMs).toBe(shortest);
    const refusal = refusalOf({ rememberMs: shortest - 1 });
    expect(refusal).toMatchObject({
      code: "ERR_CONFIG_RETENTION_SHORT",
      place: "policy.rememberMs",
      remedy: expect.stringContaining("rememberMs"),
    });
    for (const figure of [shortest, shortest - 1]) expect(refusal.message).toContain(String(figure));
  });

  test("[REP-08] a broker that keeps messages for ever, with no word on how long ids are kept", () => {
    expect(refusalOf({}, { ...capabilities, retentionMs: undefined })).toMatchObject({
      code: "ERR_CONFIG_RETENTION_SHORT",
      place: "policy.rememberMs",
      remedy: expect.stringMatching(/\w/),
      message: expect.stringContaining("for ever"),
    });
  });
});

describe("[REP-08] an id is remembered", () => {
  const acceptance = fc.record({
    windowMs: fc.integer({ min: 1, max: 50 }),
    skewMs: fc.integer({ min: 1, max: 50 }),
    retentionMs: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
    vouches: fc.boolean(),
    spareMs: fc.integer({ min: 0, max: 50 }),
  });
  type Given = typeof acceptance extends fc.Arbitrary<infer T> ? T : never;
  const smallest = { leaseMs: 1, maxRetryMs: 1 } as const;
  const resolved = ({ windowMs, skewMs, retentionMs, vouches, spareMs }: Given): [ConsumePolicy, number | undefined] => {
    const of = { ...capabilities, vouchesEnqueueTime: vouches, retentionMs };
    const given = { ...smallest, windowMs, skewMs };
    const bounded = { ...of, retentionMs: retentionMs ?? 0 };
    const policy = resolvePolicy({ ...given, rememberMs: resolvePolicy(given, bounded).rememberMs + spareMs }, of);
    return [policy, retentionOf(policy, of)];
  };

  test("for as long as any copy of it could pass the freshness step", () => {
    // Where in the time that is allowed: its ends more often than chance would have it.
    const part = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(acceptance, part, part, part, part, (given, firstTaken, first, copyTaken, copy) => {
        const [policy, retentionMs] = resolved(given);
        const seen = (taken: number, late: number): { takenAtMs: number; nowMs: number } => {
          const takenAtMs = Math.round(taken * (policy.skewMs + policy.windowMs)) - policy.skewMs;
          return { takenAtMs, nowMs: takenAtMs + Math.round(late * (retentionMs ?? 0)) };
        };
        const [one, other] = [seen(firstTaken, first), seen(copyTaken, copy)];
        for (const times of [one, other])
          expect(freshnessOf({ signedAtMs: 0, expiresAtMs: undefined, ...times }, { ...policy, retentionMs })).toBe("fresh");
        expect(other.nowMs - one.nowMs).toBeLessThanOrEqual(policy.rememberMs);
      }),
      { numRuns: 500 },
    );
  });

  test("not for the broker's retention where the broker's time counts for nothing", () => {
    const blind = { ...capabilities, vouchesEnqueueTime: false };
    expect(resolvePolicy({}, blind).rememberMs).toBe(resolvePolicy({}, { ...capabilities, retentionMs: 0 }).rememberMs);
    expect(retentionOf(resolvePolicy({}, blind), blind)).toBeUndefined();
    expect(resolvePolicy({}, { ...blind, retentionMs: undefined }).rememberMs).toBe(resolvePolicy({}, blind).rememberMs);
  });

  test("and what a broker without end has held for longer than that is stale", () => {
    const endless = { ...capabilities, retentionMs: undefined };
    const policy = resolvePolicy({ rememberMs: 10_000_000 }, endless);
    const bounded = { ...capabilities, retentionMs: retentionOf(policy, endless) };
    expect(bounded.retentionMs).toBeGreaterThan(0);
    expect(resolvePolicy({}, bounded).rememberMs).toBe(policy.rememberMs);
  });

  test("retention that the broker states is taken as it is", () => {
    expect(retentionOf(resolvePolicy({ rememberMs: 100_000_000 }, capabilities), capabilities)).toBe(capabilities.retentionMs);
  });
});

describe("[PSN-04] what the contract lets through is not too large for its consumer", () => {
  const policy = resolvePolicy({ maxBytes: 100_000, maxDepth: 20 }, { ...capabilities, retentionMs: MINUTE_MS });
  const sized = (maxBytes: number, maxDepth: number): ContractEvent =>
    ({ type: "note.created", bounds: { maxBytes, maxDepth, maxNodes: 10 } }) as ContractEvent;

  test("as large and as deep as fits is taken", () => {
    expect(() => refuseTooSmall(policy, [sized(100_000 - 8192, 19)])).not.toThrow();
  });

  test.each([
    ["maxBytes", sized(100_001 - 8192, 1), 100_001],
    ["maxDepth", sized(1, 20), 21],
  ])("policy.%s that is one too small is refused at start, with what it must be", (name, event, needed) => {
    expect(() => refuseTooSmall(policy, [sized(1, 1), event])).toThrow(
      expect.objectContaining({
        code: "ERR_CONFIG_INVALID",
        place: `policy.${name}`,
        remedy: expect.stringContaining(`Raise it to ${needed}`),
      }),
    );
  });
});
