// Methods of the languages' own values: texts, collections, functions, schemas.
import { ofTime } from "./ages.ts";
import { caughtError } from "./caught.ts";
import { checkedBy } from "./checked.ts";
import { QUEUED, ofCollection, ofQueue, ofTainted, piece } from "./collections.ts";
import { type Fact, NO_FACTS, factsAbout, test } from "./facts.ts";
import type { Machine, Site } from "./machine.ts";
import { COLLECTION, DERIVED, PIECES, SAME, isNativeName } from "./native-names.ts";
import { type Given, given } from "./paths.ts";
import { deepTaints } from "./reach.ts";
import { isClosedPattern } from "./schema.ts";
import { makeSchema, refineSchema } from "./schemas/zod.ts";
import { derive, partOf } from "./taint.ts";
import {
  type Atom,
  NOTHING,
  UNDEFINED,
  UNKNOWN,
  type Value,
  isCallable,
  isNothing,
  join,
  objectValue,
  objectsOf,
  soleConstant,
  textsOf,
} from "./value.ts";

/** `undefined` where it is no method that is known. */
export function callNative(machine: Machine, name: string, receiver: Value, args: Given, site: Site): Value | undefined {
  const time = ofTime(machine, name, receiver, args, site);
  if (time !== undefined) return time;
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
