// What nothing was seen to call, and what the language calls by itself.
import type { FunctionDefinition } from "../ir/ir.ts";
import { methodOf, typicalInstance } from "./classes.ts";
import type { Machine } from "./machine.ts";
import { given } from "./paths.ts";
import type { SourceModule } from "./scope.ts";
import type { ClassValue, Closure, Value } from "./value.ts";

export type Uncalled = (module: SourceModule, name: string, run: () => void, kind?: "start" | "uncalled") => void;

/** Go's `main` and `init`. */
export function callMains(sources: readonly SourceModule[], machine: Machine, uncalled: Uncalled): void {
  const called = new Set<FunctionDefinition>();
  for (const module of sources) {
    if (module.ir.language !== "go") continue;
    for (const name of ["init", "main"]) {
      for (const atom of module.scope.find(name)?.value.atoms ?? []) {
        if (atom.kind !== "function" || called.has(atom.closure.definition)) continue;
        called.add(atom.closure.definition);
        const site = { at: atom.closure.definition.at, text: name, awaited: true };
        uncalled(module, name, () => void machine.callClosure(atom.closure, given(), site), "start");
      }
    }
  }
}

/** Functions that nothing was seen to call, each as if somebody did, with arguments of which only the types are known. */
export function callTheRest(module: SourceModule, machine: Machine, activated: ReadonlySet<FunctionDefinition>, uncalled: Uncalled): void {
  const run = (closure: Closure): void => {
    if (activated.has(closure.definition)) return;
    uncalled(module, closure.definition.name, () => void machine.program.callTyped(machine, closure));
  };
  const seen = new Set<Value>();
  const cells = [
    ...module.scope.names(),
    ...(module.scope.holds === "file" ? (module.scope.parent?.names() ?? []) : []),
    ...module.exports,
  ];
  for (const [, cell] of cells) {
    if (seen.has(cell.value)) continue;
    seen.add(cell.value);
    for (const atom of cell.value.atoms) {
      if (atom.kind === "function" && atom.closure.module === module) run(atom.closure);
      if (atom.kind === "class" && atom.cls.module === module && atom.cls.definition.isInterface !== true)
        runMethods(atom.cls, machine, run);
    }
  }
}

function runMethods(cls: ClassValue, machine: Machine, run: (closure: Closure) => void): void {
  for (const { name, style } of cls.definition.methods) {
    const method = style === "method" ? methodOf(cls, name) : undefined;
    if (method === undefined) continue;
    run({ ...method, self: typicalInstance(machine, cls) });
  }
  for (const method of cls.attached.values()) run({ ...method, self: typicalInstance(machine, cls) });
}
