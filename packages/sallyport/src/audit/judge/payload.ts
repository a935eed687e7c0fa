// Of what is published, the parts that the model writes freely.
import type { Event } from "../engine/events.ts";
import { isFree } from "../engine/schema.ts";
import type { Taint } from "../engine/taint.ts";
import type { Atom, Value } from "../engine/value.ts";
import { factsAt, isGuarded, partSchema } from "./inquiry.ts";

/**
 * A message that the server makes from checked fields is its own, though a field may hold any text. A message that is a
 * text of the model's, or data of any shape, is the model's. Where the model also chooses the destination, no schema
 * can be of that event.
 */
export function freeParts(event: Event, payload: Value, anywhere: boolean): readonly Taint[] {
  const found: Taint[] = [];
  look(event, payload, 0, anywhere, found, new Set());
  return found;
}

const MOST_DEPTH = 16;

function look(event: Event, value: Value, depth: number, anywhere: boolean, found: Taint[], seen: Set<Value>): void {
  if (seen.has(value) || depth > MOST_DEPTH) return;
  seen.add(value);
  for (const taint of value.taints)
    if (taint.origin.kind === "tool" && !isGuarded(event, taint) && isFreeHere(event, taint, depth, anywhere)) found.push(taint);
  for (const atom of value.atoms)
    for (const [inner, nested] of inside(atom)) look(event, inner, depth + (nested ? 1 : 0), anywhere, found, seen);
}

function inside(atom: Atom): readonly (readonly [Value, boolean])[] {
  if (atom.kind === "text") return atom.parts.map((part) => [part, false] as const);
  if (atom.kind !== "object" || atom.object.type !== undefined) return [];
  const { fields, element, kind } = atom.object;
  return [...[...fields.values()].map((field) => [field, kind !== "list"] as const), [element, false] as const];
}

function isFreeHere(event: Event, taint: Taint, depth: number, anywhere: boolean): boolean {
  const schema =
    taint.schema ?? factsAt(event, taint).flatMap((fact) => (fact.kind === "checked" ? [partSchema(fact.schema, taint.path)] : []))[0];
  if (schema === undefined) return true;
  if (isFree(schema)) return true;
  if (schema.kind !== "string") return false;
  return depth === 0 || anywhere;
}
