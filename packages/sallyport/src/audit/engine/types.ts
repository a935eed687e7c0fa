// Declared types: whose instance a value is where nothing else tells, and what a library checks arguments against.
import type { Expression, TypeRef } from "../ir/ir.ts";
import { basesOf, typicalInstance } from "./classes.ts";
import type { Machine } from "./machine.ts";
import { ANY, BOOLEAN, enumOf, NUMBER, objectSchema, type Schema, STRING, unionOf } from "./schema.ts";
import type { Scope } from "./scope.ts";
import { type ClassValue, join, NOTHING, objectValue, textsOf, type Value } from "./value.ts";

const WRAPPERS = new Set(
  "Promise Awaitable Optional Annotated Readonly Partial Required NonNullable Final ClassVar Coroutine PromiseLike Awaited Ref Lazy Required Omit Pick DeepPartial ReadonlyArray".split(
    " ",
  ),
);
const LISTS = new Set([
  "list",
  "Array",
  "ReadonlyArray",
  "List",
  "Sequence",
  "Iterable",
  "Set",
  "set",
  "AsyncIterator",
  "Iterator",
  "AsyncGenerator",
  "Generator",
]);
const MOST_DEPTH = 6;

/** Nothing, where the type says nothing that matters. */
export function typedValue(machine: Machine, type: TypeRef | undefined, scope: Scope, depth = 0): Value {
  if (type === undefined || depth > MOST_DEPTH) return NOTHING;
  const name = type.path.at(-1) ?? "";
  if (name === "union" || (WRAPPERS.has(name) && (type.args?.length ?? 0) > 0)) {
    const parts = name === "union" ? (type.args ?? []) : (type.args ?? []).slice(0, 1);
    return join(...parts.map((part) => typedValue(machine, part, scope, depth + 1)));
  }
  if (LISTS.has(name) || name === "map" || name === "Map" || name === "Record" || name === "dict") {
    const element = typedValue(machine, type.args?.at(-1), scope, depth + 1);
    if (element === NOTHING) return NOTHING;
    const list = machine.make(LISTS.has(name) ? "list" : "map", 0);
    list.add(element);
    return objectValue(list);
  }
  return typedName(machine, type, scope);
}

function typedName(machine: Machine, type: TypeRef, scope: Scope): Value {
  const [head = "", ...rest] = type.path;
  const cell = scope.find(head);
  if (cell === undefined) return NOTHING;
  let value = machine.state.read(cell);
  for (const name of rest) value = machine.member(value, name);
  return join(
    ...value.atoms.map((atom): Value => {
      if (atom.kind === "class") return typicalInstance(machine, atom.cls);
      if (atom.kind === "library") {
        const { returns } = atom.known.member;
        return returns === undefined || !returns.includes(":") ? NOTHING : machine.program.ofType(machine, returns);
      }
      // A type alias is evaluated to what it stands for.
      return atom.kind === "object" && atom.object.kind !== "list" ? { atoms: [atom], taints: [] } : NOTHING;
    }),
  );
}

/** What pydantic, or a Go binding, makes of a declared type, with the bounds that are annotated. */
export function schemaOf(
  machine: Machine,
  type: TypeRef | undefined,
  scope: Scope | undefined,
  given: Expression | undefined,
  depth = 0,
): Schema | undefined {
  const schema = unboundedSchemaOf(machine, type, scope, given, depth);
  if (schema === undefined || (schema.kind !== "string" && schema.kind !== "array")) return schema;
  const said = [...(type?.annotations ?? []), ...(given === undefined ? [] : [given])];
  return said.reduce<Schema>((bounded, one) => Object.assign(bounded, boundsIn(one)), { ...schema });
}

function unboundedSchemaOf(
  machine: Machine,
  type: TypeRef | undefined,
  scope: Scope | undefined,
  given: Expression | undefined,
  depth: number,
): Schema | undefined {
  if (type === undefined) return ANY;
  if (depth > MOST_DEPTH) return ANY;
  const inner = (one: TypeRef | undefined): Schema => schemaOf(machine, one, scope, undefined, depth + 1) ?? ANY;
  const name = type.path.at(-1) ?? "";
  switch (name) {
    case "str":
    case "string":
    case "bytes":
      return STRING;
    case "int":
    case "float":
    case "number":
    case "int64":
    case "float64":
    case "int32":
      return NUMBER;
    case "bool":
    case "boolean":
      return BOOLEAN;
    case "literal":
    case "Literal":
      return type.literal === undefined ? unionOf((type.args ?? []).map(inner)) : enumOf([type.literal]);
    case "None":
    case "null":
    case "undefined":
      return { kind: "null" };
    case "union":
    case "Union":
      return withoutNull((type.args ?? []).map(inner));
    case "Optional":
      return inner(type.args?.[0]);
    case "Annotated":
      return inner(type.args?.[0]);
    case "list":
    case "List":
    case "Sequence":
    case "tuple":
    case "set":
      return { kind: "array", element: inner(type.args?.[0]) };
    case "dict":
    case "Dict":
    case "map":
    case "Mapping":
      return { kind: "record", element: inner(type.args?.[1]) };
    case "object":
      return type.members === undefined ? ANY : objectSchema(new Map(type.members.map((member) => [member.name, inner(member.type)])));
    default:
      return named(machine, type, scope);
  }
}

function withoutNull(options: readonly Schema[]): Schema {
  const real = options.filter((option) => option.kind !== "null");
  return real.length === 0 ? ANY : unionOf(real);
}

/** `Field(max_length=64, pattern="…")`. */
function boundsIn(expression: Expression): Pick<Schema, "maxLength" | "pattern"> {
  if (expression.kind !== "call") return {};
  const literal = (name: string): unknown => {
    const value = expression.args.find((argument) => argument.name === name)?.value;
    return value?.kind === "literal" ? value.value : undefined;
  };
  const [most, pattern] = [literal("max_length"), literal("pattern") ?? literal("regex")];
  return { ...(typeof most === "number" && { maxLength: most }), ...(typeof pattern === "string" && { pattern }) };
}

function named(machine: Machine, type: TypeRef, scope: Scope | undefined): Schema | undefined {
  const [head = "", ...rest] = type.path;
  const cell = scope?.find(head);
  if (cell === undefined) return ANY;
  let value = machine.state.read(cell);
  for (const name of rest) value = machine.member(value, name);
  for (const atom of value.atoms) {
    if (atom.kind === "class") return machine.program.schemaOfClass(machine, atom.cls) ?? ANY;
    if (atom.kind === "schema") return atom.schema;
  }
  return ANY;
}

/** A model: its fields; an enum: its values. */
export function schemaOfClass(machine: Machine, cls: ClassValue, seen: ReadonlySet<ClassValue> = new Set()): Schema | undefined {
  if (cls.schema !== undefined) return cls.schema;
  if (seen.has(cls)) return ANY;
  const below = new Set(seen).add(cls);
  const bases = cls.definition.bases.map((base) => (base.kind === "name" ? base.name : base.kind === "member" ? base.name : ""));
  if (bases.some((base) => base.endsWith("Enum"))) return (cls.schema = enumOf([...cls.statics.values()].flatMap(textsOf)));
  const fields = new Map<string, Schema>();
  for (const base of basesOf(cls)) for (const [name, field] of schemaOfClass(machine, base, below)?.fields ?? []) fields.set(name, field);
  for (const { name, type, value } of cls.definition.fields)
    if (type !== undefined)
      for (const key of [name, jsonName(cls, name)]) fields.set(key, schemaOf(machine, type, cls.scope, value) ?? ANY);
  if (fields.size === 0) return undefined;
  return (cls.schema = objectSchema(fields, refusesExtra(cls) ? "refused" : "dropped"));
}

/** Go names a field in JSON by its tag. */
function jsonName(cls: ClassValue, name: string): string {
  const tag = cls.definition.fields.find((field) => field.name === name)?.tag;
  return /json:"([^",]+)/.exec(tag ?? "")?.[1] ?? name;
}

function refusesExtra(cls: ClassValue): boolean {
  const config = cls.definition.fields.find((field) => field.name === "model_config")?.value;
  return (
    config?.kind === "call" &&
    config.args.some(({ name, value }) => name === "extra" && value.kind === "literal" && value.value === "forbid")
  );
}
