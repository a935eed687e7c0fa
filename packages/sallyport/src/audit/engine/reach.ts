// What can be reached from a value, within bounds.
import { getterOf, inheritedField, methodOf } from "./classes.ts";
import type { HeapObject } from "./heap.ts";
import type { Machine } from "./machine.ts";
import { joinTaints, type Taint } from "./taint.ts";
import { type Atom, isNothing, type Value } from "./value.ts";

const MOST_DEPTH = 16;
const MOST_PARTS = 2000;

/** Everybody who has a say in any part of it. */
export function deepTaints(value: Value): readonly Taint[] {
  if (value.atoms.every(isShallow)) return value.taints;
  const lists: (readonly Taint[])[] = [];
  walk(value, (one) => {
    if (one.taints.length > 0) lists.push(one.taints);
  });
  return joinTaints(lists);
}

/** Nothing is in it. */
const isShallow = (atom: Atom): boolean => atom.kind !== "text" && (atom.kind !== "object" || atom.object.type !== undefined);

/** Visits a value and what it is made of, each part once. */
export function walk(value: Value, visit: (value: Value, depth: number) => void): void {
  const seen = new Set<HeapObject | Value>();
  const into = (one: Value, depth: number): void => {
    if (seen.has(one) || seen.size >= MOST_PARTS) return;
    seen.add(one);
    visit(one, depth);
    if (depth >= MOST_DEPTH) return;
    for (const atom of one.atoms) for (const inner of insideOf(atom, seen)) into(inner, depth + 1);
  };
  into(value, 0);
}

function insideOf(atom: Atom, seen: Set<HeapObject | Value>): readonly Value[] {
  if (atom.kind === "text") return atom.parts;
  if (atom.kind !== "object" || seen.has(atom.object) || atom.object.type !== undefined) return [];
  seen.add(atom.object);
  const inside = [...atom.object.fields.values()];
  if (!isNothing(atom.object.element)) inside.push(atom.object.element);
  if (!isNothing(atom.object.keys)) inside.push(atom.object.keys);
  return inside;
}

export function hasMember(machine: Machine, object: HeapObject, name: string): boolean {
  if (object.fields.has(name)) return true;
  if (object.cls !== undefined) {
    if (methodOf(object.cls, name) !== undefined || getterOf(object.cls, name) !== undefined) return true;
    if (!isNothing(inheritedField(machine, object.cls, name)) || !isNothing(machine.program.baseMember(machine, object.cls, name)))
      return true;
  }
  return object.type !== undefined && machine.models.member(object.type, name) !== undefined;
}
