// Which members a piece of program reads, whatever the language writes: `event.Records`, `event["Records"]`,
// `event.get("Records")`, `{ Records }`.
export interface Reads {
  readonly names: ReadonlySet<string>;
  /** Of what has this name. */
  of(name: string): ReadonlySet<string>;
  /** Names that stand in it. */
  readonly named: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
const MOST_DEPTH = 400;
const known = new WeakMap<object, Reads>();

export function readsOf(piece: object): Reads {
  const before = known.get(piece);
  if (before !== undefined) return before;
  const names = new Set<string>();
  const named = new Set<string>();
  const byName = new Map<string, Set<string>>();
  const add = (object: unknown, word: string): void => {
    names.add(word);
    const { kind, name } = (object ?? {}) as Node;
    if (kind !== "name" || typeof name !== "string") return;
    byName.set(name, (byName.get(name) ?? new Set()).add(word));
  };
  collect(piece, { add, name: (name) => named.add(name) }, 0);
  const reads: Reads = { names, named, of: (name) => byName.get(name) ?? NONE };
  known.set(piece, reads);
  return reads;
}

interface Into {
  add(object: unknown, word: string): void;
  name(name: string): void;
}

interface Node {
  readonly kind?: unknown;
  readonly name?: unknown;
  readonly object?: unknown;
  readonly index?: unknown;
  readonly callee?: unknown;
  readonly args?: unknown;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly target?: unknown;
}

function collect(node: unknown, into: Into, depth: number): void {
  if (typeof node !== "object" || node === null || depth > MOST_DEPTH) return;
  if (Array.isArray(node)) {
    for (const one of node) collect(one, into, depth + 1);
    return;
  }
  const { kind, name, object, index, callee, args, key, target } = node as Node;
  if (kind === "name" && typeof name === "string") into.name(name);
  if (kind === "member" && typeof name === "string") into.add(object, name);
  if (kind === "index") withText(index, (word) => into.add(object, word));
  if (kind === "call" && Array.isArray(args)) {
    const { kind: how, name: method, object: of } = (callee ?? {}) as Node;
    if (how === "member" && method === "get") withText((args[0] as Node | undefined)?.value, (word) => into.add(of, word));
  }
  // An entry of a pattern; one of an object that is made has a kind.
  if (kind === undefined && typeof key === "string" && target !== undefined) into.add(undefined, key);
  for (const inner of Object.values(node)) collect(inner, into, depth + 1);
}

function withText(node: unknown, use: (word: string) => void): void {
  const { kind, value } = (node ?? {}) as Node;
  if (kind === "literal" && typeof value === "string") use(value);
}
