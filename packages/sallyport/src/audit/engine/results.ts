// What comes back of a call into a library: an object of its own, a part of what it was given, a message.
import type { Known } from "../models/load.ts";
import type { HeapObject } from "./heap.ts";
import type { Machine, Site } from "./machine.ts";
import { type Given, type PathReader, readPath } from "./paths.ts";
import { deepTaints } from "./reach.ts";
import { spreadInto } from "./spread.ts";
import { derive, type Taint } from "./taint.ts";
import {
  type Atom,
  constant,
  isCallable,
  isNothing,
  join,
  NOTHING,
  objectsOf,
  objectValue,
  ofTaints,
  soleConstant,
  textsOf,
  UNKNOWN,
  type Value,
} from "./value.ts";

export interface Called {
  readonly known: Known;
  readonly name: string;
  readonly receiver: Value | undefined;
  readonly args: Given;
  readonly site: Site;
}

export const isUndefined = (value: Value): boolean => soleConstant(value) !== undefined && soleConstant(value)?.value === undefined;

export function read(machine: Machine, path: string, args: Given, receiver: Value | undefined): Value {
  return readPath(path, args, receiver, readerOf(machine));
}

const readerOf = (machine: Machine): PathReader => ({
  member: (value, name) => ownMember(machine, value, name),
  element: (value) => machine.element(value),
  everything: (value) => machine.element(value),
  keys: (value) =>
    join(...objectsOf(value).flatMap((object) => [object.keys, ...[...object.fields.keys()].map(constant)]), {
      atoms: [],
      taints: value.taints,
    }),
  slot: (value, name) => join(...objectsOf(value).map((object) => object.slots.get(name) ?? NOTHING)),
});

/** Reads members that objects of the program were given by name, and nothing else. */
export const writtenOnly = (machine: Machine): PathReader => {
  const member = (value: Value, name: string): Value => join(...objectsOf(value).map((object) => object.fields.get(name) ?? NOTHING));
  const element = (value: Value): Value => join(...objectsOf(value).map((object) => object.all()));
  return { ...readerOf(machine), member, element, everything: element };
};

/** Only what is there: a name that an object does not have is not given. */
function ownMember(machine: Machine, value: Value, name: string): Value {
  const held = value.atoms.some((atom) => mayHold(atom, name));
  if (!held && value.taints.length === 0) return NOTHING;
  const found = machine.member(value, name);
  const empty = found.atoms.every((atom) => atom.kind === "native" || (atom.kind === "unknown" && found.taints.length === 0));
  return empty && !held ? NOTHING : found;
}

const mayHold = (atom: Atom, name: string): boolean =>
  atom.kind === "object" && (atom.object.fields.has(name) || !isNothing(atom.object.element) || atom.object.cls !== undefined);

export const readFrom = (machine: Machine, site: Site): Taint =>
  machine.source(machine.program.originAt(machine, "message", site), `\`${site.text}\` reads it from the broker`);

/** A collection that a library gives: of its own making, whose keys are whoever's its elements are. */
export function collectionOf(machine: Machine, kind: "list" | "map", element: Value, at: number): Value {
  const collection = machine.make(kind, at);
  if (kind === "list") collection.listed = true;
  else collection.keys = { ...UNKNOWN, taints: element.taints };
  collection.add(element);
  return objectValue(collection);
}

export function resultOf(machine: Machine, called: Called, reads: boolean): Value {
  const { known, receiver, args, site } = called;
  const { member } = known;
  writeThrough(machine, called);
  const source = reads ? [readFrom(machine, site)] : contentTaints(called);
  const got = gotten(machine, called);
  if (member.returns === undefined && member.returnsBy === undefined) {
    keep(machine, called, receiver);
    // What publishes gives an error, though its model does not say so.
    const fails = machine.language === "go" && member.acts?.some((act) => act.kind === "publish") === true;
    if (fails && got === undefined) return { ...UNKNOWN, taints: failure(machine, called) };
    return got ?? (reads || member.content !== undefined ? ofTaints(source) : carriedBy(machine, called));
  }
  const type = typeGiven(machine, called);
  if (type === undefined) return got ?? UNKNOWN;
  if (/^arg\d+/.test(type)) return read(machine, type, args, receiver);
  if (type === "receiver") {
    keep(machine, called, receiver);
    return receiver ?? UNKNOWN;
  }
  const made = machine.program.ofType(machine, type, receiver, site);
  if (type === "error") return { atoms: made.atoms, taints: failure(machine, called) };
  const failing = type.endsWith(",error");
  const value: Value = { atoms: made.atoms, taints: failing ? [] : source };
  if (failing) for (const object of objectsOf(value)) failWith(object, source, failure(machine, called));
  const first = type.startsWith("tuple:") ? firstOf(value) : value;
  if (got !== undefined) for (const object of objectsOf(value)) if (type.startsWith("tuple:")) object.fields.set("0", got);
  keep(machine, called, first);
  fill(machine, called, first);
  keepArguments(first, args);
  return value;
}

/** Go: the error that comes with what a broker's client gives, or alone. */
function failure(machine: Machine, { known, site }: Called): readonly Taint[] {
  if (known.broker === undefined) return [];
  return [machine.source(machine.program.originAt(machine, "error", site, "an error"), `\`${site.text}\` gives an error`)];
}

/** The error is nobody's message, and what stands before it is no error. */
function failWith(made: HeapObject, source: readonly Taint[], failed: readonly Taint[]): void {
  const last = String(made.fields.size - 1);
  for (const [name, part] of made.fields) made.fields.set(name, name === last ? { ...UNKNOWN, taints: failed } : of(part, source));
}

/** A part that says itself what it is of a message keeps that. */
const of = (part: Value, source: readonly Taint[]): Value => {
  const content = part.taints.find((taint) => taint.content !== undefined)?.content;
  return { ...part, taints: content === undefined ? source : source.map((taint) => ({ ...taint, content })) };
};

const firstOf = (value: Value): Value => join(...objectsOf(value).map((object) => object.read("0") ?? NOTHING));

/** What is read of a message is whoever wrote it. */
function contentTaints({ known, receiver }: Called): readonly Taint[] {
  const { content } = known.member;
  const taints = receiver?.taints ?? [];
  return content === undefined ? taints : taints.map((taint) => ({ ...taint, content, path: taint.path === "" ? content : taint.path }));
}

function typeGiven(machine: Machine, { known, args, receiver }: Called): string | undefined {
  const { returns, returnsBy } = known.member;
  if (returnsBy === undefined) return returns;
  const names = textsOf(read(machine, returnsBy.arg, args, receiver));
  return names.map((name) => returnsBy.types[name]).find((type) => type !== undefined) ?? returns;
}

function gotten(machine: Machine, { known, args, receiver, site }: Called): Value | undefined {
  const { gets } = known.member;
  if (gets === undefined) return undefined;
  const held = read(machine, gets.of, args, receiver);
  return gets.key === undefined ? held : machine.index(held, read(machine, gets.key, args, receiver), site.at);
}

/** For later calls' `slot:`. */
function keep(machine: Machine, { known, args, receiver }: Called, on: Value | undefined): void {
  for (const [slot, path] of Object.entries(known.member.remember ?? {})) {
    const kept = read(machine, path, args, receiver);
    for (const object of on === undefined ? [] : objectsOf(on)) object.slots.set(slot, join(object.slots.get(slot) ?? NOTHING, kept));
  }
}

function fill(machine: Machine, { known, args, receiver }: Called, made: Value): void {
  for (const [name, path] of Object.entries(known.member.fields ?? {})) {
    const value = path === true ? UNKNOWN : read(machine, path, args, receiver);
    for (const object of objectsOf(made)) if (!isNothing(value)) object.write(name, value);
  }
}

/** A library's objects know what they were made with: `new Kafka({ ssl: true })`. */
function keepArguments(value: Value, { positional: [first] }: Given): void {
  if (first === undefined) return;
  for (const object of objectsOf(value)) object.slots.set("arg0", join(object.slots.get("arg0") ?? NOTHING, first));
}

/** Through a pointer: what was decoded stands in what the argument points to. */
function writeThrough(machine: Machine, { known, args, receiver }: Called): void {
  for (const [target, source] of Object.entries(known.member.writes ?? {})) {
    const from = read(machine, source, args, receiver);
    const outside: Value = { atoms: [{ kind: "unknown" }], taints: deepTaints(from).map((taint) => ({ ...taint, schema: undefined })) };
    for (const object of objectsOf(read(machine, target, args, receiver))) {
      spreadInto(from, object);
      if (outside.taints.length > 0) object.add(outside);
    }
  }
}

/** Of a library's function of which nothing more is said, what it is given comes out in another form. */
function carriedBy(machine: Machine, { known, args, receiver, site }: Called): Value {
  if (known.member.acts?.some((act) => act.kind !== "parse" && act.kind !== "validate") === true) return UNKNOWN;
  const given = [...args.positional.filter((value) => !isCallable(value)), ...args.named.values()];
  const taints = deepTaints(join(receiver ?? NOTHING, ...given));
  return ofTaints(derive(taints, machine.activation.module.ir.file, site.at, `comes out of \`${site.text}\``));
}
