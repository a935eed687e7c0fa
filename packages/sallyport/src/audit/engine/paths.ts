// Paths of models (see models/model.ts) read against the arguments of a call.
import type { Path } from "../models/model.ts";
import type { Given, Value } from "./kinds.ts";
import { join, NOTHING } from "./value.ts";

export type { Given };

export const given = (...positional: readonly Value[]): Given => ({ positional, named: new Map(), more: undefined, moreNamed: undefined });

export interface ParsedPath {
  readonly root:
    | { readonly kind: "argument"; readonly index: number; readonly name: string | undefined }
    | { readonly kind: "keyword"; readonly name: string }
    | { readonly kind: "slot"; readonly name: string }
    | { readonly kind: "from"; readonly index: number }
    | { readonly kind: "args" | "last" | "receiver" | "keywords" | "value" };
  /** `[]` any element, `*` any property, else a name. */
  readonly segments: readonly string[];
}

const ROOT = /^(?:arg(\d+)(?:\|([\w$-]+))?|kw:(\*|[\w$-]+)|slot:([\w$-]+)|(args\d+|args|last|receiver|value))/;
const SEGMENT = /\[\]|\.\*|\.keys\(\)|\.([\w$#-]+)|\["([^"]+)"\]/gy;

const parsed = new Map<Path, ParsedPath>();

/** @throws {TypeError} for what is no path: a fault in a model. */
export function parsePath(path: Path): ParsedPath {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const found = ROOT.exec(path);
  if (found === null) throw new TypeError(`"${path}" is not a path of a model`);
  const [whole, index, alias, keyword, slot, word] = found;
  const root = rootNamed(index, alias, keyword, slot, word);
  const segments: string[] = [];
  SEGMENT.lastIndex = whole.length;
  let at = whole.length;
  for (let match = SEGMENT.exec(path); match !== null; match = SEGMENT.exec(path)) {
    segments.push(match[1] ?? match[2] ?? UNNAMED.get(match[0]) ?? "[]");
    at = SEGMENT.lastIndex;
  }
  if (at !== path.length) throw new TypeError(`"${path}" is not a path of a model`);
  const result = { root, segments };
  parsed.set(path, result);
  return result;
}

const UNNAMED: ReadonlyMap<string, string> = new Map([
  [".*", "*"],
  ["[]", "[]"],
  [".keys()", "keys()"],
]);

function rootNamed(index?: string, alias?: string, keyword?: string, slot?: string, word = ""): ParsedPath["root"] {
  if (index !== undefined) return { kind: "argument", index: Number(index), name: alias };
  if (keyword === "*") return { kind: "keywords" };
  if (keyword !== undefined) return { kind: "keyword", name: keyword };
  if (slot !== undefined) return { kind: "slot", name: slot };
  const from = /^args(\d+)$/.exec(word)?.[1];
  if (from !== undefined) return { kind: "from", index: Number(from) };
  return { kind: word as "args" | "last" | "receiver" | "value" };
}

export interface PathReader {
  keys(value: Value): Value;
  member(value: Value, name: string): Value;
  element(value: Value): Value;
  everything(value: Value): Value;
  slot(receiver: Value, name: string): Value;
}

/** What stands at the path; nothing where it is not given. */
export function readPath(path: Path, args: Given, receiver: Value | undefined, read: PathReader): Value {
  const { root, segments } = parsePath(path);
  let value = rootOf(root, args, receiver, read);
  for (const segment of segments) {
    if (value === NOTHING) return NOTHING;
    value =
      segment === "keys()"
        ? read.keys(value)
        : segment === "[]"
          ? read.element(value)
          : segment === "*"
            ? read.everything(value)
            : read.member(value, segment);
  }
  return value;
}

function rootOf(root: ParsedPath["root"], args: Given, receiver: Value | undefined, read: PathReader): Value {
  switch (root.kind) {
    case "argument": {
      const own = args.positional[root.index] ?? (root.name === undefined ? undefined : args.named.get(root.name));
      if (own !== undefined) return own;
      const spread = args.more === undefined ? NOTHING : read.element(args.more);
      return root.name === undefined ? spread : join(spread, namedFrom(args, root.name, read));
    }
    case "keyword":
      return args.named.get(root.name) ?? namedFrom(args, root.name, read);
    case "slot":
      return receiver === undefined ? NOTHING : read.slot(receiver, root.name);
    case "args":
      return join(...args.positional, ...args.named.values(), ...(args.more === undefined ? [] : [read.element(args.more)]));
    case "from":
      return join(...args.positional.slice(root.index), ...(args.more === undefined ? [] : [read.element(args.more)]));
    case "keywords":
      return join(...args.named.values(), args.moreNamed ?? NOTHING);
    case "value":
      return args.positional[0] ?? NOTHING;
    case "last":
      return args.positional.at(-1) ?? NOTHING;
    case "receiver":
      return receiver ?? NOTHING;
  }
}

const namedFrom = (args: Given, name: string, read: PathReader): Value =>
  args.moreNamed === undefined ? NOTHING : read.member(args.moreNamed, name);
