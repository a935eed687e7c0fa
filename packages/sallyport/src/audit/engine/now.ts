// Who runs, how far it has come, and under what.
import type { FunctionDefinition } from "../ir/ir.ts";
import type { Around, Entry, Frame } from "./events.ts";
import type { HeapObject } from "./heap.ts";
import type { Activation } from "./machine.ts";
import type { SourceModule, State } from "./scope.ts";
import type { Closure, Value } from "./value.ts";

/** How often a function was run in one entry, and what came of it. */
export interface Runs {
  count: number;
  last: Value;
  readonly alike: Map<string, { count: number; value: Value }>;
}

export interface Now {
  entry: Entry;
  around: readonly Around[];
  stack: readonly Frame[];
  spent: number;
  readonly runs: Map<FunctionDefinition, Runs>;
  readonly running: FunctionDefinition[];
  readonly objects: Map<string, readonly HeapObject[]>;
  /** Of an earlier run of it. */
  readonly made: ReadonlyMap<string, readonly HeapObject[]>;
}

export const nowOf = (entry: Entry, made: Now["made"] = new Map()): Now => ({
  entry,
  around: [],
  stack: [],
  spent: 0,
  runs: new Map(),
  running: [],
  objects: new Map(),
  made,
});

export const activationAt = (base: State, module: SourceModule, closure: Closure | undefined): Activation => ({
  module,
  closure,
  self: closure?.self,
  base,
  returns: [],
  yields: [],
  within: closure?.definition.name ?? "",
});
