// Methods of lists, maps and sets, also of those that came from outside.
import { membership, seenBefore } from "./conditions.ts";
import type { HeapObject } from "./heap.ts";
import type { Machine, Site } from "./machine.ts";
import { type Given, given } from "./paths.ts";
import { deepTaints } from "./reach.ts";
import { mapTable, tableOf } from "./tables.ts";
import { derive } from "./taint.ts";
import {
  NOTHING,
  UNDEFINED,
  UNKNOWN,
  type Value,
  constant,
  isCallable,
  isNothing,
  join,
  objectValue,
  isSure,
  objectsOf,
  rowOf,
  soleConstant,
  wordsOf,
} from "./value.ts";

/** A queue of the program's own, or a future: one puts in, another takes out. */
export const QUEUED = new Set(["put", "put_nowait", "get_nowait", "get", "shift", "set_result", "result"]);

export function ofQueue(machine: Machine, name: string, receiver: Value, { positional: [what = UNKNOWN] }: Given, site: Site): Value {
  const puts = name.startsWith("put") || name === "set_result";
  if (puts) for (const object of objectsOf(receiver)) object.add(what);
  const event = { kind: "remember", collection: receiver, what: puts ? what : UNKNOWN, forgets: !puts } as const;
  machine.report(puts ? event : { ...event, asks: "what" }, site.at);
  return puts ? UNKNOWN : machine.element(receiver);
}

export function piece(receiver: Value, args: Given): Value {
  const limited = args.positional.length > 0 && args.positional.every((value) => value.taints.length === 0);
  const taints = receiver.taints.map((taint) => ({ ...taint, derived: true, bounded: limited || taint.bounded === true }));
  if (objectsOf(receiver).length > 0)
    for (const object of objectsOf(receiver)) taints.push(...object.all().taints.map((taint) => ({ ...taint, bounded: limited })));
  const objects = receiver.atoms.filter((atom) => atom.kind === "object");
  const chance = receiver.atoms.filter((atom) => atom.kind === "unknown" && atom.fresh === true);
  const own = chance.length > 0 ? chance : [{ kind: "unknown" } as const];
  return { atoms: objects.length > 0 && !limited ? objects : own, taints };
}

export function ofCollection(
  machine: Machine,
  name: string,
  receiver: Value,
  objects: readonly HeapObject[],
  args: Given,
  site: Site,
): Value {
  const [first = UNDEFINED, second = UNDEFINED] = args.positional;
  const element = machine.element(receiver);
  switch (name) {
    case "push":
    case "unshift":
    case "append":
    case "insert":
    case "add":
      for (const object of objects) for (const value of args.positional) object.add(value);
      machine.report({ kind: "remember", collection: receiver, what: first, forgets: false }, site.at);
      return receiver;
    case "extend":
    case "update":
      for (const object of objects) object.add(machine.element(first));
      if (name === "update")
        for (const other of objectsOf(first))
          for (const object of objects) for (const [key, value] of other.fields) object.write(key, value);
      return receiver;
    case "set":
    case "setdefault":
      for (const object of objects) put(object, first, second);
      machine.report({ kind: "remember", collection: receiver, what: first, forgets: false }, site.at);
      return receiver;
    case "delete":
    case "discard":
    case "remove":
      machine.report({ kind: "remember", collection: receiver, what: first, forgets: true }, site.at);
      return UNKNOWN;
    case "hasOwnProperty":
      return { ...UNKNOWN, test: membership(first, receiver, true, "an own property") };
    case "has":
    case "includes":
    case "indexOf":
    case "contains":
    case "count":
      return asked(machine, name, receiver, first, site);
    case "get":
    case "pop":
      if (name === "pop" && args.positional.length === 0) return ofQueue(machine, "get", receiver, args, site);
      return got(machine, receiver, first, second, site);
    case "shift":
    case "at":
      return element;
    case "clear":
      machine.report({ kind: "remember", collection: receiver, what: UNKNOWN, forgets: true }, site.at);
      return UNDEFINED;
    default:
      return eachOf(machine, name, receiver, objects, element, args, site);
  }
}

/** Under a key, or under each of several that it can be. */
function put(object: HeapObject, key: Value, value: Value): void {
  const names = wordsOf(key);
  if (names !== undefined) for (const name of names) object.write(name, value);
  else {
    object.add(value);
    object.keys = join(object.keys, key);
  }
}

/** Is it there? For messages, whether it was seen before; for a model's words, whether they are allowed. */
function asked(machine: Machine, name: string, receiver: Value, what: Value, site: Site): Value {
  machine.report({ kind: "remember", collection: receiver, what, forgets: false, asks: "whether" }, site.at);
  const seen = seenBefore(what, receiver);
  if (seen !== undefined) return { ...UNKNOWN, test: seen };
  const allowed = membership(what, receiver, true, `\`${site.text}\``);
  return { ...UNKNOWN, ...(allowed !== undefined && name !== "indexOf" && { test: allowed }) };
}

function got(machine: Machine, receiver: Value, key: Value, fallback: Value, site: Site): Value {
  const known = soleConstant(key);
  if (known !== undefined && typeof known.value === "string") {
    const found = machine.member(receiver, known.value);
    if (isSure(receiver, known.value)) return found;
    if (!found.atoms.every((atom) => atom.kind === "native")) return join(found, isNothing(fallback) ? NOTHING : fallback);
  }
  const values = join(...objectsOf(receiver).map((object) => object.all()), { atoms: [], taints: receiver.taints });
  const messages = key.taints.filter((taint) => taint.origin.kind === "message");
  const takes = site.text.endsWith(".pop");
  if (messages.length > 0) machine.report({ kind: "remember", collection: receiver, what: key, forgets: takes, asks: "what" }, site.at);
  const allowed = membership(key, receiver, true, `\`${site.text}\``);
  const empty = isNothing(values);
  return { ...join(empty ? UNKNOWN : values, UNDEFINED, fallback), ...(allowed !== undefined && { test: allowed }) };
}

function eachOf(
  machine: Machine,
  name: string,
  receiver: Value,
  objects: readonly HeapObject[],
  element: Value,
  args: Given,
  site: Site,
): Value {
  const [first = UNDEFINED, second] = args.positional;
  const list = machine.make("list", site.at);
  const run = (...values: readonly Value[]): Value => machine.callBack(first, given(...values), site, "library");
  const table = name === "forEach" ? mapTable(receiver) : undefined;
  if (table !== undefined) {
    for (const [key, value] of table) run(value, isNothing(key) ? UNKNOWN : key, receiver);
    return UNDEFINED;
  }
  const row = name === "forEach" || name === "map" ? tableOf(machine, receiver, site.at) : undefined;
  if (row !== undefined) {
    for (const [index, item] of row.entries()) list.write(String(index), run(item, constant(index), receiver));
    return name === "map" ? objectValue(list) : UNDEFINED;
  }
  switch (name) {
    case "keys":
      fillRow(
        list,
        objects.flatMap((object) => [...object.fields.keys()].map(constant)),
      );
      list.add(join(...objects.map((object) => object.keys)));
      return objectValue(list);
    case "values":
      fillRow(
        list,
        objects.flatMap((object) => [...object.fields.values()]),
      );
      list.add(join(...objects.map((object) => object.element)));
      return objectValue(list, receiver.taints);
    case "entries":
    case "items":
      fillRow(
        list,
        objects.flatMap((object) => [...object.fields].map(([key, value]) => entry(machine, constant(key), value, site))),
      );
      if (objects.some((object) => !isNothing(object.element)))
        list.add(
          entry(machine, join(...objects.map((object) => object.keys), UNKNOWN), join(...objects.map((object) => object.element)), site),
        );
      return objectValue(list, receiver.taints);
    case "forEach": {
      const keys = join(...objects.flatMap((object) => [object.keys, ...[...object.fields.keys()].map(constant)]));
      const held = objects.some((object) => object.kind === "map") ? join(...objects.map((object) => object.all())) : element;
      run(held, keys, receiver);
      return UNDEFINED;
    }
    case "map":
      list.add(run(element, UNKNOWN, receiver));
      return objectValue(list);
    case "flatMap":
      list.add(machine.element(run(element, UNKNOWN, receiver)));
      return objectValue(list);
    case "filter":
    case "find":
    case "findLast":
    case "some":
    case "every":
    case "findIndex":
      return filtered(machine, name, receiver, element, run(element, UNKNOWN, receiver));
    case "reduce":
    case "reduceRight": {
      const start = second ?? element;
      const once = run(start, element, UNKNOWN, receiver);
      return join(start, once);
    }
    case "join": {
      const { file } = machine.activation.module.ir;
      return {
        atoms: [{ kind: "text", parts: [element, first] }],
        taints: derive(deepTaints(element), file, site.at, "joined into a text"),
      };
    }
    case "slice":
      return piece(receiver, args);
    case "concat":
      for (const object of objects) list.add(object.all());
      for (const value of args.positional)
        list.add(objectsOf(value).some((object) => object.kind === "list") ? machine.element(value) : value);
      return objectValue(list, receiver.taints);
    case "flat": {
      const rows = objects.length === 1 ? (rowOf(receiver)?.map((item) => rowOf(item)) ?? []) : [];
      if (rows.length > 0 && rows.every((inner) => inner !== undefined)) {
        fillRow(list, rows.flat());
        return objectValue(list);
      }
      list.add(join(element, machine.element(element)));
      return objectValue(list);
    }
    default:
      return receiver;
  }
}

const MOST_IN_A_ROW = 256;

/** Items that are known, each in its place; of very many, what they have in common. */
function fillRow(list: HeapObject, items: readonly Value[]): void {
  for (const [index, item] of items.entries()) {
    if (items.length <= MOST_IN_A_ROW) list.write(String(index), item);
    else list.add(item);
  }
}

function entry(machine: Machine, key: Value, value: Value, site: Site): Value {
  const pair_ = machine.make("list", site.at);
  pair_.write("0", key);
  pair_.write("1", value);
  return objectValue(pair_);
}

function filtered(machine: Machine, name: string, receiver: Value, element: Value, tested: Value): Value {
  if (name === "some") return { ...UNKNOWN, ...(tested.test !== undefined && { test: tested.test }) };
  if (name === "every" || name === "findIndex") return UNKNOWN;
  if (name === "filter") return receiver;
  void machine;
  return join(element, UNDEFINED);
}

/** A collection's method on what came from outside. */
export function ofTainted(machine: Machine, name: string, receiver: Value, args: Given, site: Site): Value {
  const element = machine.element(receiver);
  const [first = UNDEFINED] = args.positional;
  if (["map", "flatMap", "forEach", "filter", "find", "some", "every", "reduce", "sort"].includes(name) && isCallable(first)) {
    const result = machine.callBack(
      first,
      name === "reduce" ? given(args.positional[1] ?? UNKNOWN, element) : given(element, UNKNOWN, receiver),
      site,
      "library",
    );
    if (name === "map" || name === "flatMap") {
      const list = machine.make("list", site.at);
      list.add(name === "map" ? result : machine.element(result));
      return objectValue(list);
    }
    return name === "filter" ? receiver : name === "find" ? element : name === "reduce" ? result : UNKNOWN;
  }
  if (name === "includes" || name === "indexOf" || name === "has")
    return { ...UNKNOWN, test: membership(first, receiver, true, `\`${site.text}\``) };
  return { atoms: [{ kind: "unknown" }], taints: element.taints };
}
