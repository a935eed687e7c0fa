// Schemas as any library or a contract file may write them: what leaves a part of the data open is refused at start.
import { expect, test } from "vitest";
import { z } from "zod";
import { checkStrictObject } from "../../src/contract/strictness.ts";
import { SallyportError } from "../../src/index.ts";
import type { JsonSchema } from "../../src/contract/standard-schema.ts";

const text = { type: "string" };
const ofField = (field: JsonSchema, more: JsonSchema = {}): JsonSchema => ({
  type: "object",
  properties: { field },
  additionalProperties: false,
  ...more,
});
const codeOf = (schema: JsonSchema): string | undefined => {
  try {
    checkStrictObject(schema, "schema");
    return undefined;
  } catch (error) {
    return error instanceof SallyportError ? error.code : String(error);
  }
};

test.each<[string, JsonSchema]>([
  ["an array that says nothing of its items", ofField({ type: "array" })],
  ["an array or null, likewise", ofField({ type: ["array", "null"] })],
  ["a tuple with an open end", ofField({ type: "array", prefixItems: [text] })],
  ["a tuple that may be longer than it says", ofField({ type: "array", prefixItems: [text], maxItems: 2 })],
  ["all but a text", ofField({ not: text })],
  ["what is defined elsewhere", ofField({ $ref: "https://example.org/schema" })],
  ["what is defined nowhere", ofField({ $ref: "#/$defs/gone" })],
  ["an open array behind a reference that no keyword leads to", ofField({ $ref: "#/x-parts/a" }, { "x-parts": { a: { type: "array" } } })],
])("[PUB-02] %s is not strict", (_what, schema) => {
  expect(codeOf(schema)).toBe("ERR_CONFIG_SCHEMA_NOT_STRICT");
});

test.each<[string, JsonSchema]>([
  ["fields of any name", { type: "object", additionalProperties: text }],
  ["fields of any name that fits a pattern", { type: "object", patternProperties: { "^[a-z]+$": text }, additionalProperties: false }],
  ["fields of any name that fits what cannot be read", { type: "object", patternProperties: { "(": text }, additionalProperties: false }],
  ["fields listed as names of a record", { type: "object", propertyNames: { enum: ["actor"] }, additionalProperties: text }],
  ["a field in a branch", { type: "object", anyOf: [{ properties: { tenant: text } }], unevaluatedProperties: false }],
  [
    "a field behind a reference",
    { type: "object", $ref: "#/$defs/a", unevaluatedProperties: false, $defs: { a: { properties: { id: text } } } },
  ],
])("[PUB-04] %s may be the server's", (_what, schema) => {
  const closed = JSON.parse(JSON.stringify(schema).replaceAll('{"properties"', '{"additionalProperties":false,"properties"')) as JsonSchema;
  expect(codeOf(closed)).toBe("ERR_CONFIG_SCHEMA_SERVER_FIELD");
});

test.each<[string, JsonSchema]>([
  ["a tuple", ofField({ type: "array", prefixItems: [text], maxItems: 1 })],
  ["an array without items", ofField({ type: "array", maxItems: 0 })],
  ["a record inside the event, whatever its names", ofField({ type: "object", additionalProperties: text })],
  [
    "names of a pattern that none of the server's fits",
    { type: "object", patternProperties: { "^x-": text }, additionalProperties: false },
  ],
  ["a record of listed names", { type: "object", propertyNames: { enum: ["left", "right"] }, additionalProperties: text }],
  ["a field that is never there", ofField({ not: {} })],
  ["a schema that contains itself", ofField({ anyOf: [text, { type: "array", items: { $ref: "#" } }] })],
  [
    "what zod makes of tuples, records and unions",
    z.toJSONSchema(
      z.strictObject({
        pair: z.tuple([z.string(), z.int()]),
        rest: z.tuple([z.string()], z.int()),
        labels: z.record(z.string(), z.string()),
        either: z.union([z.strictObject({ a: z.string() }), z.array(z.string())]),
        never: z.never().optional(),
      }),
      { io: "input" },
    ) as JsonSchema,
  ],
])("%s is strict", (_what, schema) => {
  expect(codeOf(schema)).toBeUndefined();
});
