// Two destinations of a contract are the same template, or can never be the same name.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { resolveDestination } from "../../src/contract/destination.ts";
import { contract, event, SallyportError } from "../../src/index.ts";

const both = (one: string, other: string): unknown => {
  const of = (destination: string) => event({ description: "A thing.", schema: z.strictObject({ n: z.int() }), destination });
  return contract({ name: "things", events: { "a.one": of(one), "a.two": of(other) } });
};

function refusal(one: string, other: string): SallyportError | undefined {
  try {
    both(one, other);
    return undefined;
  } catch (error) {
    if (error instanceof SallyportError) return error;
    throw error;
  }
}

describe("[DST-08] [DST-03] destinations of which one tenant's can be another event's are refused", () => {
  test.each([
    ["x-{tenant}", "x-y-{tenant}"],
    ["{tenant}", "orders"],
    ["orders-{tenant}", "orders-eu"],
    ["{tenant}-orders", "{tenant}-eu-orders"],
    ["{tenant}", "{tenant}{tenant}"],
    ["{tenant}x", "x{tenant}"],
    ["a.{tenant}", "a.{tenant}-b"],
    ["{tenant}.{tenant}", "a.b"],
  ])("%s beside %s", (one, other) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      expect(refusal(first, second)).toMatchObject({
        code: "ERR_CONFIG_DESTINATION_OVERLAP",
        place: 'events["a.two"].destination',
        remedy: expect.stringMatching(/\w/),
        message: expect.stringContaining(`"${first}"`),
      });
    }
  });

  test.each([
    ["notes", "orders"],
    ["notes.{tenant}", "notes.{tenant}"],
    ["notes.{tenant}", "orders.{tenant}"],
    ["notes.{tenant}", "notes"],
    ["notes.{tenant}", "notes.eu.{tenant}"],
    ["x-{tenant}", "x_y"],
    ["x-{tenant}", "x--y"],
    ["x{tenant}", "x"],
    ["{tenant}.a", "{tenant}.b"],
  ])("%s beside %s can never be, and is allowed", (one, other) => {
    expect(refusal(one, other)).toBeUndefined();
  });

  test("whatever the templates and the tenants: what is allowed never meets", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "-", "."), maxLength: 3 });
    const template = fc.oneof(
      text,
      fc.tuple(text, text).map(([before, after]) => `${before}{tenant}${after}`),
    );
    const tenant = fc.string({ unit: fc.constantFrom("a", "b", "-"), maxLength: 5 }).map((rest) => `a${rest}`);
    fc.assert(
      fc.property(template, template, tenant, tenant, (one, other, first, second) => {
        if (one === other) return;
        if (resolveDestination(one, first) !== resolveDestination(other, second)) return;
        expect(refusal(one, other)).toBeDefined();
      }),
      { numRuns: 3000 },
    );
  });
});
