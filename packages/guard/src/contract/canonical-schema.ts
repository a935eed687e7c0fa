// One spelling for schemas that accept the same: what only describes is left out, references are put in, sets are
// sorted. Two schemas that then look alike are alike; two that do not may still be.
import type { JsonSchema } from "./standard-schema.ts";
import { mapSubschemas, resolvePointer, type Schema } from "./subschemas.ts";

const ANNOTATIONS = new Set(["title", "description", "examples", "default", "deprecated", "readOnly", "writeOnly", "$comment", "$schema"]);
const DEFINITIONS = new Set(["$defs", "definitions"]);
/** They change what a reference means, or what stands beside one. */
const RELOCATING = ["$id", "$anchor", "$dynamicRef", "$dynamicAnchor"];
export const UNEVALUATED = ["unevaluatedProperties", "unevaluatedItems"];
/** Said or left out, they mean the same. */
const VOID: ReadonlyMap<string, string> = new Map([
  ["minLength", "0"],
  ["minItems", "0"],
  ["minProperties", "0"],
  ["uniqueItems", "false"],
  ["required", "[]"],
  ["properties", "{}"],
  ["items", "{}"],
  ["additionalProperties", "{}"],
]);

export const NOTHING: JsonSchema = { not: {} };

/** `undefined` for a schema that contains itself, or refers to what is not in it. */
export function canonicalSchema(root: JsonSchema): JsonSchema | undefined {
  try {
    return canonical(root, root, []);
  } catch (error) {
    if (error instanceof CannotInline) return undefined;
    throw error;
  }
}

class CannotInline extends Error {}

function canonical(schema: Schema, root: JsonSchema, open: readonly string[]): JsonSchema {
  if (typeof schema === "boolean") return schema ? {} : NOTHING;
  const { $ref, ...rest } = schema;
  if (RELOCATING.some((keyword) => keyword in rest) || ($ref !== undefined && UNEVALUATED.some((keyword) => keyword in rest)))
    throw new CannotInline();
  const own = sorted(ownOf(rest, root, open));
  if ($ref === undefined) return own;
  if (typeof $ref !== "string" || open.includes($ref)) throw new CannotInline();
  const target = resolvePointer(root, $ref);
  if (target === undefined) throw new CannotInline();
  const referred = canonical(target, root, [...open, $ref]);
  return Object.keys(own).length === 0 ? referred : { allOf: [own, referred] };
}

function ownOf(schema: JsonSchema, root: JsonSchema, open: readonly string[]): JsonSchema {
  const kept = Object.fromEntries(Object.entries(schema).filter(([keyword]) => !ANNOTATIONS.has(keyword) && !DEFINITIONS.has(keyword)));
  return mapSubschemas(kept, (inner) => canonical(inner, root, open));
}

function sorted({ const: only, ...schema }: JsonSchema): JsonSchema {
  const entries = Object.entries(only === undefined ? schema : withConst(schema, only)).map(
    ([keyword, value]) => [keyword, sortedValue(keyword, value)] as const,
  );
  return Object.fromEntries(
    entries.filter(([keyword, value]) => VOID.get(keyword) !== stable(value)).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** `const: x` is `enum: [x]`. Beside an enum it is left as it is, and compared as a whole. */
const withConst = (schema: JsonSchema, only: unknown): JsonSchema =>
  "enum" in schema ? { ...schema, const: only } : { ...schema, enum: [only] };

function sortedValue(keyword: string, value: unknown): unknown {
  if (keyword === "type" && Array.isArray(value) && value.length === 1) return value[0];
  if (!["type", "enum", "required"].includes(keyword) || !Array.isArray(value)) return value;
  return [...new Map(value.map((item) => [stable(item), item])).values()].sort((one, other) => (stable(one) < stable(other) ? -1 : 1));
}

/** JSON with sorted members: equal values give equal text. */
export function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stable(member)}`).join(",")}}`;
}
