// Classes: declarations, instances, and who inherits what. One instance stands for all where only the type is known.
import type { ClassDefinition } from "../ir/ir.ts";
import type { HeapObject } from "./heap.ts";
import type { Machine, Site } from "./machine.ts";
import type { Given } from "./paths.ts";
import { Scope } from "./scope.ts";
import { type ClassValue, type Closure, isNothing, join, NOTHING, objectValue, type Value } from "./value.ts";

export function makeClass(machine: Machine, definition: ClassDefinition, scope: Scope): Value {
  const inner = new Scope("class", scope);
  const cls: ClassValue = {
    definition,
    scope: inner,
    module: machine.activation.module,
    bases: definition.bases.map((base) => machine.evaluate(base, scope)),
    statics: new Map(),
    attached: new Map(),
  };
  const value: Value = { atoms: [{ kind: "class", cls }], taints: [] };
  if (definition.name !== "") inner.declare(definition.name, value);
  machine.program.register(cls);
  for (const field of definition.fields) {
    if (field.static !== true && machine.language !== "python") continue;
    const given = field.value === undefined ? NOTHING : machine.evaluate(field.value, inner);
    const known = isNothing(given) && field.type !== undefined && field.static === true ? machine.typed(field.type, inner) : given;
    if (isNothing(known)) continue;
    cls.statics.set(field.name, known);
    inner.declare(field.name, known);
  }
  machine.program.extended(machine, cls);
  return value;
}

/** Its own method of that name, or the nearest inherited one. */
export function methodOf(cls: ClassValue, name: string, seen: ReadonlySet<ClassValue> = new Set()): Closure | undefined {
  const attached = cls.attached.get(name);
  if (attached !== undefined) return attached;
  const own = cls.definition.methods.find((method) => method.name === name && method.style === "method");
  if (own !== undefined) return { definition: own.fn, scope: cls.scope, module: cls.module, cls };
  return inherited(cls, seen, (base, below) => methodOf(base, name, below));
}

export function getterOf(cls: ClassValue, name: string, seen: ReadonlySet<ClassValue> = new Set()): Closure | undefined {
  const own = cls.definition.methods.find((method) => method.name === name && method.style === "getter");
  if (own !== undefined) return { definition: own.fn, scope: cls.scope, module: cls.module, cls };
  return inherited(cls, seen, (base, below) => getterOf(base, name, below));
}

export function constructorOf(cls: ClassValue, seen: ReadonlySet<ClassValue> = new Set()): Closure | undefined {
  const own = cls.definition.methods.find((method) => method.style === "constructor");
  if (own !== undefined) return { definition: own.fn, scope: cls.scope, module: cls.module, cls };
  return inherited(cls, seen, constructorOf);
}

function inherited<T>(
  cls: ClassValue,
  seen: ReadonlySet<ClassValue>,
  find: (base: ClassValue, seen: ReadonlySet<ClassValue>) => T | undefined,
): T | undefined {
  const bases = basesOf(cls);
  if (bases.length === 0 || seen.has(cls)) return undefined;
  const below = new Set(seen).add(cls);
  for (const base of bases) {
    const found = find(base, below);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function basesOf({ bases }: ClassValue): readonly ClassValue[] {
  if (bases.length === 0) return NO_CLASSES;
  return bases.flatMap((base) => base.atoms.flatMap((atom) => (atom.kind === "class" ? [atom.cls] : [])));
}

const NO_CLASSES: readonly ClassValue[] = [];

/** A field that no code was seen to write, by its declaration. */
export function inheritedField(machine: Machine, cls: ClassValue, name: string, seen: ReadonlySet<ClassValue> = new Set()): Value {
  const own = cls.definition.fields.find((field) => field.name === name);
  if (own !== undefined) return fieldValue(machine, cls, own);
  const found = cls.statics.get(name);
  if (found !== undefined) return found;
  return inherited(cls, seen, (base, below) => nothingToUndefined(inheritedField(machine, base, name, below))) ?? NOTHING;
}

const nothingToUndefined = (value: Value): Value | undefined => (isNothing(value) ? undefined : value);

function fieldValue(machine: Machine, cls: ClassValue, field: ClassDefinition["fields"][number]): Value {
  return field.type === undefined ? NOTHING : machine.typed(field.type, cls.scope);
}

/** Fields first, then the constructor. */
export function constructInstance(machine: Machine, cls: ClassValue, args: Given, site: Site): Value {
  const object = machine.make("instance", site.at);
  object.cls = cls;
  initialise(machine, cls, object, args, site);
  return objectValue(object);
}

function initialise(machine: Machine, cls: ClassValue, object: HeapObject, args: Given, site: Site): void {
  const self = objectValue(object);
  fillFields(machine, cls, object, self, new Set());
  const constructor = constructorOf(cls);
  if (constructor === undefined) return fillByName(cls, object, args);
  machine.callClosure({ ...constructor, self }, args, site);
}

function fillFields(machine: Machine, cls: ClassValue, object: HeapObject, self: Value, seen: Set<ClassValue>): void {
  if (seen.has(cls) || seen.size > 12) return;
  seen.add(cls);
  for (const base of basesOf(cls)) fillFields(machine, base, object, self, seen);
  if (machine.language === "python") return;
  for (const field of cls.definition.fields) {
    if (field.static === true || field.value === undefined) continue;
    object.write(field.name, machine.program.evaluateField(machine, cls, field.value, self));
  }
}

/** Dataclasses and models: what is given by name, or in the order of the fields. */
function fillByName(cls: ClassValue, object: HeapObject, args: Given): void {
  for (const [name, value] of args.named) object.write(name, value);
  const names = cls.definition.fields.filter((field) => field.static !== true).map((field) => field.name);
  for (const [index, value] of args.positional.entries()) {
    const name = names[index];
    if (name !== undefined) object.write(name, value);
  }
  if (args.moreNamed !== undefined) object.add({ atoms: [{ kind: "unknown" }], taints: args.moreNamed.taints });
}

/** The instance that stands for all of a class; of an interface, those of the classes that fit it. */
export function typicalInstance(machine: Machine, cls: ClassValue): Value {
  if (cls.definition.isInterface === true) {
    const fitting = machine.program.fitting(cls);
    if (fitting.length > 0) return join(...fitting.map((one) => typicalInstance(machine, one)));
    // Only a shape of data: its fields are of their types.
    if (cls.definition.fields.length === 0) return NOTHING;
  }
  if (cls.typical !== undefined) return objectValue(cls.typical);
  const object = machine.make("instance", cls.definition.at);
  object.cls = cls;
  cls.typical = object;
  machine.program.asUncalled(machine, cls, () => {
    const constructor = constructorOf(cls);
    fillFields(machine, cls, object, objectValue(object), new Set());
    if (constructor !== undefined) machine.program.callTyped(machine, { ...constructor, self: objectValue(object) });
  });
  return objectValue(object);
}
