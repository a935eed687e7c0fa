// Calls that are alike: the same function, with things that are the same.
import type { Given } from "./paths.ts";
import { keyOf } from "./taint.ts";
import type { Atom, Closure, Value } from "./value.ts";

const numbers = new WeakMap<object, number>();
let next = 0;

function numberOf(thing: object): number {
  const known = numbers.get(thing);
  if (known !== undefined) return known;
  numbers.set(thing, ++next);
  return next;
}

/** `captured`: what the function finds in the scope around it counts, and not the scope itself. */
export function signatureOf(closure: Closure, args: Given, captured = false): string {
  const around = captured
    ? [...closure.scope.names()].map(([name, cell]) => `${name}=${ofValue(cell.value)}`).join()
    : numberOf(closure.scope);
  let given = "";
  for (const value of args.positional) given += `${ofValue(value)},`;
  for (const value of args.named.values()) given += `${ofValue(value)},`;
  for (const value of [args.more, args.moreNamed, closure.self]) given += value === undefined ? "," : `${ofValue(value)},`;
  return `${numberOf(closure.definition)}(${around})${given}`;
}

/** Nobody from outside has a say in it, as far as can be seen from here, and it is handed no function. */
export const isPlain = (closure: Closure, args: Given): boolean =>
  [...args.positional, ...args.named.values(), args.more, args.moreNamed, closure.self].every(
    (value) => value === undefined || isOurs(value, 0),
  );

function isOurs({ atoms, taints }: Value, depth: number): boolean {
  if (depth > 3) return true;
  if (taints.length > 0) return false;
  for (const atom of atoms) {
    if (atom.kind === "function") return false;
    if (atom.kind === "text") {
      for (const part of atom.parts) if (!isOurs(part, depth + 1)) return false;
    } else if (atom.kind === "object" && depth <= 1 && atom.object.kind !== "instance") {
      if (!isOurs(atom.object.element, depth + 1)) return false;
      for (const field of atom.object.fields.values()) if (!isOurs(field, depth + 1)) return false;
    }
  }
  return true;
}

function ofValue({ atoms, taints }: Value): string {
  let said = "";
  for (const atom of atoms) said += `${ofAtom(atom)}|`;
  for (const taint of taints) said += `${keyOf(taint)}^`;
  return said;
}

function ofAtom(atom: Atom): string | number {
  switch (atom.kind) {
    case "constant":
      return `${typeof atom.value}:${String(atom.value)}`;
    case "object":
      return numberOf(atom.object);
    case "function":
      return `${numberOf(atom.closure.definition)}@${numberOf(atom.closure.scope)}`;
    case "class":
      return numberOf(atom.cls);
    case "library":
      return numberOf(atom.known.member);
    case "schema":
      return numberOf(atom.schema);
    case "text":
      return numberOf(atom);
    default:
      return atom.kind;
  }
}
