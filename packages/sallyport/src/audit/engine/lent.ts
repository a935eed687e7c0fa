// What a library hands on from one function of the program to the others: the value that a server's lifespan yields is
// the context of every request.
import type { Machine, Program } from "./machine.ts";
import { join, NOTHING, type Value } from "./value.ts";

const lent = new WeakMap<Program, Map<string, Value>>();

/** What a generator yields, or else what the function gives. */
export function lend(machine: Machine, name: string, given: Value): void {
  const element = machine.element(given);
  const all = lent.get(machine.program) ?? new Map<string, Value>();
  all.set(name, join(all.get(name) ?? NOTHING, element.atoms.length === 0 ? given : element));
  lent.set(machine.program, all);
}

export const lentAs = (machine: Machine, name: string): Value | undefined => lent.get(machine.program)?.get(name);
