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
  const given = [...args.positional, ...args.named.values(), ...[args.more, args.moreNamed, closure.self].map((one) => one ?? undefined)];
  return `${numberOf(closure.definition)}(${around})${given.map((value) => (value === undefined ? "" : ofValue(value))).join()}`;
}

/** Nobody from outside has a say in it, as far as can be seen from here, and it is handed no function. */
export const isPlain = (closure: Closure, args: Given): boolean =>
  [...args.positional, ...args.named.values(), args.more, args.moreNamed, closure.self].every(
    (value) => value === undefined || isOurs(value, 0),
  );

const isOurs = (value: Value, depth: number): boolean =>
  depth > 3 ||
  (value.taints.length === 0 &&
    value.atoms.every((atom) => {
      if (atom.kind === "function") return false;
      if (atom.kind === "text") return atom.parts.every((part) => isOurs(part, depth + 1));
      if (atom.kind !== "object" || depth > 1 || atom.object.kind === "instance") return true;
      return isOurs(atom.object.element, depth + 1) && [...atom.object.fields.values()].every((field) => isOurs(field, depth + 1));
    }));

const ofValue = (value: Value): string => `${value.atoms.map(ofAtom).join("|")}${value.taints.map(keyOf).join("^")}`;

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
