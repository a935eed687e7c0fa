// What the parts of the interpreter ask of one another.
import type { Expression, Language, Pattern, Place, Statement, TypeRef } from "../ir/ir.ts";
import type { Schema } from "./schema.ts";
import type { ModelIndex } from "../models/load.ts";
import type { Around, ConsumerEntry, Entry, Event, Frame, Happened } from "./events.ts";
import type { HeapKind, HeapObject } from "./heap.ts";
import type { Given } from "./paths.ts";
import type { Scope, SourceModule, State } from "./scope.ts";
import type { Origin, Taint } from "./taint.ts";
import type { Atom, ClassValue, Closure, Value, Written } from "./value.ts";

/** Where a call is made. */
export interface Site {
  readonly at: Place;
  /** As written, shortened: `producer.send`. */
  readonly text: string;
  readonly awaited: boolean;
  readonly isNew?: boolean;
  /** What it gives is dropped: a promise that nobody waits for. */
  readonly unused?: boolean;
}

/** A function that is running. */
export interface Activation {
  readonly module: SourceModule;
  readonly closure: Closure | undefined;
  readonly self: Value | undefined;
  readonly base: State;
  readonly returns: { readonly value: Value; readonly state: State }[];
  readonly yields: Value[];
  readonly within: string;
}

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

/** What is beyond one function: modules, classes, libraries. */
export interface Program {
  readonly sources: readonly SourceModule[];
  bindImport(machine: Machine, statement: Of<"import">, scope: Scope): void;
  bindExport(machine: Machine, statement: Of<"export">, scope: Scope): void;
  passOn(machine: Machine, statement: Of<"export-all">, scope: Scope): void;
  imported(machine: Machine, from: string, name: string): Value;
  exported(machine: Machine, module: SourceModule, name: string): Value;
  namesIn(module: SourceModule): ReadonlySet<string>;
  assignExport(machine: Machine, module: SourceModule, name: string, value: Value): void;
  libraryExport(machine: Machine, library: string, subpath: string, name: string): Value;
  global(name: string): Value;

  register(cls: ClassValue): void;
  /** The class was declared: what libraries make of classes that extend theirs. */
  extended(machine: Machine, cls: ClassValue): void;
  /** Classes with a method of that name. */
  holdersOf(name: string): readonly ClassValue[];
  /** Classes that an interface stands for. */
  fitting(cls: ClassValue): readonly ClassValue[];
  /** What a class has of a library's class that it extends. */
  baseMember(machine: Machine, cls: ClassValue, name: string, self?: Value): Value;
  callSuper(machine: Machine, bases: Value, args: Given, site: Site): Value;
  evaluateField(machine: Machine, cls: ClassValue, value: Expression, self: Value): Value;
  instanceFor(machine: Machine, type: TypeRef, scope: Scope, at: Place): Value;
  asUncalled(machine: Machine, cls: ClassValue, run: () => void): void;
  callTyped(machine: Machine, closure: Closure): Value;

  ofType(machine: Machine, type: string, receiver?: Value, site?: Site): Value;
  originAt(machine: Machine, kind: Origin["kind"], site: Site, name?: string): Origin;
  decorate(machine: Machine, atom: Extract<Atom, { kind: "library" }>, target: Value, site: Site): Value;
  schemaOfType(machine: Machine, type: TypeRef | undefined, scope: Scope | undefined, given: Expression | undefined): Schema | undefined;
  schemaOfClass(machine: Machine, cls: ClassValue): Schema | undefined;
}

/** A piece of an event; the machine adds who, where and under what. */
export type Report = Event extends infer E ? (E extends Event ? Omit<E, keyof Happened> : never) : never;

export interface Machine {
  readonly program: Program;
  readonly models: ModelIndex;
  readonly language: Language;
  readonly entry: Entry;
  state: State;
  readonly activation: Activation;
  readonly stack: readonly Frame[];

  evaluate(expression: Expression, scope: Scope): Value;
  execute(statements: readonly Statement[], scope: Scope): void;
  bind(pattern: Pattern, value: Value, scope: Scope, how: "declare" | "assign"): void;

  call(callee: Value, args: Given, site: Site): Value;
  callMember(receiver: Value, name: string, args: Given, site: Site): Value;
  callClosure(closure: Closure, args: Given, site: Site): Value;
  construct(cls: ClassValue, args: Given, site: Site): Value;
  /** A helper does what another function spells out: where that one calls, if it is not the one that runs. */
  writer(word: string): Written | undefined;
  /** Runs functions among values, as a library would: later or never, with what it is handed. */
  callBack(callee: Value, args: Given, site: Site, of: "timer" | "library"): Value;

  member(value: Value, name: string): Value;
  index(value: Value, index: Value, at: Place): Value;
  element(value: Value): Value;
  write(object: Value, name: string, value: Value): void;
  typed(type: TypeRef | undefined, scope: Scope): Value;

  /** A new object; of very many from one place the last stands for the rest. */
  make(kind: HeapKind, at: Place, type?: string): HeapObject;
  /** `place`: it stands elsewhere than in the code that runs. */
  report(event: Report, at: Place, place?: Written): void;
  within<T>(around: Around, work: () => T): T;
  fresh(): number;
  origin(kind: Origin["kind"], name: string, at: Place): Origin;
  source(origin: Origin, what: string): Taint;
  /** Runs each way from here, and lets them meet. */
  ways(...runs: readonly (() => void)[]): void;
  /** Somebody is let in whose code is a part of what runs already. */
  note(entry: Entry): void;
  /** The same consumer, however often it is come by. */
  consumer(origin: Origin, make: () => ConsumerEntry): ConsumerEntry;
  /** Registers what runs later. */
  later(entry: Entry, run: () => void): void;
}
