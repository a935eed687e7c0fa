// What the diff promises, tried on every value of a world that is small enough for it.
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffContracts } from "../../src/contract/diff.ts";
import { diffSchemas } from "../../src/contract/diff-schema.ts";
import { type Contract, contract, event, type JsonSchema, type JsonSchemaSource, type StandardSchema } from "../../src/index.ts";

const closed = (properties: JsonSchema, required: readonly string[]): JsonSchema => ({
  type: "object",
  additionalProperties: false,
  properties,
  required,
});

function contractOf(json: JsonSchema): Contract<any> {
  const schema: StandardSchema & JsonSchemaSource = {
    "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }), jsonSchema: { input: () => json } },
  };
  return contract({ name: "notes", events: { "note.created": event({ description: "A note.", destination: "notes", schema }) } });
}

// A small world, small enough to try every value of it.
const leaf = fc.oneof(
  fc.record(
    {
      type: fc.constantFrom("integer", "number"),
      minimum: fc.constantFrom(0, 1, 2),
      exclusiveMaximum: fc.constantFrom(1, 2, 4),
      multipleOf: fc.constantFrom(1, 2, 3),
    },
    { requiredKeys: ["type"] },
  ),
  fc.record(
    {
      type: fc.constant("string"),
      minLength: fc.constantFrom(0, 1, 2),
      maxLength: fc.constantFrom(1, 2, 3),
      pattern: fc.constantFrom("^a", "b$"),
    },
    { requiredKeys: ["type"] },
  ),
  fc.record(
    { type: fc.subarray(["string", "integer", "number", "null", "boolean"], { minLength: 1 }), maximum: fc.constantFrom(1, 2) },
    { requiredKeys: ["type"] },
  ),
  fc.record({ enum: fc.subarray([null, "a", 1, 2, ["a"]], { minLength: 1 }) }),
  fc.record({ const: fc.constantFrom("a", 1, null) }),
);
const tree = fc.oneof(
  leaf,
  leaf,
  fc.record(
    {
      type: fc.constant("array"),
      items: leaf,
      minItems: fc.constantFrom(0, 1),
      maxItems: fc.constantFrom(1, 2),
      uniqueItems: fc.boolean(),
    },
    { requiredKeys: ["type", "items"] },
  ),
  fc
    .record(
      { type: fc.constant("array"), prefixItems: fc.tuple(leaf), items: fc.constant(false), contains: leaf },
      { requiredKeys: ["type"] },
    )
    .map((schema) => ({ items: { type: "string" }, ...schema })),
  fc
    .array(leaf, { minLength: 1, maxLength: 3 })
    .chain((branches) => fc.constantFrom({ anyOf: branches }, { oneOf: branches }, { allOf: branches })),
  leaf.map((inner) => ({ type: ["string", "integer", "null"], not: inner })),
  fc.record(
    {
      type: fc.constant("object"),
      properties: fc.record({ a: leaf, b: leaf }, { requiredKeys: [] }),
      required: fc.subarray(["a"]),
      additionalProperties: fc.oneof(fc.constant(false), leaf),
      maxProperties: fc.constantFrom(1, 2),
    },
    { requiredKeys: ["type", "additionalProperties"] },
  ),
);
const SCALARS = [null, true, -1, 0, 1, 2, 3, 4, 6, 0.5, 1.5, "", "a", "b", "ab", "aa", "aab", "aaaa"];
const LISTS = [[], ["a"], [1], ["a", "a"], ["a", "b"], [1, 2], [0.5], [null], ["a", 1]];
const OBJECTS = [
  {},
  { a: "a" },
  { a: 1 },
  { a: null },
  { b: 1 },
  { b: "ab" },
  { a: 1, b: 2 },
  { a: "a", b: "a" },
  { c: 1 },
  { c: "a" },
  { c: null },
  { a: 1, c: 1 },
];
const VALUES: readonly unknown[] = [...SCALARS, ...LISTS, ...OBJECTS];
const EVERY_DATA = [undefined, ...VALUES].flatMap((a) =>
  [undefined, null, "a", 1, ["a"], { a: 1 }].map((b) => ({ ...(a !== undefined && { a }), ...(b !== undefined && { b }) })),
);

/** Both sides made of few parts, so that many are alike, and many differ in one keyword. */
const pair = fc.tuple(tree, tree, fc.constantFrom("same", "other", "tweaked"), tree).chain(([a, other, how, b]) => {
  const properties = { a, b };
  const after = how === "same" ? fc.constant(a) : how === "other" ? fc.constant(other) : tweaked(a, other);
  const roots = fc.record({ named: fc.subarray(["a", "b"]), required: fc.subarray(["a", "b"]) });
  return fc
    .tuple(roots, roots, fc.boolean(), after)
    .map(([old, young, alike, change]) => [rootOf(properties, old), rootOf({ a: change, b }, alike ? old : young)]);
});

function tweaked(schema: JsonSchema, other: JsonSchema): fc.Arbitrary<JsonSchema> {
  return fc.constantFrom(...Object.keys({ ...schema, ...other })).map((keyword) => {
    const { [keyword]: _gone, ...rest } = schema;
    return keyword in other ? { ...rest, [keyword]: other[keyword] } : rest;
  });
}

function rootOf(properties: JsonSchema, { named, required }: { named: readonly string[]; required: readonly string[] }): JsonSchema {
  return closed(Object.fromEntries(named.map((name) => [name, properties[name]])), required);
}

const RUNS = 400;

describe("laws of the diff, tried on every value of a small world", () => {
  // One for each schema: an ajv that has compiled many becomes slow.
  const compile = (schema: JsonSchema) => new Ajv2020({ strict: false, meta: false, validateSchema: false }).compile(schema);

  test("without a wider change, whatever the new schema accepts the old one does; without a narrower one, the other way round", () => {
    const tried = { wider: 0, narrower: 0, broken: 0 };
    fc.assert(
      fc.property(pair, ([before, after]) => {
        const shifts = new Set(diffSchemas(before!, after!).map(({ shift }) => shift));
        const [old, young] = [compile(before!), compile(after!)];
        const accepted = EVERY_DATA.map((data) => [old(data), young(data)] as const);
        const claims = { wider: !shifts.has("both") && !shifts.has("wider"), narrower: !shifts.has("both") && !shifts.has("narrower") };
        if (claims.wider) expect(accepted.filter(([was, is]) => is && !was)).toEqual([]);
        if (claims.narrower) expect(accepted.filter(([was, is]) => was && !is)).toEqual([]);
        if (claims.wider && accepted.some(([, is]) => is)) tried.wider++;
        if (claims.narrower && accepted.some(([was]) => was)) tried.narrower++;
        if (accepted.some(([was, is]) => was !== is)) tried.broken++;
      }),
      { numRuns: RUNS },
    );
    // Enough of the pairs made a claim that could have been false, and enough differed.
    for (const count of Object.values(tried)) expect(count).toBeGreaterThan(RUNS / 10);
  });

  const isStrict = (json: JsonSchema): boolean => {
    try {
      return contractOf(json).events.size === 1;
    } catch {
      return false;
    }
  };

  test("where no consumer breaks, the two contracts accept the same data", () => {
    let claimed = 0;
    fc.assert(
      fc.property(
        pair.filter((schemas) => schemas.every(isStrict)),
        ([before, after]) => {
          const changes = diffContracts(contractOf(before!), contractOf(after!));
          if (changes.some(({ breaks }) => breaks === "consumers")) return;
          claimed++;
          const [old, young] = [compile(before!), compile(after!)];
          for (const data of EVERY_DATA) expect(young(data)).toBe(old(data));
        },
      ),
      { numRuns: RUNS },
    );
    expect(claimed).toBeGreaterThan(RUNS / 20);
  });

  test("the way back breaks as much as the way there", () => {
    const turned = { wider: "narrower", narrower: "wider", both: "both" } as const;
    fc.assert(
      fc.property(pair, ([before, after]) => {
        const there = diffSchemas(before!, after!).map(({ shift }) => shift);
        const back = diffSchemas(after!, before!).map(({ shift }) => turned[shift]);
        expect(back.sort()).toEqual(there.sort());
      }),
    );
  });
});
