// JSON Schema draft 2020-12 as the Schema Object of AsyncAPI 3.0, which is draft-07. Keywords that draft-07 does not
// have and cannot say otherwise (unevaluatedProperties, minContains, …) stay, for readers who know them.
import type { JsonSchema } from "./standard-schema.ts";
import { isObject, mapSubschemas, type Schema } from "./subschemas.ts";

const DROPPED = new Set(["$schema", "$id", "$anchor", "$dynamicAnchor", "$vocabulary"]);

/** `pointer` is where the schema will stand in the document: its references to itself are made to start there. */
export function toDraft07(schema: JsonSchema, pointer: string): JsonSchema {
  return convert(schema, pointer);
}

function convert(schema: JsonSchema, pointer: string): JsonSchema {
  const inner = mapSubschemas(schema, (child: Schema) => (typeof child === "boolean" ? child : convert(child, pointer)));
  const kept = Object.entries(inner).filter(([keyword]) => !DROPPED.has(keyword));
  return withReference(withDependencies(withTuple(Object.fromEntries(kept.map(([keyword, value]) => [rename(keyword), value])))), pointer);
}

const rename = (keyword: string): string => (keyword === "$defs" ? "definitions" : keyword);

function withTuple({ prefixItems, items, ...rest }: JsonSchema): JsonSchema {
  if (prefixItems === undefined) return items === undefined ? rest : { ...rest, items };
  return { ...rest, items: prefixItems, ...(items !== undefined && { additionalItems: items }) };
}

function withDependencies({ dependentRequired, dependentSchemas, ...rest }: JsonSchema): JsonSchema {
  if (dependentRequired === undefined && dependentSchemas === undefined) return rest;
  const dependencies = new Map<string, unknown>(isObject(dependentSchemas) ? Object.entries(dependentSchemas) : []);
  for (const [name, required] of Object.entries(isObject(dependentRequired) ? dependentRequired : {})) {
    const also = dependencies.get(name);
    dependencies.set(name, also === undefined ? required : { allOf: [also, { required }] });
  }
  return { ...rest, dependencies: Object.fromEntries(dependencies) };
}

/** Draft-07 ignores what stands beside a reference. */
function withReference({ $ref, ...rest }: JsonSchema, pointer: string): JsonSchema {
  if (typeof $ref !== "string") return rest;
  const moved = { $ref: $ref.startsWith("#") ? `${pointer}${$ref.slice(1).replaceAll("/$defs/", "/definitions/")}` : $ref };
  return Object.keys(rest).length === 0 ? moved : { ...rest, allOf: [moved, ...(Array.isArray(rest["allOf"]) ? rest["allOf"] : [])] };
}
