// Paths of models (see models/model.ts) read against the arguments of a call.
import type { Path } from "../models/model.ts";
import { join, NOTHING, type Value } from "./value.ts";

export interface Given {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** Spread arguments whose number is not known. */
  readonly more: Value | undefined;
  /** `**kwargs` that are not known by name. */
  readonly moreNamed: Value | undefined;
}

export const given = (...positional: readonly Value[]): Given => ({ positional, named: new Map(), more: undefined, moreNamed: undefined });

export interface ParsedPath {
  readonly root:
    | { readonly kind: "argument"; readonly index: number; readonly name: string | undefined }
    | { readonly kind: "keyword"; readonly name: string }
    | { readonly kind: "slot"; readonly name: string }
    | { readonly kind: "args" | "last" | "receiver" };
  /** `[]` any element, `*` any property, else a name. */
  readonly segments: readonly string[];
}

const ROOT = /^(?:arg(\d+)(?:\|([\w$-]+))?|kw:([\w$-]+)|slot:([\w$-]+)|(args|last|receiver))/;
const SEGMENT = /\[\]|\.\*|\.([\w$#-]+)|\["([^"]+)"\]/gy;

const parsed = new Map<Path, ParsedPath>();

/** @throws {TypeError} for what is no path: a fault in a model. */
export function parsePath(path: Path): ParsedPath {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const found = ROOT.exec(path);
  if (found === null) throw new TypeError(`"${path}" is not a path of a model`);
  const [whole, index, alias, keyword, slot, word] = found;
  const root: ParsedPath["root"] =
    index !== undefined
      ? { kind: "argument", index: Number(index), name: alias }
      : keyword !== undefined
        ? { kind: "keyword", name: keyword }
        : slot !== undefined
          ? { kind: "slot", name: slot }
          : { kind: word as "args" | "last" | "receiver" };
  const segments: string[] = [];
  SEGMENT.lastIndex = whole.length;
  let at = whole.length;
  for (let match = SEGMENT.exec(path); match !== null; match = SEGMENT.exec(path)) {
    segments.push(match[1] ?? match[2] ?? (match[0] === ".*" ? "*" : "[]"));
    at = SEGMENT.lastIndex;
  }
  if (at !== path.length) throw new TypeError(`"${path}" is not a path of a model`);
  const result = { root, segments };
  parsed.set(path, result);
  return result;
}

export interface PathReader {
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
    value = segment === "[]" ? read.element(value) : segment === "*" ? read.everything(value) : read.member(value, segment);
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
    case "last":
      return args.positional.at(-1) ?? NOTHING;
    case "receiver":
      return receiver ?? NOTHING;
  }
}

const namedFrom = (args: Given, name: string, read: PathReader): Value =>
  args.moreNamed === undefined ? NOTHING : read.member(args.moreNamed, name);
