// Abstract values: everything that an expression may be, as a small set, and who had a say in it.
import type { ClassDefinition, FunctionDefinition } from "../ir/ir.ts";
import type { Known } from "../models/load.ts";
import type { Test } from "./facts.ts";
import type { HeapObject } from "./heap.ts";
import type { Given } from "./paths.ts";
import type { Schema } from "./schema.ts";
import type { Scope, SourceModule } from "./scope.ts";
import { joinTaints, type Taint } from "./taint.ts";

export interface Value {
  readonly atoms: readonly Atom[];
  /** Whose words it is, in whole or in part. What an object holds is not repeated here: see `deepTaints`. */
  readonly taints: readonly Taint[];
  /** What is known where it is true, and where it is not. */
  readonly test?: Test | undefined;
}

export type Constant = string | number | boolean | null | undefined;

export type Atom =
  | { readonly kind: "constant"; readonly value: Constant }
  /** Text made of parts, or another form of one (`encoded`: JSON and the like). */
  | { readonly kind: "text"; readonly parts: readonly Value[]; readonly encoded?: boolean; readonly writtenAt?: Written }
  | { readonly kind: "object"; readonly object: HeapObject }
  | { readonly kind: "function"; readonly closure: Closure }
  | { readonly kind: "class"; readonly cls: ClassValue }
  /** A library's function, or a bound method of its object. */
  | {
      readonly kind: "library";
      readonly known: Known;
      readonly name: string;
      readonly receiver: Value | undefined;
      /** A decorator that was given its arguments and waits for its function. */
      readonly applied?: Given;
    }
  /** A method of the language's own values. */
  | { readonly kind: "native"; readonly name: string; readonly receiver: Value }
  | { readonly kind: "schema"; readonly schema: Schema }
  | { readonly kind: "module"; readonly module: SourceModule }
  | { readonly kind: "namespace"; readonly library: string; readonly subpath: string }
  | { readonly kind: "regex"; readonly source: string }
  /** The present time; how long ago something was; how long something is. */
  | { readonly kind: "now" }
  | { readonly kind: "age"; readonly absolute: boolean }
  | { readonly kind: "length" }
  /** Computed by this program from nothing that matters. */
  | { readonly kind: "unknown" };

/** Where a text was put together: a URL belongs there and not to the helper that sends it. */
export interface Written {
  readonly file: string;
  readonly at: number;
}

export interface Closure {
  readonly definition: FunctionDefinition;
  readonly scope: Scope;
  readonly module: SourceModule;
  /** Bound `this`, or the receiver that is handed in first (Python, Go). */
  readonly self?: Value | undefined;
  /** `bind` and `partial`. */
  readonly bound?: readonly Value[] | undefined;
  readonly cls?: ClassValue | undefined;
}

export interface ClassValue {
  readonly definition: ClassDefinition;
  readonly scope: Scope;
  readonly module: SourceModule;
  /** Evaluated bases; filled when the declaration is. */
  bases: readonly Value[];
  /** Go methods, static fields, whatever is put on the class itself. */
  readonly statics: Map<string, Value>;
  readonly attached: Map<string, Closure>;
  /** The one instance that stands for all where only the type is known. */
  typical?: HeapObject;
  /** Schema made of its annotated fields, where it is a model of pydantic or a Go struct. */
  schema?: Schema | undefined;
}

const MOST_ATOMS = 96;
const MOST_CONSTANTS = 32;

export const NOTHING: Value = { atoms: [], taints: [] };
export const UNKNOWN: Value = { atoms: [{ kind: "unknown" }], taints: [] };

export const constant = (value: Constant): Value => ({ atoms: [{ kind: "constant", value }], taints: [] });
export const UNDEFINED = constant(undefined);
export const objectValue = (object: HeapObject, taints: readonly Taint[] = []): Value => ({ atoms: [{ kind: "object", object }], taints });
export const functionValue = (closure: Closure): Value => ({ atoms: [{ kind: "function", closure }], taints: [] });
export const schemaValue = (schema: Schema): Value => ({ atoms: [{ kind: "schema", schema }], taints: [] });
export const ofTaints = (taints: readonly Taint[]): Value => (taints.length === 0 ? UNKNOWN : { atoms: [{ kind: "unknown" }], taints });

export const isNothing = (value: Value): boolean => value.atoms.length === 0 && value.taints.length === 0;

export function join(...values: readonly Value[]): Value {
  const some = values.filter((value) => !isNothing(value));
  const [first] = some;
  if (first === undefined) return NOTHING;
  if (some.length === 1 || some.every((value) => value === first)) return first;
  return { atoms: joinAtoms(some), taints: joinTaints(some.map((value) => value.taints)) };
}

function joinAtoms(values: readonly Value[]): readonly Atom[] {
  const atoms: Atom[] = [];
  const seen = new Set<unknown>();
  let constants = 0;
  for (const value of values) {
    for (const atom of value.atoms) {
      const identity = identityOf(atom);
      if (seen.has(identity)) continue;
      seen.add(identity);
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
      return `${typeof atom.value}:${String(atom.value)}`;
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
    case "unknown":
      return atom.kind;
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

/** May it be true, may it be false? Only constants can be told. */
export function truthOf(value: Value): "true" | "false" | "either" {
  if (value.taints.length > 0 || value.atoms.length === 0) return "either";
  let truth: "true" | "false" | undefined;
  for (const atom of value.atoms) {
    const one =
      atom.kind === "constant" ? (atom.value ? "true" : "false") : atom.kind === "unknown" || atom.kind === "text" ? "either" : "true";
    if (one === "either" || atom.kind === "now" || atom.kind === "age" || atom.kind === "length") return "either";
    if (truth !== undefined && truth !== one) return "either";
    truth = one;
  }
  return truth ?? "either";
}
