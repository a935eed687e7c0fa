// The kinds of values that the engine has, and what they stand in. They are made of one another, so they are said together;
// what is done with them is in value.ts, heap.ts, scope.ts and paths.ts.
import type { ClassDefinition, FunctionDefinition, Module, Place } from "../ir/ir.ts";
import type { Known } from "../models/load.ts";
import type { Test } from "./facts.ts";
import type { Schema } from "./schema.ts";
import type { Taint } from "./taint.ts";

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
  /** The present time; how long ago something was (or lies `ahead`); how long something is. Of the `calendar`: no number, and so never NaN. */
  | { readonly kind: "now"; readonly calendar?: boolean }
  | { readonly kind: "age"; readonly absolute: boolean; readonly calendar?: boolean; readonly ahead?: boolean }
  | { readonly kind: "length" }
  /** Computed by this program from nothing that matters; `fresh`: by chance, so that nobody else has named the same. */
  | { readonly kind: "unknown"; readonly fresh?: true };

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

export interface Given {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** Spread arguments whose number is not known. */
  readonly more: Value | undefined;
  /** `**kwargs` that are not known by name. */
  readonly moreNamed: Value | undefined;
}

export interface Cell {
  value: Value;
  /** Seen by many calls, in any order: what was in it may still be. */
  readonly shared: boolean;
  /** Given something new after its declaration. */
  changes?: boolean;
}

export type HeapKind = "object" | "list" | "map" | "set" | "instance" | "library" | "channel";

/** An object of the program: see heap.ts. */
export interface HeapObject {
  readonly kind: HeapKind;
  readonly file: string;
  readonly at: Place;
  readonly fields: Map<string, Value>;
  /** Members that it was written with: they are there whatever happens. */
  readonly sure: Set<string>;
  /** What stands under keys or at places that are not known. */
  element: Value;
  /** Keys that are not known by name. */
  keys: Value;
  cls: ClassValue | undefined;
  /** Of a library: `model:Type`. */
  type: string | undefined;
  /** What earlier calls left on it: see `remember` in models. */
  readonly slots: Map<string, Value>;
  /** Looking something up in it by any text can find what nobody put there. */
  prototype: boolean;
  /** Members that what came from outside was laid over: `{ id: newId(), ...args }`. */
  readonly overlaid: Map<string, readonly Taint[]>;
  /** What it holds came from outside as a whole: nobody chose its members one by one. */
  listed: boolean;
  /** Several results of one call, in a row: Go hands each of them on. */
  results: boolean;
  /** Made before anybody was let in: what one leaves in it is there for another. */
  common: boolean;
  read(name: string): Value | undefined;
  all(): Value;
  write(name: string, value: Value): void;
  add(value: Value): void;
}

/** Names of a block, a function, a module: see scope.ts. */
export interface Scope {
  readonly parent: Scope | undefined;
  /** `file`: of a package (Go), whose files hold only their imports; all else is the package's. */
  readonly holds: "module" | "file" | "function" | "block" | "class";
  readonly cells: Map<string, Cell>;
  declare(name: string, value: Value): Cell;
  alias(name: string, cell: Cell): void;
  own(name: string): Cell | undefined;
  find(name: string): Cell | undefined;
  home(): Scope;
  names(): Iterable<[string, Cell]>;
}

export interface SourceModule {
  readonly ir: Module;
  readonly scope: Scope;
  readonly exports: Map<string, Cell>;
  /** `export * from`. */
  readonly passes: { readonly from: string; readonly as: string | undefined }[];
  progress: "new" | "running" | "done";
}
