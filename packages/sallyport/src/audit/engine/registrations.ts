// Who comes to be let in by a decorator of a library, or by a class that extends one of its classes.
import type { Known } from "../models/load.ts";
import type { Callback, ToolByDecorator } from "../models/model.ts";
import { methodOf, typicalInstance } from "./classes.ts";
import { speaksOfAny } from "./conventions.ts";
import { registerConsumer } from "./consumers.ts";
import { addTool } from "./entries.ts";
import { holds } from "./library.ts";
import type { Machine, Site } from "./machine.ts";
import { type Given, given } from "./paths.ts";
import { read } from "./results.ts";
import { readSchema } from "./schemas/read.ts";
import { type Atom, type ClassValue, type Closure, join, NOTHING, objectsOf, textsOf, type Value } from "./value.ts";

type Of<K extends Atom["kind"]> = Extract<Atom, { kind: K }>;

/** What a decorator of a library makes of the function that it stands over. */
export function decorate(machine: Machine, atom: Of<"library">, target: Value, site: Site): Value {
  const { decorates } = atom.known.member;
  if (decorates?.tool !== undefined) decorateTool(machine, decorates.tool, "tool", atom.applied ?? given(), target, site);
  if (decorates?.resource !== undefined) decorateTool(machine, decorates.resource, "resource", atom.applied ?? given(), target, site);
  if (decorates?.calls?.consumes !== undefined) {
    const args = atom.applied ?? given();
    const reader = (path: string): Value => read(machine, path, args, undefined);
    const callback = { fn: "arg0", params: decorates.calls.params, consumes: decorates.calls.consumes };
    const named = { ...site, text: nameOf(target) };
    registerConsumer(machine, atom.known, callback, target, named, reader, (one) => holds(machine, one, args, undefined));
  }
  return decorates?.is === undefined ? target : join(target, machine.program.ofType(machine, decorates.is));
}

/** The class was declared: what libraries make of classes that extend theirs. */
export function extended(machine: Machine, cls: ClassValue): void {
  for (const base of cls.bases) for (const atom of base.atoms) if (atom.kind === "library") extendLibrary(machine, cls, atom);
  decorateMembers(machine, cls);
}

const nameOf = (target: Value): string =>
  target.atoms
    .find((one) => one.kind === "function")
    ?.closure.definition.name.split(".")
    .at(-1) ?? "a handler";

function decorateTool(machine: Machine, tool: ToolByDecorator, asked: "tool" | "resource", args: Given, target: Value, site: Site): void {
  if (tool.onlyWith !== undefined && !speaksOfAny(machine.program.sources, tool.onlyWith)) return;
  const named = args.positional.flatMap((value) => textsOf(value))[0] ?? textsOf(args.named.get("name") ?? NOTHING)[0];
  const objects = args.positional.flatMap((value) => objectsOf(value));
  const schemas = tool.schema?.map((path) => read(machine, path, args, undefined)) ?? [...args.positional, ...args.named.values()];
  const schema = schemas.map((value) => readSchema(machine, value)).find((one) => one !== undefined);
  const inObject = objects.flatMap((object) => textsOf(object.fields.get("name") ?? NOTHING))[0];
  const all = tool.input.includes("param1") && tool.input !== "params";
  addTool(machine, {
    asked,
    name: named ?? inObject ?? nameOf(target),
    schema,
    validated: tool.validated,
    all,
    handler: target,
    input: tool.input,
    contextTypes: tool.contextTypes,
    site,
  });
}

function extendLibrary(machine: Machine, cls: ClassValue, { known }: Of<"library">): void {
  const type = known.member.returns === undefined ? undefined : machine.models.type(known.member.returns);
  for (const callback of type?.whenExtended?.calls ?? []) callMethod(machine, cls, known, callback);
  const tool = type?.whenExtended?.tool;
  if (tool === undefined) return;
  const method = methodOf(cls, tool.method);
  if (method === undefined) return;
  const self = typicalInstance(machine, cls);
  const schema = tool.schema === undefined ? undefined : readSchema(machine, machine.member(self, tool.schema));
  const name = tool.name === undefined ? undefined : textsOf(machine.member(self, tool.name))[0];
  const site: Site = { at: method.definition.at, text: cls.definition.name, awaited: true };
  addTool(machine, {
    asked: "tool",
    name: name ?? cls.definition.name,
    schema,
    validated: tool.validated,
    all: false,
    handler: { atoms: [{ kind: "function", closure: { ...method, self } }], taints: [] },
    input: tool.input,
    site,
  });
}

/** A method that the library calls of classes that extend its own. */
function callMethod(machine: Machine, cls: ClassValue, known: Known, callback: Callback): void {
  const method = methodOf(cls, callback.fn);
  if (method === undefined) return;
  const self = typicalInstance(machine, cls);
  const fn: Value = { atoms: [{ kind: "function", closure: { ...method, self } }], taints: [] };
  const site: Site = { at: method.definition.at, text: `${cls.definition.name}.${callback.fn}`, awaited: true };
  const reader = (path: string): Value => read(machine, path, given(), self);
  if (callback.consumes !== undefined)
    return registerConsumer(machine, known, callback, fn, site, reader, (one) => holds(machine, one, given(), self));
  const values = callback.params.map((type) => machine.program.ofType(machine, type, self, site));
  const { file } = machine.activation.module.ir;
  machine.later(
    { kind: "start", id: machine.fresh(), name: site.text, file, at: site.at },
    () => void machine.call(fn, given(...values), site),
  );
}

function decorateMembers(machine: Machine, cls: ClassValue): void {
  for (const { name, fn } of cls.definition.methods) {
    for (const decorator of fn.decorators ?? []) {
      const value = machine.evaluate(decorator.value, cls.scope);
      for (const atom of value.atoms) {
        if (atom.kind !== "library" || atom.known.member.decorates === undefined) continue;
        const method = methodOf(cls, name);
        if (method === undefined) continue;
        const closure: Closure = { ...method, self: typicalInstance(machine, cls) };
        decorate(machine, atom, { atoms: [{ kind: "function", closure }], taints: [] }, { at: decorator.at, text: name, awaited: true });
      }
    }
  }
}
