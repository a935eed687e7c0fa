// Names, and what they hold at a point of the program. Where the program branches, each way has a state of its own;
// where the ways meet, a name may hold what any of them gave it.
import { either, type Facts, NO_FACTS } from "./facts.ts";
import { grew, hasGrown } from "./growth.ts";
import type { Cell, Scope as Names, SourceModule, Value } from "./kinds.ts";
import { join, NOTHING, UNDEFINED } from "./value.ts";

export type { Cell, SourceModule };

export class Scope implements Names {
  readonly parent: Names | undefined;
  /** `file`: of a package (Go), whose files hold only their imports; all else is the package's. */
  readonly holds: "module" | "file" | "function" | "block" | "class";
  readonly cells = new Map<string, Cell>();

  constructor(holds: Names["holds"], parent: Names | undefined) {
    this.holds = holds;
    this.parent = parent;
  }

  declare(name: string, value: Value): Cell {
    const cell: Cell = { value, shared: this.holds === "module" || this.holds === "file" };
    this.cells.set(name, cell);
    return cell;
  }

  /** The name is another's: what is written there is seen here. */
  alias(name: string, cell: Cell): void {
    this.cells.set(name, cell);
  }

  own(name: string): Cell | undefined {
    return this.cells.get(name);
  }

  find(name: string): Cell | undefined {
    return this.cells.get(name) ?? this.parent?.find(name);
  }

  /** Where a name that is assigned without a declaration comes to be. */
  home(): Names {
    return this.holds === "block" && this.parent !== undefined ? this.parent.home() : this;
  }

  names(): Iterable<[string, Cell]> {
    return this.cells.entries();
  }
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
    const own = this.#cells.get(cell);
    if (own !== undefined) return own;
    for (let state = this.#parent; state !== undefined; state = state.#parent) {
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
    for (const state of this.#line(base)) for (const [cell, value] of state.#cells) way.#cells.set(cell, value);
    way.facts = this.facts;
    way.alive = true;
    return way;
  }

  /** The states from `base` to here, without `base`. */
  #line(base: State): readonly State[] {
    const line: State[] = [];
    if (base === this) return line;
    line.push(this);
    for (let state = this.#parent; state !== undefined && state !== base; state = state.#parent) line.push(state);
    return line.toReversed();
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
