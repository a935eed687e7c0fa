// From what a program says of its input to what is known of it: zod shapes, JSON Schema, enums.
import type { Machine } from "../machine.ts";
import { type HeapObject } from "../heap.ts";
import { ANY, BOOLEAN, enumOf, NUMBER, objectSchema, type Schema, STRING, unionOf } from "../schema.ts";
import { isNothing, objectsOf, soleConstant, textsOf, type Value } from "../value.ts";

/** `undefined` where it is no schema. */
export function readSchema(machine: Machine, value: Value): Schema | undefined {
  for (const atom of value.atoms) {
    if (atom.kind === "schema") return atom.schema;
    if (atom.kind === "class") {
      const schema = machine.program.schemaOfClass(machine, atom.cls);
      if (schema !== undefined) return schema;
    }
    if (atom.kind === "object" && atom.object.type === undefined) {
      const schema = readShape(machine, atom.object) ?? readJsonSchema(atom.object);
      if (schema !== undefined) return schema;
    }
  }
  return undefined;
}

/** `{ topic: z.string() }`. */
function readShape(machine: Machine, object: HeapObject): Schema | undefined {
  if (object.fields.size === 0) return undefined;
  const fields = new Map<string, Schema>();
  for (const [name, value] of object.fields) {
    const schema = value.atoms.find((atom) => atom.kind === "schema")?.schema;
    if (schema !== undefined) fields.set(name, schema);
  }
  if (fields.size === 0) return undefined;
  for (const name of object.fields.keys()) if (!fields.has(name)) fields.set(name, ANY);
  void machine;
  return objectSchema(fields);
}

export function readJsonSchema(object: HeapObject, depth = 0): Schema | undefined {
  if (depth > 8) return ANY;
  const text = (name: string): string | undefined => textsOf(object.fields.get(name) ?? { atoms: [], taints: [] })[0];
  const inner = (name: string): HeapObject | undefined => {
    const value = object.fields.get(name);
    return value === undefined ? undefined : objectsOf(value)[0];
  };
  const values = object.fields.get("enum");
  if (values !== undefined) return enumOf(objectsOf(values).flatMap((list) => textsOf(list.all())));
  const constant = object.fields.get("const");
  if (constant !== undefined && soleConstant(constant) !== undefined) return enumOf(textsOf(constant));
  const properties = inner("properties");
  if (properties !== undefined) {
    const fields = new Map<string, Schema>();
    for (const [name, value] of properties.fields) fields.set(name, readJsonSchema(objectsOf(value)[0] ?? object, depth + 1) ?? ANY);
    const extra = object.fields.get("additionalProperties");
    return objectSchema(fields, extra !== undefined && soleConstant(extra)?.value === false ? "refused" : "kept");
  }
  const options = inner("anyOf") ?? inner("oneOf");
  if (options !== undefined) {
    const read = [...options.fields.values()].map((one) => readJsonSchema(objectsOf(one)[0] ?? object, depth + 1) ?? ANY);
    if (read.length > 0) return unionOf(read);
  }
  switch (text("type")) {
    case "string":
      return { ...STRING, ...boundsOf(object) };
    case "number":
    case "integer":
      return NUMBER;
    case "boolean":
      return BOOLEAN;
    case "array": {
      const items = inner("items");
      return { kind: "array", element: items === undefined ? ANY : (readJsonSchema(items, depth + 1) ?? ANY), ...boundsOf(object) };
    }
    case "object":
      return { kind: "record", element: ANY };
    default:
      return undefined;
  }
}

function boundsOf(object: HeapObject): Pick<Schema, "maxLength" | "pattern"> {
  const most = numberOf(object, "maxLength") ?? numberOf(object, "maxItems");
  const pattern = textsOf(object.fields.get("pattern") ?? { atoms: [], taints: [] })[0];
  return { ...(most !== undefined && { maxLength: most }), ...(pattern !== undefined && { pattern }) };
}

function numberOf(object: HeapObject, name: string): number | undefined {
  const value = object.fields.get(name);
  if (value === undefined || isNothing(value)) return undefined;
  const known = soleConstant(value)?.value;
  return typeof known === "number" ? known : undefined;
}
