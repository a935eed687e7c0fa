// Where JSON Schema (draft 2020-12) keeps schemas inside a schema. Everything else in it is data and stays untouched:
// a property may be called "title", and an enum may hold an object that looks like a schema.
import type { JsonSchema } from "./standard-schema.ts";

export type Schema = JsonSchema | boolean;

export const SCHEMA_MAPS: ReadonlySet<string> = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);
export const SCHEMA_LISTS: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
export const SCHEMA_SINGLES: ReadonlySet<string> = new Set([
  "items",
  "additionalProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
  "contains",
  "propertyNames",
  "not",
  "if",
  "then",
  "else",
]);

/** The schema with every schema directly inside it replaced. */
export function mapSubschemas(schema: JsonSchema, replace: (inner: Schema) => Schema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, mapKeyword(keyword, value, replace)]));
}

function mapKeyword(keyword: string, value: unknown, replace: (inner: Schema) => Schema): unknown {
  if (SCHEMA_SINGLES.has(keyword) && isSchema(value)) return replace(value);
  if (SCHEMA_LISTS.has(keyword) && Array.isArray(value)) return value.map((inner: Schema) => replace(inner));
  if (SCHEMA_MAPS.has(keyword) && isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, replace(inner as Schema)]));
  return value;
}

export const isObject = (value: unknown): value is JsonSchema => typeof value === "object" && value !== null && !Array.isArray(value);
export const isSchema = (value: unknown): value is Schema => typeof value === "boolean" || isObject(value);

/** What a local reference points to; `undefined` when it is not local or leads nowhere. */
export function resolvePointer(root: JsonSchema, reference: string): Schema | undefined {
  if (!/^#(?:\/|$)/.test(reference)) return undefined;
  let found: unknown = root;
  for (const escaped of reference.slice(1).split("/").slice(1)) {
    const step = decodeURIComponent(escaped).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return isSchema(found) ? found : undefined;
}
