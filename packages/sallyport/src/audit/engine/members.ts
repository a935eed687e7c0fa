// Reading and writing what values have.
import type { Place } from "../ir/ir.ts";
import type { Known } from "../models/load.ts";
import type { Act } from "../models/model.ts";
import { getterOf, inheritedField, methodOf } from "./classes.ts";
import { isClaim, membership } from "./conditions.ts";
import { registerPull } from "./consumers.ts";
import { registerTool } from "./entries.ts";
import { factsOf } from "./facts.ts";
import { globalFunction } from "./globals.ts";
import type { HeapObject } from "./heap.ts";
import { callBack, libraryMember } from "./library.ts";
import type { Machine, Site } from "./machine.ts";
import { isNativeName } from "./native-names.ts";
import { given } from "./paths.ts";
import { readFrom } from "./results.ts";
import type { Schema } from "./schema.ts";
import { partOf, step, type Taint } from "./taint.ts";
import {
  type Atom,
  constant,
  functionValue,
  isNothing,
  join,
  NOTHING,
  objectValue,
  schemaValue,
  soleConstant,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from "./value.ts";

export function memberOf(machine: Machine, value: Value, name: string): Value {
  // What a claim answers, and whatever is read of the answer, says whether it took hold.
  if (isClaim(value)) return { ...UNKNOWN, test: value.test };
  if (name === "length" || name === "size") return lengthOf(value);
  // Of a `URL`, which is its text here.
  if (name === "href" && value.atoms.some(({ kind }) => kind === "text")) return value;
  const found = value.atoms.map((atom) => memberOfAtom(machine, atom, name, value));
  const failing = machine.language === "go" && GO_ERROR.test(name);
  const parts = value.taints.flatMap((taint) => {
    const part = partOf(taint, name);
    return part === undefined ? [] : [failing && taint.origin.kind === "message" ? { ...part, content: "error" as const } : part];
  });
  const joined = join(...found);
  if (parts.length === 0) return isNothing(joined) ? (value.taints.length > 0 ? UNDEFINED : UNKNOWN) : joined;
  return join(joined, { atoms: isNothing(joined) ? [{ kind: "unknown" }] : [], taints: parts });
}

/** What says that there is no message, and why. */
const GO_ERROR = /^Err(?:or|ors|0)?$/;

const lengthOf = (value: Value): Value => {
  const [known] = value.atoms;
  if (value.atoms.length === 1 && value.taints.length === 0 && known?.kind === "constant" && typeof known.value === "string")
    return constant(known.value.length);
  const held = value.atoms.flatMap((atom) => (atom.kind === "object" ? atom.object.all().taints : []));
  const taints = value.taints.length > 0 ? value.taints : held;
  // A number says little, whoever it is of.
  return { atoms: [{ kind: "length" }], taints: taints.map((taint) => ({ ...taint, bounded: true })) };
};

function memberOfAtom(machine: Machine, atom: Atom, name: string, whole: Value): Value {
  switch (atom.kind) {
    case "object":
      return memberOfObject(machine, atom.object, name, whole);
    case "module":
      return machine.program.exported(machine, atom.module, name);
    case "namespace":
      return machine.program.libraryExport(machine, atom.library, atom.subpath, name);
    case "class": {
      if (name === "prototype") return { atoms: [atom], taints: [] };
      const own = atom.cls.statics.get(name);
      if (own !== undefined) return own;
      const method = methodOf(atom.cls, name);
      if (method === undefined) return machine.program.baseMember(machine, atom.cls, name);
      const isClassMethod = atom.cls.definition.methods.some((one) => one.fn === method.definition && one.classMethod === true);
      return functionValue(isClassMethod ? { ...method, self: { atoms: [atom], taints: [] } } : method);
    }
    case "library":
      return libraryStatic(machine, atom, name);
    case "function":
      return name === "prototype" ? NOTHING : { atoms: [{ kind: "native", name, receiver: { atoms: [atom], taints: [] } }], taints: [] };
    case "native":
      return { atoms: [nativeMember(atom, name)], taints: [] };
    case "schema":
      if (name === "shape" || name === "entries") return shapeOf(machine, atom.schema);
      return { atoms: [{ kind: "native", name, receiver: { atoms: [atom], taints: [] } }], taints: [] };
    default:
      return isNativeName(name) && whole.taints.length === 0 ? { atoms: [{ kind: "native", name, receiver: whole }], taints: [] } : NOTHING;
  }
}

/** `JSON.stringify`; `z.coerce.number`. */
export const nativeMember = (atom: Extract<Atom, { kind: "native" }>, name: string): Extract<Atom, { kind: "native" }> =>
  isNothing(atom.receiver)
    ? { kind: "native", name: `${atom.name}.${name}`, receiver: atom.receiver }
    : { kind: "native", name, receiver: atom.receiver };

/** The fields of an object's schema, each a schema: to be spread into another. */
function shapeOf(machine: Machine, schema: Schema): Value {
  const shape = machine.make("object", 0);
  for (const [name, field] of schema.fields ?? []) shape.write(name, schemaValue(field));
  return objectValue(shape);
}

/** `Tool.from_function`: what the class that it constructs offers without an instance. */
function libraryStatic(machine: Machine, atom: Extract<Atom, { kind: "library" }>, name: string): Value {
  const { returns } = atom.known.member;
  const known = returns === undefined ? undefined : machine.models.member(returns, name);
  if (known !== undefined) return libraryMember(machine, known, name, undefined);
  return { atoms: [{ kind: "native", name, receiver: { atoms: [atom], taints: [] } }], taints: [] };
}

function memberOfObject(machine: Machine, object: HeapObject, name: string, whole: Value): Value {
  const own = object.fields.get(name);
  if (own !== undefined) return isNothing(object.element) || object.kind === "list" ? own : join(own, object.element);
  if (object.cls !== undefined) {
    const getter = getterOf(object.cls, name);
    const self: Value = { atoms: [{ kind: "object", object }], taints: whole.taints };
    if (getter !== undefined)
      return machine.callClosure({ ...getter, self }, NO_ARGUMENTS, { at: getter.definition.at, text: name, awaited: false });
    const method = methodOf(object.cls, name);
    if (method !== undefined) return functionValue({ ...method, self });
    const field = inheritedField(machine, object.cls, name);
    if (!isNothing(field)) {
      object.write(name, field);
      return field;
    }
    const base = machine.program.baseMember(machine, object.cls, name, self);
    if (!isNothing(base)) return base;
  }
  const own_ = object.type?.endsWith(":*") === true ? ownFunction(machine, object.type, name) : undefined;
  if (own_ !== undefined) return own_;
  if (object.type !== undefined) {
    const known = machine.models.member(object.type, name);
    if (known !== undefined) return libraryMember(machine, known, name, { atoms: [{ kind: "object", object }], taints: whole.taints });
  }
  if (object.kind !== "list" && !isNothing(object.element)) return decoded(machine, object, name);
  return isNativeName(name)
    ? { atoms: [{ kind: "native", name, receiver: { atoms: [{ kind: "object", object }], taints: whole.taints } }], taints: [] }
    : NOTHING;
}

/** Go: what was decoded into a struct is known as a whole, and its fields by their names. */
function decoded(machine: Machine, { element, cls }: HeapObject, name: string): Value {
  if (machine.language !== "go" || cls === undefined) return element;
  return { ...element, taints: element.taints.flatMap((taint) => partOf(taint, name) ?? []) };
}

/** A function of the standard library whose meaning is known here better than a model can say it. */
function ownFunction(machine: Machine, namespace: string, name: string): Value | undefined {
  const library = namespace.slice(0, -2);
  const packages = machine.models.models.find((model) => model.library === library)?.packages ?? [];
  const key = packages.map((one) => `${one}.${name}`).find((one) => globalFunction(one) !== undefined);
  return key === undefined ? undefined : { atoms: [{ kind: "native", name: key, receiver: NOTHING }], taints: [] };
}

const NO_ARGUMENTS = { positional: [], named: new Map<string, Value>(), more: undefined, moreNamed: undefined };

export function indexOf(machine: Machine, value: Value, index: Value, at: Place): Value {
  const known = soleConstant(index);
  if (typeof known?.value === "string") return machine.member(value, known.value);
  if (typeof known?.value === "number") return itemOf(machine, value, known.value);
  const found = value.atoms.map((atom) => (atom.kind === "object" ? lookedUp(machine, atom.object, index, at) : NOTHING));
  if (index.taints.some((taint) => taint.origin.kind === "message") && value.atoms.some((atom) => atom.kind === "object"))
    machine.report({ kind: "remember", collection: value, what: index, forgets: false, asks: "what" }, at);
  const parts = value.taints.flatMap((taint) => partOf(taint, "[]") ?? taint);
  const joined = join(...found);
  const test = membership(index, value, isOwnLookup(machine, value), "a lookup");
  // By a word from outside nothing may be found.
  const missing = index.taints.length > 0 && !isNothing(joined) ? UNDEFINED : NOTHING;
  const result = join(joined, missing, { atoms: isNothing(joined) ? [{ kind: "unknown" }] : [], taints: parts });
  return value.taints.length === 0 && test !== undefined ? { ...result, test } : result;
}

const isOwnLookup = (machine: Machine, value: Value): boolean =>
  machine.language !== "javascript" || value.atoms.every((atom) => atom.kind !== "object" || !atom.object.prototype);

function itemOf(machine: Machine, value: Value, index: number): Value {
  const own = value.atoms.map((atom) =>
    atom.kind === "object" ? (atom.object.read(String(index)) ?? machine.element({ atoms: [atom], taints: [] })) : NOTHING,
  );
  const parts = value.taints.flatMap((taint) => partOf(taint, "[]") ?? taint);
  const joined = join(...own);
  return join(isNothing(joined) ? UNKNOWN : joined, { atoms: [], taints: parts });
}

/** By a key that is not known. What stands in a table is the server's choice; but in JavaScript a table has a prototype. */
function lookedUp(machine: Machine, object: HeapObject, index: Value, at: Place): Value {
  const held = object.type !== undefined && object.fields.size === 0 ? UNKNOWN : object.all();
  if (!object.prototype || object.kind !== "object") return held;
  const danger = index.taints.flatMap((taint): readonly Taint[] => {
    if (taint.closed || factsOf(machine.state.facts, taint).some((fact) => fact.kind === "allowed" && fact.own)) return [];
    const { file } = machine.activation.module.ir;
    return [
      {
        ...taint,
        schema: undefined,
        derived: true,
        prototype: true,
        step: step(taint.step, file, at, "looked up in a plain object, which also has `constructor` and the like"),
      },
    ];
  });
  return join(held, { atoms: [], taints: danger });
}

/** Any element of a collection, or of what came from outside. */
export function elementOf(machine: Machine, value: Value): Value {
  const found = value.atoms.map((atom): Value => {
    if (atom.kind !== "object") return atom.kind === "constant" || atom.kind === "text" ? { atoms: [atom], taints: [] } : NOTHING;
    const { object } = atom;
    if (object.type !== undefined) {
      const iterated = iterate(machine, object, value);
      if (iterated !== undefined) return iterated;
    }
    if (object.kind === "map") {
      const pair = machine.make("list", object.at);
      pair.write("0", join(object.keys, ...[...object.fields.keys()].map(constant)));
      pair.write("1", object.all());
      return { atoms: [{ kind: "object", object: pair }], taints: [] };
    }
    return object.all();
  });
  const parts = value.taints.flatMap((taint) => partOf(taint, "[]") ?? taint);
  return join(...found, { atoms: [], taints: parts });
}

/** Messages that come one by one: `for (const message of subscription)`. */
function iterate(machine: Machine, object: HeapObject, value: Value): Value | undefined {
  const type = object.type === undefined ? undefined : machine.models.type(object.type);
  if (type?.each === undefined) return undefined;
  const self: Value = { atoms: [{ kind: "object", object }], taints: value.taints };
  if (type.eachConsumes === undefined) return machine.program.ofType(machine, type.each, self);
  const site = { at: object.at, text: type.name, awaited: true };
  const { destination, unless, settles } = type.eachConsumes;
  const kept = (path: string): Value => object.slots.get(path.replace(/^slot:/, "")) ?? NOTHING;
  const otherwise =
    unless !== undefined && kept(unless.when.path).atoms.some((atom) => atom.kind === "constant" && atom.value === unless.when.equals);
  const consumes = { ...type.eachConsumes, settles: otherwise ? unless.settles : settles };
  registerPull(machine, type.broker ?? "any", consumes, join(...(destination ?? []).map(kept)), site);
  return { ...machine.program.ofType(machine, type.each, self), taints: [readFrom(machine, site)] };
}

export function writeMember(machine: Machine, target: Value, name: string, value: Value): void {
  for (const atom of target.atoms) {
    if (atom.kind === "object") writeObject(machine, atom.object, name, value);
    else if (atom.kind === "class") attach(atom, name, value);
    else if (atom.kind === "module") machine.program.assignExport(machine, atom.module, name, value);
  }
}

function writeObject(machine: Machine, object: HeapObject, name: string, value: Value): void {
  object.write(name, value);
  const known = object.type === undefined ? undefined : machine.models.member(object.type, name);
  const site = { at: object.at, text: name, awaited: true };
  for (const callback of known?.member.assigned ?? [])
    if (known !== undefined) callBack(machine, known, callback, given(value), objectValue(object), site);
  for (const act of known?.member.acts ?? []) if (act.kind === "deadline") reportAct(machine, act, known, site);
  const tool = known?.member.tool;
  if (tool?.handler === "value") registerTool(machine, tool, "tool", given(value), objectValue(object), site, () => value);
}

function reportAct(machine: Machine, act: Act, known: Known | undefined, site: Site): void {
  const told = { broker: known?.broker ?? "any", model: known?.library ?? "", call: site.text, at_: new Map<string, Value>() };
  machine.report({ kind: "act", act, ...told, awaited: false, guessed: false, result: UNKNOWN }, site.at);
}

/** Static members; and methods, where they are put on the class: always in Go. */
function attach({ cls }: Extract<Atom, { kind: "class" }>, name: string, value: Value): void {
  for (const atom of value.atoms) if (atom.kind === "function") cls.attached.set(name, { ...atom.closure, cls });
  const before = cls.statics.get(name);
  if (value.atoms.every((atom) => atom.kind !== "function")) cls.statics.set(name, before === undefined ? value : join(before, value));
}
