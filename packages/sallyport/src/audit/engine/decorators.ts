// Decorators, in the order in which languages apply them: the nearest first.
import type { Decorator, FunctionDefinition } from "../ir/ir.ts";
import { given } from "./paths.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";
import { isNothing, type Value } from "./value.ts";

export function decorated(machine: Machine, fn: FunctionDefinition, value: Value, scope: Scope): Value {
  let result = value;
  for (const decorator of (fn.decorators ?? []).toReversed()) result = applyDecorator(machine, decorator, result, scope);
  return result;
}

/** What a decorator that is not understood gives back is the function itself: nearly all of them wrap it. */
export function applyDecorator(machine: Machine, { value: expression, at }: Decorator, target: Value, scope: Scope): Value {
  const decorator = machine.evaluate(expression, scope);
  const site = { at, text: "a decorator", awaited: false };
  let result = target;
  for (const atom of decorator.atoms)
    if (atom.kind === "library" && atom.known.member.decorates !== undefined)
      result = machine.program.decorate(machine, atom, result, site);
  const own = decorator.atoms.filter((atom) => atom.kind === "function");
  if (own.length === 0) return result;
  const wrapped = machine.call({ atoms: own, taints: [] }, given(result), site);
  return isNothing(wrapped) || !wrapped.atoms.some((atom) => atom.kind === "function" || atom.kind === "class") ? result : wrapped;
}
