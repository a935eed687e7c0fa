// Taking values apart into names, and writing to places.
import type { Expression, Pattern } from "../ir/ir.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";
import { isNothing, join, NOTHING, soleConstant, UNKNOWN, type Value, wordsOf } from "./value.ts";

export type How = "declare" | "assign";

export function bindPattern(machine: Machine, pattern: Pattern, value: Value, scope: Scope, how: How): void {
  switch (pattern.kind) {
    case "name":
      return bindName(machine, pattern.name, value, scope, how);
    case "object": {
      for (const { key, target } of pattern.entries) {
        bindPattern(machine, target, typeof key === "string" ? machine.member(value, key) : byKey(machine, value, key, scope), scope, how);
      }
      // What is left over is most of it.
      if (pattern.rest !== undefined) bindPattern(machine, pattern.rest, value, scope, how);
      return;
    }
    case "array": {
      for (const [index, item] of pattern.items.entries()) {
        if (item !== undefined) bindPattern(machine, item, itemOf(machine, value, index), scope, how);
      }
      if (pattern.rest !== undefined) bindPattern(machine, pattern.rest, value, scope, how);
      return;
    }
    case "default": {
      const fallback = machine.evaluate(pattern.value, scope);
      const given = isAbsent(value) ? fallback : join(value, fallback);
      return bindPattern(machine, pattern.target, { ...given, taints: value.taints.length > 0 ? value.taints : given.taints }, scope, how);
    }
    case "place":
      return writePlace(machine, pattern.target, value, scope);
  }
}

const isAbsent = (value: Value): boolean =>
  isNothing(value) || (soleConstant(value) !== undefined && soleConstant(value)?.value === undefined);

function byKey(machine: Machine, value: Value, key: Expression, scope: Scope): Value {
  return machine.index(value, machine.evaluate(key, scope), key.at);
}

/** Items of a row are known by number; of a list they are all alike. */
function itemOf(machine: Machine, value: Value, index: number): Value {
  const known = value.atoms.flatMap((atom) => {
    if (atom.kind !== "object") return [];
    const own = atom.object.read(String(index));
    return own === undefined ? [atom.object.element] : [own];
  });
  const own = join(...known);
  if (!isNothing(own) && value.taints.length === 0) return own;
  // What stands beside it in a row of several results (an error) is no part of it.
  const others = value.atoms.filter((atom) => atom.kind !== "object" || atom.object.read(String(index)) === undefined);
  const element = machine.element({ atoms: others, taints: value.taints });
  return isNothing(element) ? (isNothing(own) ? UNKNOWN : own) : join(own, element);
}

function bindName(machine: Machine, name: string, value: Value, within: Scope, how: How): void {
  const scope = within.holds === "file" ? (within.parent ?? within) : within;
  if (how === "declare") {
    const own = scope.own(name);
    // Declared again in the same block: a second turn of a loop, or Python and Go giving the name something new.
    if (own !== undefined) machine.state.write(own, value);
    else scope.declare(name, value);
    return;
  }
  const cell = within.find(name);
  if (cell !== undefined) machine.state.write(cell, value);
  else {
    const home = scope.home();
    // Known in its whole function, also where only one way has assigned it.
    const declared = home.declare(name, NOTHING);
    machine.state.write(declared, value);
  }
}

function writePlace(machine: Machine, target: Extract<Pattern, { kind: "place" }>["target"], value: Value, scope: Scope): void {
  if (target.kind === "member") {
    machine.write(machine.evaluate(target.object, scope), target.name, value);
    return;
  }
  const object = machine.evaluate(target.object, scope);
  const key = machine.evaluate(target.index, scope);
  const names = wordsOf(key);
  if (names !== undefined) for (const name of names) machine.write(object, name, value);
  else {
    machine.report({ kind: "remember", collection: object, what: key, forgets: false }, target.at);
    for (const atom of object.atoms) {
      if (atom.kind !== "object") continue;
      atom.object.add(value);
      atom.object.keys = join(atom.object.keys, key);
    }
  }
}
