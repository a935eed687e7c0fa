// What functions do that need no import.
import { absoluteOf, established, timeAtoms } from "./ages.ts";
import { membership, typeOf } from "./conditions.ts";
import { NO_FACTS, factsAbout, factsOf, test } from "./facts.ts";
import type { Machine, Site } from "./machine.ts";
import { asObject } from "./namespaces.ts";
import { pair } from "./natives.ts";
import { textOf } from "./operators.ts";
import { type Given, given } from "./paths.ts";
import { deepTaints } from "./reach.ts";
import { spreadInto } from "./spread.ts";
import { type Taint, derive } from "./taint.ts";
import {
  FRESH,
  NOTHING,
  UNDEFINED,
  UNKNOWN,
  type Value,
  constant,
  functionValue,
  isCallable,
  isNothing,
  join,
  objectValue,
  objectsOf,
  soleConstant,
} from "./value.ts";

export type Global = (machine: Machine, args: Given, site: Site) => Value;

export const first = ({ positional: [value = UNKNOWN] }: Given): Value => value;

export const same: Global = (_machine, args) => first(args);

export const silent: Global = () => UNDEFINED;

export const unknown: Global = () => UNKNOWN;

export const fresh: Global = () => FRESH;

export const NOW: Value = { atoms: [{ kind: "now" }], taints: [] };
export const TODAY: Value = { atoms: [{ kind: "now", calendar: true }], taints: [] };

/** Another form of the same: who had a say in it has a say in this, and what it was made of can still be seen. */
export const encode: Global = (machine, args, site) => {
  const value = first(args);
  const { file } = machine.activation.module.ir;
  const taints = derive(value.taints, file, site.at, "is written as text");
  return pair(machine, { atoms: [{ kind: "text", parts: [value], encoded: true, writtenAt: { file, at: site.at } }], taints });
};

export const decode: Global = (machine, args, site) => {
  const value = first(args);
  const { file } = machine.activation.module.ir;
  machine.report({ kind: "parse", input: value }, site.at);
  const encoded = value.atoms.flatMap((atom) => (atom.kind === "text" && atom.encoded === true ? atom.parts : []));
  const taints = deepTaints(value).map((taint) => ({ ...taint, schema: undefined }));
  return join(...encoded, { atoms: [{ kind: "unknown" }], taints: derive(taints, file, site.at, "is parsed") });
};

/** What is decoded is written where the second argument points. */
export const decodeInto: Global = (machine, args, site) => {
  const decoded = decode(machine, args, site);
  const [, target = NOTHING] = args.positional;
  for (const object of objectsOf(target)) {
    object.add({ atoms: [{ kind: "unknown" }], taints: decoded.taints });
    for (const one of objectsOf(decoded)) spreadInto(objectValue(one), object);
  }
  return UNKNOWN;
};

export const elements: Global = (machine, args, site) => {
  const list = machine.make("list", site.at);
  const [source = UNKNOWN, mapper] = args.positional;
  const element = machine.element(source);
  list.add(mapper !== undefined && isCallable(mapper) ? machine.callBack(mapper, given(element, UNKNOWN), site, "library") : element);
  list.listed = objectsOf(source).some((object) => object.listed);
  return objectValue(list, source.taints);
};

export const awaitAll: Global = (machine, args, site) => {
  const source = first(args);
  const rows = objectsOf(source).filter((object) => object.kind === "list");
  return rows.length > 0 ? source : elements(machine, args, site);
};

export const call: Global = (machine, { positional: [callee = UNKNOWN, ...rest], ...args }, site) =>
  machine.call(callee, { ...args, positional: rest }, site);

export const later: Global = (machine, args, site) => {
  const [callee = UNKNOWN, delay] = args.positional;
  machine.report({ kind: "timer", delay }, site.at);
  machine.callBack(callee, { ...given(...args.positional.slice(2)) }, site, "timer");
  return UNKNOWN;
};

export const collect =
  (kind: "map" | "set" | "list" | "object"): Global =>
  (machine, args, site) => {
    const made = machine.make(kind, site.at);
    for (const [name, value] of args.named) made.write(name, value);
    const [source] = args.positional;
    if (source === undefined || isNothing(source)) return objectValue(made);
    if (kind === "map") fillMap(machine, source, made);
    else if (kind === "object") spreadInto(source, made);
    else made.add(machine.element(source));
    return objectValue(made, source.taints.length > 0 && made.fields.size === 0 ? source.taints : []);
  };

function fillMap(machine: Machine, source: Value, made: ReturnType<Machine["make"]>): void {
  for (const list of objectsOf(source)) {
    const items = list.fields.size > 0 ? [...list.fields.values(), list.element] : [list.element];
    for (const item of items) {
      for (const entry of objectsOf(item)) {
        const [key, value] = [entry.read("0"), entry.read("1")];
        const texts = key?.atoms.flatMap((atom) => (atom.kind === "constant" ? [String(atom.value)] : [])) ?? [];
        for (const text of texts) made.write(text, value ?? machine.element({ atoms: [{ kind: "object", object: entry }], taints: [] }));
        if (texts.length === 0) made.add(value ?? UNKNOWN);
      }
    }
    if (list.kind === "map") spreadInto(objectValue(list), made);
  }
}

export const properties: Global = (machine, args, site) =>
  machine.callMember(asObject(machine, first(args), site), "entries", given(), site);

/** `new URL(path, base)`: a text that begins with the other. */
export const joined: Global = (machine, { positional: [path = UNKNOWN, base] }, site) =>
  base === undefined ? path : textOf(machine, [base, path], site.at);

export const assign: Global = (_machine, { positional: [target = UNKNOWN, ...sources] }) => {
  for (const object of objectsOf(target)) for (const source of sources) spreadInto(source, object);
  return target;
};

/** `Object.hasOwn(TABLE, x)`: an own property, whose keys the server wrote. */
export const hasOwn: Global = (_machine, { positional: [table = UNKNOWN, key = UNKNOWN] }) => ({
  ...UNKNOWN,
  test: membership(key, table, true, "an own property"),
});

export const parseTime: Global = (_machine, args) => ({ atoms: timeAtoms(first(args)), taints: first(args).taints });

/** It throws where there is no number, or no time, to be had. */
export const parseStrictly: Global = (machine, args) => established(machine, first(args));

/** Go: `NaN` is a number to it. */
export const parseFloat: Global = (machine, args) =>
  pair(machine, { atoms: [{ kind: "unknown" }], taints: first(args).taints.map((taint) => ({ ...taint, mayBeNaN: true })) });

export const isFinite: Global = (_machine, args) => ({
  ...UNKNOWN,
  test: test(factsAbout(first(args).taints, { kind: "finite" }), NO_FACTS),
});

export const isNotNumber: Global = (_machine, args) => ({
  ...UNKNOWN,
  test: test(NO_FACTS, factsAbout(first(args).taints, { kind: "finite" })),
});

export const absolute: Global = (_machine, args) => absoluteOf(first(args));

/** `max(0, n)`: no lower than what the server says. Python's and JavaScript's order of arguments decides what NaN does there. */
export const largest: Global = (machine, args, site) => {
  const value = parseTime(machine, given(join(...args.positional)), site);
  const floor = args.positional.some((one) => one.taints.length === 0);
  return floor ? { ...value, taints: value.taints.map((taint) => ({ ...taint, floored: true })) } : value;
};

export const smallest: Global = (_machine, args) => {
  const free = args.positional.filter((value) => value.taints.length > 0);
  const bounded = args.positional.some((value) => value.taints.length === 0);
  const { taints } = join(...free);
  return {
    atoms: [{ kind: "unknown" }],
    taints: taints.map((taint) => ({ ...taint, bounded: bounded || taint.bounded === true, closed: bounded || taint.closed })),
  };
};

export const isInstance: Global = (_machine, args) => ({ ...UNKNOWN, test: typeOf(first(args).taints) });

/** By a name from outside every attribute can be had, those that each object has too: `__class__`, `__init__`. */
export const getAttribute: Global = (machine, { positional: [object = UNKNOWN, key = UNKNOWN, fallback = NOTHING] }, site) => {
  const open = key.taints.filter((taint) => !taint.closed && !isAllowed(machine, taint));
  const { file } = machine.activation.module.ir;
  const taints = derive(open, file, site.at, "names an attribute, and every object has more of these than were meant");
  const danger: Value = { atoms: [], taints: taints.map((taint) => ({ ...taint, prototype: true })) };
  // By a name that is not known, a library's object gives any of its methods.
  const methods = soleConstant(key) === undefined ? methodsOf(machine, object) : [];
  if (methods.length > 0) return join(...methods, danger);
  return join(machine.index(object, key, site.at), fallback, object.taints.length > 0 ? NOTHING : danger);
};

const isAllowed = (machine: Machine, taint: Taint): boolean =>
  factsOf(machine.state.facts, taint).some((fact) => fact.kind === "allowed" && fact.own);

export const hasAttribute: Global = (_machine, { positional: [object = UNKNOWN, key = UNKNOWN] }) => ({
  ...UNKNOWN,
  test: membership(key, object, false, "an attribute"),
});

/** `dir(client)`: the names of what it has, in a row. */
export const membersNamed: Global = (machine, args, site) => {
  const types = objectsOf(first(args)).flatMap(({ type }) => (type === undefined ? [] : [machine.models.type(type)]));
  const names = new Set(types.flatMap((type) => [...(type?.members.keys() ?? [])]));
  const list = machine.make("list", site.at);
  for (const [index, name] of [...names].entries()) list.write(String(index), constant(name));
  if (names.size === 0) list.add(UNKNOWN);
  return objectValue(list);
};

const methodsOf = (machine: Machine, object: Value): readonly Value[] =>
  objectsOf(object).flatMap((one) =>
    one.type === undefined ? [] : [...(machine.models.type(one.type)?.members.keys() ?? [])].map((name) => machine.member(object, name)),
  );

export const partial: Global = (_machine, { positional: [callee = UNKNOWN, ...rest] }) =>
  join(
    ...callee.atoms.map((atom) =>
      atom.kind === "function"
        ? functionValue({ ...atom.closure, bound: [...(atom.closure.bound ?? []), ...rest] })
        : { atoms: [atom], taints: [] },
    ),
  );

export const mapOver: Global = (machine, { positional: [callee = UNKNOWN, source = UNKNOWN] }, site) => {
  const list = machine.make("list", site.at);
  list.add(machine.callBack(callee, given(machine.element(source)), site, "library"));
  return objectValue(list);
};

export const pairs: Global = (machine, args, site) => {
  const list = machine.make("list", site.at);
  const pair_ = machine.make("list", site.at);
  pair_.write("0", UNKNOWN);
  pair_.write("1", machine.element(first(args)));
  list.add(objectValue(pair_));
  return objectValue(list);
};

export const promise: Global = (machine, args, site) => {
  const kept = machine.make("list", site.at);
  const settle = (name: string): Value => ({ atoms: [{ kind: "native", name, receiver: objectValue(kept) }], taints: [] });
  machine.callBack(first(args), given(settle("resolve"), settle("reject")), site, "library");
  return isNothing(kept.element) ? UNKNOWN : kept.element;
};

/** An error that wraps others says what they say. */
export const carried: Global = (machine, { positional }, site) => {
  const { file } = machine.activation.module.ir;
  return { atoms: [{ kind: "unknown" }], taints: derive(deepTaints(join(...positional)), file, site.at, "is wrapped in an error") };
};

export function rowOf(machine: Machine, args: Given, site: Site): Value {
  const list = machine.make("list", site.at);
  for (const [index, value] of args.positional.entries()) list.write(String(index), value);
  if (args.more !== undefined) list.add(machine.element(args.more));
  return objectValue(list);
}
