// Names, and what they hold at a point of the program. Where the program branches, each way has a state of its own;
// where the ways meet, a name may hold what any of them gave it.
import type { Module } from "../ir/ir.ts";
import { either, type Facts, NO_FACTS } from "./facts.ts";
import { grew, hasGrown } from "./growth.ts";
import { join, NOTHING, UNDEFINED, type Value } from "./value.ts";

export interface Cell {
  value: Value;
  /** Seen by many calls, in any order: what was in it may still be. */
  readonly shared: boolean;
  /** Given something new after its declaration. */
  changes?: boolean;
}

export class Scope {
  readonly parent: Scope | undefined;
  /** A function's own names (Python) are declared in the nearest of these. */
  /** `file`: of a package (Go), whose files hold only their imports; all else is the package's. */
  readonly holds: "module" | "file" | "function" | "block" | "class";
  readonly #cells = new Map<string, Cell>();

  constructor(holds: Scope["holds"], parent: Scope | undefined) {
    this.holds = holds;
    this.parent = parent;
  }

  declare(name: string, value: Value): Cell {
    const cell: Cell = { value, shared: this.holds === "module" || this.holds === "file" };
    this.#cells.set(name, cell);
    return cell;
  }

  /** The name is another's: what is written there is seen here. */
  alias(name: string, cell: Cell): void {
    this.#cells.set(name, cell);
  }

  own(name: string): Cell | undefined {
    return this.#cells.get(name);
  }

  find(name: string): Cell | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const cell = scope.#cells.get(name);
      if (cell !== undefined) return cell;
    }
    return undefined;
  }

  /** Where a name that is assigned without a declaration comes to be. */
  home(): Scope {
    let scope: Scope = this;
    while (scope.holds === "block" && scope.parent !== undefined) scope = scope.parent;
    return scope;
  }

  names(): Iterable<[string, Cell]> {
    return this.#cells.entries();
  }
}

export interface SourceModule {
  readonly ir: Module;
  readonly scope: Scope;
  readonly exports: Map<string, Cell>;
  /** `export * from`. */
  readonly passes: { readonly from: string; readonly as: string | undefined }[];
  progress: "new" | "running" | "done";
}

const joinShared = (before: Value, value: Value): Value => {
  const after = join(before, value);
  if (hasGrown(before, after)) grew();
  return after;
};

export class State {
  facts: Facts;
  /** False when no run comes here: after a return, a throw, an exit. */
  alive = true;
  readonly #parent: State | undefined;
  readonly #cells = new Map<Cell, Value>();

  constructor(parent?: State) {
    this.#parent = parent;
    this.facts = parent?.facts ?? NO_FACTS;
    this.alive = parent?.alive ?? true;
  }

  read(cell: Cell): Value {
    for (let state: State | undefined = this; state !== undefined; state = state.#parent) {
      const value = state.#cells.get(cell);
      if (value !== undefined) return value;
    }
    return cell.value;
  }

  write(cell: Cell, value: Value): void {
    cell.changes = true;
    const next = cell.shared ? joinShared(this.read(cell), value) : value;
    if (this.#parent === undefined) cell.value = next;
    else this.#cells.set(cell, next);
  }

  fork(): State {
    return new State(this);
  }

  /** What was written between `base` and here, as a way that starts at `base`. */
  since(base: State): State {
    const way = new State(base);
    const line: State[] = [];
    for (let state: State | undefined = this; state !== undefined && state !== base; state = state.#parent) line.push(state);
    for (const state of line.reverse()) for (const [cell, value] of state.#cells) way.#cells.set(cell, value);
    way.facts = this.facts;
    way.alive = true;
    return way;
  }

  /** The ways meet again, here. Those that ended in between do not count. */
  meet(...ways: readonly State[]): void {
    const alive = ways.filter((way) => way.alive);
    if (alive.length === 0) {
      // What was written is written, for those who run later.
      for (const way of ways) for (const [cell, value] of way.#cells) if (cell.shared) this.write(cell, value);
      this.alive = false;
      return;
    }
    const written = new Set(alive.flatMap((way) => [...way.#cells.keys()]));
    for (const way of ways) for (const cell of way.#cells.keys()) if (cell.shared) written.add(cell);
    for (const cell of written) {
      const values = ways.filter((way) => way.alive || cell.shared).map((way) => way.#cells.get(cell) ?? this.read(cell));
      const met = join(...values);
      if (this.#parent === undefined) cell.value = cell.shared ? join(cell.value, met) : met;
      else this.#cells.set(cell, met);
    }
    this.facts = alive.map((way) => way.facts).reduce(either);
  }
}

/** A variable that was declared and not given anything. */
export const isUnset = (value: Value): boolean => value === NOTHING || value === UNDEFINED;
