// `super(…)`: what the constructors of the classes do that a class extends, a library's too.
import { keepSlots } from "./library-values.ts";
import type { Machine, Site } from "./machine.ts";
import type { Given } from "./paths.ts";
import { UNKNOWN, type Value } from "./value.ts";

export function callSuper(machine: Machine, bases: Value, args: Given, site: Site): Value {
  const { self } = machine.activation;
  for (const atom of bases.atoms) {
    if (atom.kind === "library" && self !== undefined) keepSlots(machine.call({ atoms: [atom], taints: [] }, args, site), self);
    if (atom.kind !== "class") continue;
    const own = atom.cls.definition.methods.find((method) => method.style === "constructor");
    if (own !== undefined && self !== undefined)
      machine.callClosure({ definition: own.fn, scope: atom.cls.scope, module: atom.cls.module, cls: atom.cls, self }, args, site);
  }
  return UNKNOWN;
}
