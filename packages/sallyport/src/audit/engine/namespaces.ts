// A module as an object: `import * as tools`, whose values are taken one by one.
import type { Machine, Site } from "./machine.ts";
import { type Atom, objectValue, type Value } from "./value.ts";

/** What a module gives away stands in an object; all else is what it is. */
export function asObject(machine: Machine, value: Value, site: Site): Value {
  if (!value.atoms.some(({ kind }) => kind === "module")) return value;
  return { ...value, atoms: value.atoms.flatMap((atom) => (atom.kind === "module" ? asObjectAtom(machine, atom, site) : [atom])) };
}

function asObjectAtom(machine: Machine, { module }: Extract<Atom, { kind: "module" }>, site: Site): readonly Atom[] {
  const object = machine.make("object", site.at);
  for (const name of machine.program.namesIn(module)) object.write(name, machine.program.exported(machine, module, name));
  return objectValue(object).atoms;
}
