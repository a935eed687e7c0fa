// Abstract values: everything that an expression may be, as a small set, and who had a say in it.
import type { Atom, Closure, Constant, HeapObject, Value } from "./kinds.ts";
import { eitherTest, FALSE, type Test, TRUE } from "./facts.ts";
import type { Schema } from "./schema.ts";
import { joinTaints, type Taint } from "./taint.ts";

export type { Atom, ClassValue, Closure, Constant, Value, Written } from "./kinds.ts";

const MOST_ATOMS = 96;
const MOST_CONSTANTS = 32;

export const NOTHING: Value = { atoms: [], taints: [] };
export const UNKNOWN: Value = { atoms: [{ kind: "unknown" }], taints: [] };
export const FRESH: Value = { atoms: [{ kind: "unknown", fresh: true }], taints: [] };

export const constant = (value: Constant): Value => ({ atoms: [{ kind: "constant", value }], taints: [] });
export const UNDEFINED = constant(undefined);
export const objectValue = (object: HeapObject, taints: readonly Taint[] = []): Value => ({ atoms: [{ kind: "object", object }], taints });
export const functionValue = (closure: Closure): Value => ({ atoms: [{ kind: "function", closure }], taints: [] });
export const schemaValue = (schema: Schema): Value => ({ atoms: [{ kind: "schema", schema }], taints: [] });
export const ofTaints = (taints: readonly Taint[]): Value => (taints.length === 0 ? UNKNOWN : { atoms: [{ kind: "unknown" }], taints });

export const isNothing = (value: Value): boolean => value.atoms.length === 0 && value.taints.length === 0;

export function join(...values: readonly Value[]): Value {
  let first: Value | undefined;
  let alike = true;
  for (const value of values) {
    if (isNothing(value)) continue;
    if (first === undefined) first = value;
    else if (value !== first) alike = false;
  }
  if (first === undefined) return NOTHING;
  if (alike) return first;
  const some = values.filter((value) => !isNothing(value));
  const joined = { atoms: joinAtoms(some), taints: joinTaints(some.map((value) => value.taints)) };
  const test = some.some((value) => value.test !== undefined) ? joinTests(some) : undefined;
  return test === undefined ? joined : { ...joined, test };
}

/** What is known of each of them, where each of them is something that can be told. */
function joinTests(values: readonly Value[]): Test | undefined {
  const tests: Test[] = [];
  for (const value of values) {
    const truth = value.test === undefined ? truthOf(value) : "either";
    const one = truth === "either" ? value.test : truth === "true" ? TRUE : FALSE;
    if (one === undefined) return undefined;
    tests.push(one);
  }
  return eitherTest(tests);
}

function joinAtoms(values: readonly Value[]): readonly Atom[] {
  const atoms: Atom[] = [];
  const seen = new Set<unknown>();
  let constants = 0;
  for (const value of values) {
    for (const atom of value.atoms) {
      const identity = identityOf(atom);
      const size = seen.size;
      if (seen.add(identity).size === size) continue;
      if (atom.kind === "constant" && ++constants > MOST_CONSTANTS) continue;
      atoms.push(atom);
      if (atoms.length >= MOST_ATOMS) return atoms;
    }
  }
  return atoms;
}

function identityOf(atom: Atom): unknown {
  switch (atom.kind) {
    case "constant":
      // What a constant is stands for itself, apart from the words below.
      return typeof atom.value === "string" ? `:${atom.value}` : atom.value;
    case "object":
      return atom.object;
    case "function":
      return atom.closure.self === undefined && atom.closure.bound === undefined ? atom.closure.definition : atom.closure;
    case "class":
      return atom.cls;
    case "schema":
      return atom.schema;
    case "module":
      return atom.module;
    case "library":
      return atom.receiver === undefined && atom.applied === undefined ? atom.known.member : atom;
    case "namespace":
      return `namespace:${atom.library}/${atom.subpath}`;
    case "now":
    case "age":
    case "length":
      return atom.kind;
    case "unknown":
      return atom.fresh === true ? "fresh" : atom.kind;
    default:
      return atom;
  }
}

/** The value's constants that are text. */
export function textsOf(value: Value): readonly string[] {
  return value.atoms.flatMap((atom) => (atom.kind === "constant" && typeof atom.value === "string" ? [atom.value] : []));
}

/** Its only possible constant, when that is all it can be. */
export function soleConstant(value: Value): { readonly value: Constant } | undefined {
  const [atom] = value.atoms;
  return value.atoms.length === 1 && atom?.kind === "constant" && value.taints.length === 0 ? { value: atom.value } : undefined;
}

/** The names that a key can be, where it can be no other. */
export function wordsOf({ atoms, taints }: Value): readonly string[] | undefined {
  if (taints.length > 0 || atoms.length === 0 || atoms.length >= MOST_CONSTANTS) return undefined;
  const words = atoms.flatMap((atom) =>
    atom.kind === "constant" && (typeof atom.value === "string" || typeof atom.value === "number") ? [String(atom.value)] : [],
  );
  return words.length === atoms.length ? words : undefined;
}

/** It is there whatever happens: the object was written with it. */
export function isSure({ atoms, taints }: Value, name: string): boolean {
  const [atom] = atoms;
  return atoms.length === 1 && taints.length === 0 && atom?.kind === "object" && atom.object.sure.has(name);
}

export const objectsOf = (value: Value): readonly HeapObject[] =>
  value.atoms.flatMap((atom) => (atom.kind === "object" ? [atom.object] : []));

/** The items of a list that are all known, in order. */
export function rowOf(value: Value): readonly Value[] | undefined {
  const [atom] = value.atoms;
  if (value.atoms.length !== 1 || atom?.kind !== "object" || atom.object.kind !== "list" || !isNothing(atom.object.element))
    return undefined;
  return [...atom.object.fields.values()];
}

export const isCallable = (value: Value): boolean => value.atoms.some((atom) => atom.kind === "function" || atom.kind === "library");

const OPEN: ReadonlySet<Atom["kind"]> = new Set(["unknown", "text", "now", "age", "length"]);

/** Texts and numbers that may be empty or null, and what the environment may leave out. */
const isOpen = (atom: Atom): boolean => OPEN.has(atom.kind) || (atom.kind === "native" && ENVIRONMENT.test(atom.name));

const ENVIRONMENT = /\benv\.\w+$/;

/** May it be true, may it be false? Only constants can be told. */
export function truthOf(value: Value): "true" | "false" | "either" {
  if (value.taints.length > 0 || value.atoms.length === 0) return "either";
  let truth: "true" | "false" | undefined;
  for (const atom of value.atoms) {
    const one = atom.kind === "constant" ? (atom.value ? "true" : "false") : isOpen(atom) ? "either" : "true";
    if (one === "either") return "either";
    if (truth !== undefined && truth !== one) return "either";
    truth = one;
  }
  return truth ?? "either";
}
