// Schemas made by calling: zod and those that look like it (valibot is near enough for `object` and `picklist`).
import type { Machine } from "../machine.ts";
import type { Given } from "../paths.ts";
import { ANY, BOOLEAN, enumOf, NUMBER, objectSchema, type Schema, STRING, unionOf } from "../schema.ts";
import { objectsOf, schemaValue, soleConstant, textsOf, type Value } from "../value.ts";
import { readSchema } from "./read.ts";

export const SCHEMA_LIBRARIES: ReadonlySet<string> = new Set([
  "zod",
  "zod/v3",
  "zod/v4",
  "zod-mini",
  "@hono/zod-openapi",
  "valibot",
  "superstruct",
  "@sinclair/typebox",
  "typebox",
]);

/** `z.string()`, `z.object({…})`. `undefined`: nothing that makes a schema. */
export function makeSchema(machine: Machine, name: string, args: Given): Value | undefined {
  const schema = schemaNamed(machine, name, args);
  return schema === undefined ? undefined : schemaValue(schema);
}

function schemaNamed(machine: Machine, name: string, args: Given): Schema | undefined {
  const [first, second] = args.positional;
  switch (name.toLowerCase()) {
    case "string":
    case "email":
    case "url":
    case "uuid":
    case "uuidv4":
    case "iso":
    case "cuid":
    case "ulid":
    case "base64":
    case "ipv4":
    case "ipv6":
    case "datetime":
    case "date":
      return STRING;
    case "number":
    case "int":
    case "bigint":
    case "integer":
    case "int32":
    case "float64":
      return NUMBER;
    case "boolean":
    case "stringbool":
      return BOOLEAN;
    case "null":
    case "undefined":
    case "void":
    case "never":
      return { kind: "null" };
    case "literal":
      return first === undefined ? ANY : enumOf(constantsIn(first));
    case "enum":
    case "nativeenum":
    case "picklist":
    case "enums":
      return first === undefined ? ANY : enumOf(constantsIn(first));
    case "strictobject":
      return first === undefined ? ANY : shape(machine, first, "refused");
    case "looseobject":
      return first === undefined ? ANY : shape(machine, first, "kept");
    case "object":
      return first === undefined ? ANY : shape(machine, first, "dropped");
    case "array":
    case "set":
    case "list":
      return { kind: "array", element: (first && readSchema(machine, first)) ?? ANY };
    case "tuple":
      return { kind: "array", element: first === undefined ? ANY : unionOf(schemasIn(machine, first)) };
    case "record":
    case "map":
      return { kind: "record", element: (second && readSchema(machine, second)) ?? (first && readSchema(machine, first)) ?? ANY };
    case "union":
    case "xor":
    case "variant":
      return first === undefined ? ANY : unionOf(schemasIn(machine, first));
    case "discriminatedunion":
      return second === undefined ? ANY : unionOf(schemasIn(machine, second));
    case "optional":
    case "nullable":
    case "nullish":
    case "readonly":
    case "lazy":
    case "preprocess":
    case "pipe":
      return (second && readSchema(machine, second)) ?? (first && readSchema(machine, first)) ?? ANY;
    case "intersection":
      return first !== undefined && second !== undefined
        ? merged(readSchema(machine, first) ?? ANY, readSchema(machine, second) ?? ANY)
        : ANY;
    case "any":
    case "unknown":
    case "custom":
    case "json":
    case "instanceof":
      return ANY;
    default:
      return undefined;
  }
}

const constantsIn = (value: Value): readonly (string | number | boolean | null)[] => {
  const own = value.atoms.flatMap((atom) => (atom.kind === "constant" && atom.value !== undefined ? [atom.value] : []));
  return [
    ...own,
    ...objectsOf(value).flatMap((object) =>
      object.all().atoms.flatMap((atom) => (atom.kind === "constant" && atom.value !== undefined ? [atom.value] : [])),
    ),
  ];
};

const schemasIn = (machine: Machine, value: Value): readonly Schema[] =>
  objectsOf(value).flatMap((object) => [...object.fields.values(), object.element].flatMap((one) => readSchema(machine, one) ?? []));

function shape(machine: Machine, value: Value, unknownKeys: Schema["unknownKeys"]): Schema {
  const fields = new Map<string, Schema>();
  for (const object of objectsOf(value)) for (const [name, field] of object.fields) fields.set(name, readSchema(machine, field) ?? ANY);
  return objectSchema(fields, unknownKeys);
}

function merged(one: Schema, other: Schema): Schema {
  if (one.kind !== "object" || other.kind !== "object") return one.kind === "any" ? other : one;
  return objectSchema(new Map([...(one.fields ?? []), ...(other.fields ?? [])]), other.unknownKeys ?? one.unknownKeys);
}

/** `.max(10)`, `.strict()`, `.extend({…})`: another schema. `undefined`: not a method that gives one. */
export function refineSchema(machine: Machine, schema: Schema, name: string, args: Given): Schema | undefined {
  const [first] = args.positional;
  switch (name) {
    case "strict":
      return { ...schema, unknownKeys: "refused" };
    case "passthrough":
    case "loose":
    case "catchall":
      return { ...schema, unknownKeys: "kept" };
    case "strip":
      return { ...schema, unknownKeys: "dropped" };
    case "max":
    case "length":
    case "maxLength": {
      const most = first === undefined ? undefined : soleConstant(first)?.value;
      return typeof most === "number" ? { ...schema, maxLength: most } : schema;
    }
    case "regex":
    case "pattern": {
      const source = first?.atoms.find((atom) => atom.kind === "regex")?.source ?? (first === undefined ? undefined : textsOf(first)[0]);
      return source === undefined ? schema : { ...schema, pattern: source };
    }
    case "refine":
    case "superRefine":
    case "check":
      return { ...schema, custom: true };
    case "extend":
    case "safeExtend":
    case "merge": {
      const more = first === undefined ? undefined : readSchema(machine, first);
      return more === undefined ? { ...schema, unknownKeys: "kept" } : merged(schema, more);
    }
    case "array":
      // `z.string().array()`, and `z.array(z.string())`.
      return { kind: "array", element: (first && readSchema(machine, first)) ?? schema };
    case "or":
      return unionOf([schema, (first && readSchema(machine, first)) ?? ANY]);
    case "and":
      return merged(schema, (first && readSchema(machine, first)) ?? ANY);
    case "pipe":
      return (first && readSchema(machine, first)) ?? schema;
    case "transform":
      return { ...schema, custom: true };
    case "pick":
    case "omit":
    case "partial":
    case "required":
    case "deepPartial":
      return picked(schema, name, first);
    case "unwrap":
    case "element":
      return schema.element ?? schema;
    default:
      return CHAINS.has(name) ? schema : undefined;
  }
}

function picked(schema: Schema, name: string, mask: Value | undefined): Schema {
  if (schema.fields === undefined || (name !== "pick" && name !== "omit") || mask === undefined) return schema;
  const names = new Set(objectsOf(mask).flatMap((object) => [...object.fields.keys()]));
  return { ...schema, fields: new Map([...schema.fields].filter(([key]) => names.has(key) === (name === "pick"))) };
}

const CHAINS = new Set(
  (
    "optional nullable nullish default prefault catch describe meta brand readonly min nonempty nonnegative positive negative int finite safe multipleOf gt gte lt lte email url uuid cuid " +
    "ulid datetime date time ip cidr base64 startsWith endsWith includes trim toLowerCase toUpperCase normalize openapi register minLength title nonoptional coerce message step size"
  ).split(" "),
);
