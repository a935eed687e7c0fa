// Methods of the languages' own values: texts, collections, functions, schemas.
import { checkedBy } from "./checked.ts";
import { caughtError } from "./caught.ts";
import { membership, seenBefore } from "./conditions.ts";
import { factsAbout, NO_FACTS, test, type Fact } from "./facts.ts";
import type { HeapObject } from "./heap.ts";
import type { Machine, Site } from "./machine.ts";
import { COLLECTION, DERIVED, isNativeName, PIECES, SAME } from "./native-names.ts";
import { type Given, given } from "./paths.ts";
import { deepTaints } from "./reach.ts";
import { isClosedPattern } from "./schema.ts";
import { makeSchema, refineSchema } from "./schemas/zod.ts";
import { mapTable, tableOf } from "./tables.ts";
import { derive, partOf } from "./taint.ts";
import {
  type Atom,
  constant,
  isCallable,
  isNothing,
  join,
  NOTHING,
  objectsOf,
  objectValue,
  soleConstant,
  textsOf,
  UNDEFINED,
  UNKNOWN,
  type Value,
} from "./value.ts";

/** `undefined` where it is no method that is known. */
export function callNative(machine: Machine, name: string, receiver: Value, args: Given, site: Site): Value | undefined {
  const [atom] = receiver.atoms;
  if (atom?.kind === "schema") return ofSchema(machine, name, atom, args, site);
  if (atom?.kind === "function" || atom?.kind === "library")
    return machine.language === "javascript" ? ofFunction(machine, name, receiver, args, site) : undefined;
  if (atom?.kind === "native" && name === "resolve") return resolve(atom, args);
  if (name === "resolve" || name === "reject") return resolveInto(receiver, name, args);
  if (name === "then" || name === "catch" || name === "finally") return afterwards(machine, name, receiver, args, site);
  if (QUEUED.has(name) && objectsOf(receiver).some(({ kind }) => kind === "list")) return ofQueue(machine, name, receiver, args, site);
  if (!isNativeName(name)) return getterOf(machine, name, receiver, args);
  if (name === "test" || name === "exec" || name === "match" || name === "fullmatch") return pattern(machine, name, receiver, args, site);
  if (name === "startsWith" || name === "startswith" || name === "endsWith" || name === "endswith") return prefix(receiver, args);
  const objects = objectsOf(receiver);
  if (objects.length > 0 && COLLECTION.has(name)) return ofCollection(machine, name, receiver, objects, args, site);
  if (SAME.has(name)) return same(name, receiver, args);
  if (PIECES.has(name)) return piece(receiver, args);
  if (name === "get" && receiver.taints.length > 0) return part(machine, receiver, args);
  if (COLLECTION.has(name) && !DERIVED.has(name)) return ofTainted(machine, name, receiver, args, site);
  if (!DERIVED.has(name)) return UNKNOWN;
  const { file } = machine.activation.module.ir;
  const said = join(
    { atoms: [], taints: receiver.taints },
    ...args.positional.filter((value) => !isCallable(value)).map((value) => ({ atoms: [], taints: deepTaints(value) })),
  );
  return {
    atoms: [
      { kind: "text", parts: [receiver, ...args.positional.filter((value) => !isCallable(value))], writtenAt: { file, at: site.at } },
    ],
    taints: derive(said.taints, file, site.at, `\`${name}\``),
  };
}

/** A queue of the program's own: one puts in, another takes out. */
const QUEUED = new Set(["put", "put_nowait", "get_nowait", "get", "shift"]);

function ofQueue(machine: Machine, name: string, receiver: Value, { positional: [what = UNKNOWN] }: Given, site: Site): Value {
  const puts = name.startsWith("put");
  if (puts) for (const object of objectsOf(receiver)) object.add(what);
  const event = { kind: "remember", collection: receiver, what: puts ? what : UNKNOWN, forgets: !puts } as const;
  machine.report(puts ? event : { ...event, asks: "what" }, site.at);
  return puts ? UNKNOWN : machine.element(receiver);
}

/** Request objects of Go's MCP libraries: `req.GetString("topic", "")`. */
const GETTERS = /^(?:Get|Require|Must)(?:String|Int|Float|Bool|Arguments|RawArguments)?(?:Slice)?$/;

function getterOf(machine: Machine, name: string, receiver: Value, args: Given): Value | undefined {
  if (receiver.taints.length === 0 || !GETTERS.test(name)) return undefined;
  const keys = args.positional[0] === undefined ? [] : textsOf(args.positional[0]);
  const parts =
    keys.length === 0
      ? receiver
      : join(
          ...keys.map((key): Value => ({
            atoms: [{ kind: "unknown" }],
            taints: receiver.taints.flatMap((taint) => partOf(taint, key) ?? []),
          })),
        );
  return pair(machine, parts);
}

/** In Go a result comes with an error. */
export function pair(machine: Machine, value: Value): Value {
  if (machine.language !== "go") return value;
  const list = machine.make("list", 0);
  list.write("0", value);
  list.write("1", UNKNOWN);
  return { atoms: [...value.atoms, { kind: "object", object: list }], taints: value.taints };
}

/** `text.trim()`; and `codec.encode(data)`, where it is the data that comes out in another form. */
function same(name: string, receiver: Value, { positional: [data] }: Given): Value {
  const coded = (name === "encode" || name === "decode") && data !== undefined && soleConstant(data) === undefined;
  return coded ? data : { atoms: receiver.atoms, taints: receiver.taints };
}

function part(machine: Machine, receiver: Value, args: Given): Value {
  const [key = UNKNOWN, fallback = NOTHING] = args.positional;
  return join(machine.index(receiver, key, 0), fallback);
}

function piece(receiver: Value, args: Given): Value {
  const limited = args.positional.length > 0 && args.positional.every((value) => value.taints.length === 0);
  const taints = receiver.taints.map((taint) => ({ ...taint, derived: true, bounded: limited || taint.bounded === true }));
  if (objectsOf(receiver).length > 0)
    for (const object of objectsOf(receiver)) taints.push(...object.all().taints.map((taint) => ({ ...taint, bounded: limited })));
  const objects = receiver.atoms.filter((atom) => atom.kind === "object");
  return { atoms: objects.length > 0 && !limited ? objects : [{ kind: "unknown" }], taints };
}

function pattern(machine: Machine, name: string, receiver: Value, args: Given, site: Site): Value {
  const [argument = UNKNOWN] = args.positional;
  const regex = [...receiver.atoms, ...argument.atoms].find((atom) => atom.kind === "regex");
  const input = receiver.atoms.some((atom) => atom.kind === "regex") ? argument : receiver;
  const source = regex?.kind === "regex" ? regex.source : undefined;
  const fact: Fact =
    source !== undefined && isClosedPattern(source)
      ? { kind: "allowed", own: true, where: "a pattern of fixed words" }
      : { kind: "weak", why: "its characters are checked, not what it names" };
  const { file } = machine.activation.module.ir;
  const taints = name === "test" ? [] : derive(input.taints, file, site.at, "matched against a pattern");
  return { atoms: [{ kind: "unknown" }], taints, test: test(factsAbout(input.taints, fact), NO_FACTS) };
}

function prefix(receiver: Value, args: Given): Value {
  const [given_ = UNKNOWN] = args.positional;
  const known = textsOf(given_);
  const words = known.length > 0 ? known : objectsOf(given_).flatMap((object) => textsOf(object.all()));
  const server = given_.taints.length === 0 && words.every((word) => word.length > 1);
  return {
    ...UNKNOWN,
    test: server ? test(factsAbout(receiver.taints, { kind: "prefixed", prefix: words[0] ?? "" }), NO_FACTS) : undefined,
  };
}

function ofFunction(machine: Machine, name: string, receiver: Value, args: Given, site: Site): Value | undefined {
  const [first, ...rest] = args.positional;
  switch (name) {
    case "call":
      return machine.call(bound(receiver, first), { ...args, positional: rest }, site);
    case "apply": {
      const list = rest[0];
      return machine.call(bound(receiver, first), { ...args, positional: [], more: list }, site);
    }
    case "bind":
      return bound(receiver, first, rest);
    case "then":
    case "catch":
    case "finally":
      return afterwards(machine, name, receiver, args, site);
    default:
      return undefined;
  }
}

function bound(callee: Value, self: Value | undefined, first: readonly Value[] = []): Value {
  const atoms = callee.atoms.map((atom): Atom => {
    if (atom.kind !== "function") return atom;
    const own = atom.closure.definition.arrow === true ? atom.closure.self : (self ?? atom.closure.self);
    return {
      kind: "function",
      closure: { ...atom.closure, self: own, ...(first.length > 0 && { bound: [...(atom.closure.bound ?? []), ...first] }) },
    };
  });
  return { atoms, taints: callee.taints };
}

/** Promises are their values; what is done with them is done at once. */
function afterwards(machine: Machine, name: string, receiver: Value, args: Given, site: Site): Value {
  const [first, second] = args.positional;
  let result = name === "then" ? NOTHING : receiver;
  if (name === "then" && first !== undefined) result = machine.callBack(first, given(receiver), site, "library");
  if (name === "finally" && first !== undefined) machine.callBack(first, given(), site, "library");
  const failed = name === "catch" ? first : name === "then" ? second : undefined;
  if (failed !== undefined) machine.report({ kind: "caught" }, site.at);
  if (failed !== undefined && isCallable(failed)) {
    const error = machine.make("instance", site.at);
    error.type = "error";
    const id = machine.fresh();
    machine.within(
      { kind: "try", id, part: "catch", catches: true },
      () =>
        void (result = join(
          result,
          machine.callBack(failed, given(objectValue(error, [caughtError(machine, id, site.at)])), site, "library"),
        )),
    );
  }
  return isNothing(result) ? receiver : result;
}

/** The functions that a promise's executor is handed. */
function resolveInto(receiver: Value, name: string, args: Given): Value {
  const [value = UNDEFINED] = args.positional;
  if (name === "resolve") for (const object of objectsOf(receiver)) object.add(value);
  return UNDEFINED;
}

const resolve = (atom: Extract<Atom, { kind: "native" }>, args: Given): Value => resolveInto(atom.receiver, "resolve", args);

function ofSchema(machine: Machine, name: string, { schema }: Extract<Atom, { kind: "schema" }>, args: Given, site: Site): Value {
  const [input = UNKNOWN] = args.positional;
  switch (name) {
    case "parse":
    case "parseAsync":
    case "validate":
    case "validateSync":
    case "decode":
      machine.report({ kind: "parse", input }, site.at);
      return checkedBy(machine, input, schema, site.at);
    case "safeParse":
    case "safeParseAsync": {
      const result = machine.make("object", site.at);
      const established = test(factsAbout(input.taints, { kind: "checked", schema }), NO_FACTS);
      result.write("success", { ...UNKNOWN, test: established });
      result.write("error", { ...UNKNOWN, test: test(NO_FACTS, factsAbout(input.taints, { kind: "checked", schema })) });
      result.write("data", checkedBy(machine, input, schema, site.at));
      return objectValue(result);
    }
    default: {
      const refined = refineSchema(machine, schema, name, args) ?? undefined;
      if (refined !== undefined) return { atoms: [{ kind: "schema", schema: refined }], taints: [] };
      return makeSchema(machine, name, args) ?? UNKNOWN;
    }
  }
}

function ofCollection(machine: Machine, name: string, receiver: Value, objects: readonly HeapObject[], args: Given, site: Site): Value {
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

function put(object: HeapObject, key: Value, value: Value): void {
  const known = soleConstant(key);
  if (known !== undefined) object.write(String(known.value), value);
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
    case "flat":
      list.add(join(element, machine.element(element)));
      return objectValue(list);
    default:
      return receiver;
  }
}

/** Items that are known, each in its place; of very many, what they have in common. */
function fillRow(list: HeapObject, items: readonly Value[]): void {
  for (const [index, item] of items.entries()) {
    if (items.length <= 80) list.write(String(index), item);
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
function ofTainted(machine: Machine, name: string, receiver: Value, args: Given, site: Site): Value {
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
