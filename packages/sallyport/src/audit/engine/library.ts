// Calls into libraries, as the models tell them: what is done, what comes back, and who is called.
import type { Act, Callback, Condition } from "../models/model.ts";
import type { Known } from "../models/load.ts";
import { registerConsumer, registerTool } from "./entries.ts";
import type { Machine, Site } from "./machine.ts";
import { manage } from "./management.ts";
import { type Given, readPath } from "./paths.ts";
import { deepTaints } from "./reach.ts";
import { derive, partOf, type Taint } from "./taint.ts";
import { type Atom, isCallable, isNothing, join, NOTHING, objectsOf, ofTaints, soleConstant, UNKNOWN, type Value } from "./value.ts";

type LibraryAtom = Extract<Atom, { kind: "library" }>;

/** Reading a member of a library's object. */
export function libraryMember(machine: Machine, known: Known, name: string, receiver: Value | undefined): Value {
  const { member } = known;
  if (member.content !== undefined) {
    const taints = (receiver?.taints ?? []).flatMap((taint): readonly Taint[] => {
      const part = partOf(taint, name);
      return part === undefined ? [] : [{ ...part, content: member.content }];
    });
    if (member.is === undefined && member.returns === undefined) return { atoms: [{ kind: "unknown" }], taints };
    return join(machine.program.ofType(machine, member.is ?? "?", receiver), { atoms: [], taints });
  }
  if (member.is !== undefined) {
    const made = machine.program.ofType(machine, member.is, receiver);
    const callable = member.acts !== undefined || member.returns !== undefined || member.calls !== undefined;
    return callable
      ? join({ atoms: [{ kind: "library", known, name, receiver }], taints: [] }, made)
      : { ...made, taints: receiver?.taints ?? [] };
  }
  return { atoms: [{ kind: "library", known, name, receiver }], taints: [] };
}

/** By shape, where the receiver is not known. */
export function callShaped(machine: Machine, receiver: Value, name: string, args: Given, site: Site): Value | undefined {
  for (const known of machine.models.shaped(name)) {
    const shape = known.member.shape ?? [];
    if (shape.length === 0 && machine.program.holdersOf(name).length > 0) continue;
    if (!shape.every((path) => !isNothing(read(machine, path, args, receiver)) && !isUndefined(read(machine, path, args, receiver))))
      continue;
    return callLibrary(machine, { kind: "library", known, name, receiver }, args, site, true);
  }
  return undefined;
}

const isUndefined = (value: Value): boolean => soleConstant(value) !== undefined && soleConstant(value)?.value === undefined;

const read = (machine: Machine, path: string, args: Given, receiver: Value | undefined): Value =>
  readPath(path, args, receiver, {
    member: (value, name) => ownMember(machine, value, name),
    element: (value) => machine.element(value),
    everything: (value) => machine.element(value),
    slot: (value, name) => join(...objectsOf(value).map((object) => object.slots.get(name) ?? NOTHING)),
  });

/** Only what is there: a name that an object does not have is not given. */
function ownMember(machine: Machine, value: Value, name: string): Value {
  const held = value.atoms.some(
    (atom) => atom.kind === "object" && (atom.object.fields.has(name) || !isNothing(atom.object.element) || atom.object.cls !== undefined),
  );
  if (!held && value.taints.length === 0) return NOTHING;
  const found = machine.member(value, name);
  return found.atoms.every((atom) => atom.kind === "native" || (atom.kind === "unknown" && found.taints.length === 0)) && !held
    ? NOTHING
    : found;
}

function holds(machine: Machine, condition: Condition | undefined, args: Given, receiver: Value | undefined): boolean {
  if (condition === undefined) return true;
  const value = read(machine, condition.path, args, receiver);
  const given = !isNothing(value) && !isUndefined(value);
  const met =
    condition.equals === undefined ? given : value.atoms.some((atom) => atom.kind === "constant" && atom.value === condition.equals);
  return condition.not === true ? !met : met;
}

export function callLibrary(machine: Machine, atom: LibraryAtom, args: Given, site: Site, guessed = false): Value {
  const { known, receiver } = atom;
  const { member } = known;
  const result = resultOf(machine, atom, args, site);
  let messages = false;
  for (const act of member.acts ?? [])
    if (holds(machine, act.when, args, receiver))
      messages = perform(machine, known, act, args, receiver, site, result, guessed) || messages;
  if (member.tool !== undefined) registerTool(machine, member.tool, args, receiver, site, (path) => read(machine, path, args, receiver));
  for (const callback of member.calls ?? [])
    if (holds(machine, callback.when, args, receiver)) callBack(machine, known, callback, args, receiver, site);
  if (member.decorates !== undefined) {
    const target = args.positional.find((value) => value.atoms.some((one) => one.kind === "function"));
    if (target === undefined) return { atoms: [{ ...atom, applied: args }], taints: [] };
    machine.program.decorate(machine, { ...atom, applied: atom.applied ?? args }, target, site);
    return target;
  }
  return messages ? { ...result, taints: [readFrom(machine, site)] } : result;
}

const readFrom = (machine: Machine, site: Site): Taint =>
  machine.source(machine.program.originAt(machine, "message", site), `\`${site.text}\` reads it from the broker`);

/** What the call gives back. */
function resultOf(machine: Machine, { known, name, receiver }: LibraryAtom, args: Given, site: Site): Value {
  const { member } = known;
  const reads = member.acts?.some((act) => act.kind === "read" && holds(machine, act.when, args, receiver)) === true;
  const carried = carriedBy(machine, known, args, receiver);
  const source = reads ? [readFrom(machine, site)] : (receiver?.taints ?? []);
  if (member.returns === undefined) return afterwards(machine, known, args, receiver, reads ? ofTaints(source) : carried);
  if (/^arg\d+$/.test(member.returns)) return read(machine, member.returns, args, receiver);
  if (member.returns === "receiver") return receiver ?? UNKNOWN;
  const made = machine.program.ofType(machine, member.returns, receiver, site);
  const value: Value = { atoms: made.atoms, taints: source };
  for (const [slot, path] of Object.entries(member.remember ?? {})) {
    const kept = read(machine, path, args, receiver);
    for (const object of objectsOf(value)) object.slots.set(slot, join(object.slots.get(slot) ?? NOTHING, kept));
  }
  keepArguments(value, args, name);
  return value;
}

/** A library's objects know what they were made with: `new Kafka({ ssl: true })`. */
function keepArguments(value: Value, args: Given, name: string): void {
  const [first] = args.positional;
  if (first !== undefined && name !== "")
    for (const object of objectsOf(value)) object.slots.set("arg0", join(object.slots.get("arg0") ?? NOTHING, first));
}

function afterwards(machine: Machine, known: Known, args: Given, receiver: Value | undefined, result: Value): Value {
  for (const [slot, path] of Object.entries(known.member.remember ?? {})) {
    const kept = read(machine, path, args, receiver);
    for (const object of receiver === undefined ? [] : objectsOf(receiver))
      object.slots.set(slot, join(object.slots.get(slot) ?? NOTHING, kept));
  }
  return result;
}

/** Of a library's function of which nothing more is said, what it is given comes out in another form. */
function carriedBy(machine: Machine, known: Known, args: Given, receiver: Value | undefined): Value {
  if (known.member.acts !== undefined && known.member.acts.some((act) => act.kind !== "parse" && act.kind !== "validate")) return UNKNOWN;
  const taints = deepTaints(join(receiver ?? NOTHING, ...args.positional.filter((value) => !isCallable(value)), ...args.named.values()));
  return ofTaints(derive(taints, machine.activation.module.ir.file, machine.stack.at(-1)?.at ?? 0, "comes out of a library"));
}

function perform(
  machine: Machine,
  known: Known,
  act: Act,
  args: Given,
  receiver: Value | undefined,
  site: Site,
  result: Value,
  guessed: boolean,
): boolean {
  const at = new Map<string, Value>();
  for (const [name, paths] of Object.entries(act)) {
    if (name === "kind" || name === "when") continue;
    const list: readonly string[] = Array.isArray(paths) ? paths : typeof paths === "string" && PATH_KEYS.has(name) ? [paths] : [];
    const values = list.map((path) => read(machine, path, args, receiver)).filter((value) => !isNothing(value) && !isUndefined(value));
    if (values.length > 0) at.set(name, join(...values));
  }
  if (act.kind === "parse") machine.report({ kind: "parse", input: at.get("input") ?? NOTHING }, site.at);
  if (act.kind === "timer") machine.report({ kind: "timer", delay: args.positional[1] }, site.at);
  const broker = known.broker ?? "any";
  machine.report(
    { kind: "act", act, broker, model: known.library, call: site.text, at_: at, awaited: site.awaited, guessed, result },
    site.at,
  );
  return (act.kind === "http" || act.kind === "command") && manage(machine, act, at, site, result);
}

const PATH_KEYS = new Set(["key", "input", "schema", "message", "requeue", "delay", "value"]);

function callBack(machine: Machine, known: Known, callback: Callback, args: Given, receiver: Value | undefined, site: Site): void {
  const fn = read(machine, callback.fn, args, receiver);
  if (!isCallable(fn)) return;
  if (callback.consumes !== undefined) {
    registerConsumer(
      machine,
      known,
      callback,
      fn,
      site,
      (path) => read(machine, path, args, receiver),
      (condition) => holds(machine, condition, args, receiver),
    );
    return;
  }
  const values = callback.params.map((type) => machine.program.ofType(machine, type, receiver, site));
  const timer = known.member.acts?.some((act) => act.kind === "timer") === true;
  machine.callBack(fn, { positional: values, named: new Map(), more: undefined, moreNamed: undefined }, site, timer ? "timer" : "library");
}
