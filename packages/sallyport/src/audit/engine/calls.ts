// Calls: of the program's own functions, of libraries, of methods on whatever they are called on.
import { constructInstance, methodOf, typicalInstance } from "./classes.ts";
import { deliverTo } from "./conventions.ts";
import { globalFunction } from "./globals.ts";
import type { HeapObject } from "./heap.ts";
import { callLibrary, callShaped } from "./library.ts";
import type { Machine, Site } from "./machine.ts";
import { nativeMember } from "./members.ts";
import { callNative } from "./natives.ts";
import { bindParameters, withSelf } from "./parameters.ts";
import type { Given } from "./paths.ts";
import { deepTaints, hasMember } from "./reach.ts";
import { reflected } from "./reflection.ts";
import { Scope } from "./scope.ts";
import { derive } from "./taint.ts";
import { type Atom, type Closure, NOTHING, UNKNOWN, type Value, isCallable, isNothing, join, objectValue, objectsOf } from "./value.ts";

export function callValue(machine: Machine, callee: Value, args: Given, site: Site): Value {
  const chosen = callee.taints.length > 0 && (isCallable(callee) || callee.taints.some((taint) => taint.prototype === true));
  if (chosen) machine.report({ kind: "dispatch", name: site.text, by: callee.taints }, site.at);
  const results = callee.atoms.filter((atom) => !isNamespace(machine, atom, callee)).map((atom) => callAtom(machine, atom, args, site));
  const known = callee.atoms.some((atom) => atom.kind !== "unknown" && atom.kind !== "constant");
  return known ? join(...results) : callUnknown(machine, callee, args, site);
}

/** What stands beside a library's function for its members (`axios.post` beside `axios`) is not what is called. */
const isNamespace = (machine: Machine, atom: Atom, { atoms }: Value): boolean =>
  atom.kind === "object" &&
  atom.object.kind === "library" &&
  atoms.some(({ kind }) => kind === "library") &&
  machine.models.member(atom.object.type ?? "", "()") === undefined;

function callAtom(machine: Machine, atom: Atom, args: Given, site: Site): Value {
  switch (atom.kind) {
    case "function":
      return machine.callClosure(atom.closure, args, site);
    case "class":
      return machine.construct(atom.cls, args, site);
    case "library":
      return callLibrary(machine, atom, args, site);
    case "native":
      return callNativeAtom(machine, atom, args, site);
    case "namespace":
      return callUnknown(machine, UNKNOWN, args, site);
    case "object": {
      const own = atom.object.cls === undefined ? undefined : methodOf(atom.object.cls, "__call__");
      if (own !== undefined) return machine.callClosure({ ...own, self: objectValue(atom.object) }, args, site);
      const known = atom.object.type === undefined ? undefined : machine.models.member(atom.object.type, "()");
      return known === undefined
        ? callUnknown(machine, UNKNOWN, args, site)
        : callLibrary(machine, { kind: "library", known, name: "()", receiver: objectValue(atom.object) }, args, site);
    }
    default:
      return NOTHING;
  }
}

/** A function that needs no import, or a method that was taken off its value. */
function callNativeAtom(machine: Machine, { name, receiver }: Extract<Atom, { kind: "native" }>, args: Given, site: Site): Value {
  if (!isNothing(receiver)) return callNative(machine, name, receiver, args, site) ?? callUnknown(machine, UNKNOWN, args, site);
  const known = machine.models.exported("global", name);
  const modelled =
    known === undefined ? undefined : callLibrary(machine, { kind: "library", known, name, receiver: undefined }, args, site);
  const native = globalFunction(name);
  if (native === undefined) return modelled ?? callUnknown(machine, UNKNOWN, args, site);
  return native(machine, args, site);
}

export function callMemberOf(machine: Machine, receiver: Value, name: string, args: Given, site: Site): Value {
  const found = reflected(machine, receiver, name, args, site);
  if (found !== undefined) return found;
  const results: Value[] = [];
  let known = false;
  for (const atom of alikeOnce(receiver)) {
    const result = callMemberOfAtom(machine, atom, receiver, name, args, site);
    if (result === undefined) continue;
    known = true;
    results.push(result);
  }
  if (known) return join(...results);
  const native = callNative(machine, name, receiver, args, site);
  const shaped = callShaped(machine, receiver, name, args, site);
  if (shaped !== undefined) return native === undefined ? shaped : join(shaped, native);
  if (native !== undefined) return native;
  return callByName(machine, receiver, name, args, site) ?? callUnknown(machine, receiver, args, site);
}

const MOST_OF_A_CLASS = 3;

/** Of a library's objects of one type one is enough, and of a class of the program's a few. */
function alikeOnce({ atoms }: Value): readonly Atom[] {
  if (atoms.length < 2) return atoms;
  const seen = new Map<unknown, number>();
  return atoms.filter((atom) => {
    if (atom.kind !== "object") return true;
    const kind = atom.object.type ?? atom.object.cls;
    if (kind === undefined) return true;
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    return count <= (atom.object.type === undefined ? MOST_OF_A_CLASS : slotsDiffer(atom.object) ? MOST_OF_A_CLASS : 1);
  });
}

const slotsDiffer = (object: HeapObject): boolean => object.slots.size > 0;

/** `undefined` where this atom has no such method. */
function callMemberOfAtom(machine: Machine, atom: Atom, receiver: Value, name: string, args: Given, site: Site): Value | undefined {
  switch (atom.kind) {
    case "object":
      return callObjectMember(machine, atom.object, receiver, name, args, site);
    case "module":
    case "class": {
      const member = machine.member({ atoms: [atom], taints: [] }, name);
      return isCallable(member) || member.atoms.some(({ kind }) => kind === "class") ? machine.call(member, args, site) : undefined;
    }
    case "namespace": {
      const member = machine.program.libraryExport(machine, atom.library, atom.subpath, name);
      return member.atoms.some(({ kind }) => kind === "library" || kind === "native") ? machine.call(member, args, site) : undefined;
    }
    case "library": {
      const { returns } = atom.known.member;
      const found = returns === undefined ? undefined : machine.models.member(returns, name);
      return found === undefined
        ? undefined
        : callLibrary(machine, { kind: "library", known: found, name, receiver: undefined }, args, site);
    }
    case "function":
      return callNative(machine, name, { atoms: [atom], taints: [] }, args, site);
    case "schema":
      return callNative(machine, name, { atoms: [atom], taints: receiver.taints }, args, site);
    case "native":
      return callNativeAtom(machine, nativeMember(atom, name), args, site);
    default:
      return undefined;
  }
}

function callObjectMember(machine: Machine, object: HeapObject, receiver: Value, name: string, args: Given, site: Site): Value | undefined {
  const self: Value = { atoms: [{ kind: "object", object }], taints: receiver.taints };
  if (!hasMember(machine, object, name)) {
    // Of a module that a model speaks of, what the engine knows by itself: `time.time()`.
    const native = object.type?.endsWith(":*") === true ? globalFunction(`${object.type.slice(0, -2)}.${name}`) : undefined;
    if (native !== undefined) return native(machine, args, site);
    if (object.type !== undefined || object.kind === "object" || object.kind === "instance") return undefined;
    return callNative(machine, name, self, args, site);
  }
  const member = machine.member(self, name);
  if (!isCallable(member)) {
    // `message.value()`: what is read of a message, in Go and Python.
    if (object.type !== undefined && machine.models.member(object.type, name)?.member.content !== undefined) return member;
    const inner = member.atoms.some(({ kind }) => kind === "class" || kind === "native" || kind === "object");
    return inner ? machine.call(member, args, site) : undefined;
  }
  return join(...member.atoms.map((atom) => callBound(machine, atom, self, args, site)));
}

/** A function that stands in an object is called with that object as `this`. */
function callBound(machine: Machine, atom: Atom, self: Value, args: Given, site: Site): Value {
  if (
    atom.kind === "function" &&
    atom.closure.self === undefined &&
    atom.closure.definition.arrow !== true &&
    machine.language === "javascript"
  )
    return machine.callClosure({ ...atom.closure, self }, args, site);
  return machine.call({ atoms: [atom], taints: [] }, args, site);
}

const COMMON = new Set(
  (
    "get set add send run start stop close connect execute handle process call log info warn error debug write read open create update delete list find init register on emit " +
    "publish subscribe consume poll commit flush next done main setup build parse format validate invoke request fetch load save remove query"
  ).split(" "),
);

/** Where the receiver is not known at all, the one method of the program that has this name. */
function callByName(machine: Machine, receiver: Value, name: string, args: Given, site: Site): Value | undefined {
  if (receiver.taints.length > 0 || COMMON.has(name)) return undefined;
  const holders = machine.program.holdersOf(name);
  if (holders.length === 0 || holders.length > 2) return undefined;
  const results = holders.map((cls) => {
    const method = methodOf(cls, name);
    return method === undefined ? NOTHING : machine.callClosure({ ...method, self: typicalInstance(machine, cls) }, args, site);
  });
  return join(...results);
}

/** Nothing is known of it: what it is given may come out of it, and functions that it is given may be called. */
export function callUnknown(machine: Machine, receiver: Value, args: Given, site: Site): Value {
  const { file } = machine.activation.module.ir;
  const all = [...args.positional, ...args.named.values(), ...[args.more, args.moreNamed].filter((one) => one !== undefined)];
  const taints = derive(
    deepTaints(join(receiver, ...all.filter((one) => !isCallable(one)))),
    file,
    site.at,
    `passes through \`${site.text}\``,
  );
  const result: Value = { atoms: [{ kind: "unknown" }], taints };
  if (taints.length > 0 && machine.language === "go")
    for (const object of args.positional.flatMap(objectsOf)) if (object.cls === undefined) object.add({ atoms: [], taints });
  if (taints.some((taint) => taint.origin.kind !== "error"))
    machine.report({ kind: "call", name: site.text, given: join(...all), awaited: site.awaited }, site.at);
  const given = [result];
  for (const one of all)
    if (one.atoms.some((atom) => atom.kind === "function") && !deliverTo(machine, one))
      given.push(machine.callBack(one, { ...NO_ARGUMENTS, more: result }, site, "library"));
  return join(...given);
}

const NO_ARGUMENTS: Given = { positional: [], named: new Map(), more: undefined, moreNamed: undefined };

export function constructClass(machine: Machine, cls: Parameters<Machine["construct"]>[0], args: Given, site: Site): Value {
  return constructInstance(machine, cls, args, site);
}

/** Runs a function of the program: its parameters bound, its ways joined. */
export function runClosure(
  machine: Machine,
  closure: Closure,
  args: Given,
  site: Site,
  activate: (closure: Closure, run: () => void) => Returned,
): Value {
  const scope = new Scope("function", closure.scope);
  const { definition } = closure;
  const returned = activate(closure, () => {
    bindParameters(machine, closure, withSelf(machine, closure, args), site, scope);
    machine.execute(definition.body, scope);
  });
  if (definition.generator === true) {
    const list = machine.make("list", site.at);
    for (const value of returned.yields) list.add(value);
    return objectValue(list);
  }
  return join(...returned.returns);
}

export interface Returned {
  readonly returns: readonly Value[];
  readonly yields: readonly Value[];
}
