// Tables of handlers, of tools' definitions, of classes: what stands in them is taken one by one, so that each tool has a
// name and a schema of its own.
import type { Machine } from "./machine.ts";
import { type Atom, constant, isNothing, objectValue, rowOf, soleConstant, type Value } from "./value.ts";

const MOST_ITEMS = 256;
const TABLED: ReadonlySet<string> = new Set(["object", "function", "class", "library"]);

const isTabled = (item: Value): boolean => item.taints.length === 0 && item.atoms.some((atom) => TABLED.has(atom.kind));

/** The items, where it is a table; pairs of key and item, for a `Map`. */
export function tableOf(machine: Machine, over: Value, at: number): readonly Value[] | undefined {
  const row = rowOf(over);
  if (row !== undefined) return isTable(row) || isWords(row) ? row.flatMap(apart) : undefined;
  const [atom] = over.atoms;
  if (over.atoms.length !== 1 || atom?.kind !== "object" || over.taints.length > 0) return undefined;
  if (atom.object.kind === "map") return entriesOf(atom)?.map(([key, value]) => pairOf(machine, key, value, at));
  if (atom.object.kind !== "list") return undefined;
  const items = [...atom.object.fields.values(), atom.object.element].flatMap((item) => (isNothing(item) ? [] : apart(item)));
  return items.length > 1 && isTable(items) ? items : undefined;
}

export const isTable = (row: readonly Value[]): boolean => row.length > 0 && row.length <= MOST_ITEMS && row.every(isTabled);

/** Names, of methods or of tools, for each of which something is made. */
export const isWords = (row: readonly Value[]): boolean =>
  row.length > 0 && row.length <= MOST_ITEMS && row.every((item) => typeof soleConstant(item)?.value === "string");

/** Keys and items of a map that is a table. */
export function mapTable(over: Value): readonly (readonly [Value, Value])[] | undefined {
  const [atom] = over.atoms;
  return over.atoms.length === 1 && atom?.kind === "object" && atom.object.kind === "map" ? entriesOf(atom) : undefined;
}

function entriesOf({ object }: Extract<Atom, { kind: "object" }>): readonly (readonly [Value, Value])[] | undefined {
  const named = [...object.fields].flatMap(([key, value]) => apart(value).map((item) => [constant(key), item] as const));
  const others = isNothing(object.element) ? [] : apart(object.element).map((item) => [object.keys, item] as const);
  const all = [...named, ...others];
  return isTable(all.map(([, item]) => item)) ? all : undefined;
}

/** Several things of a kind that came to be in one place: each by itself. */
function apart(item: Value): readonly Value[] {
  const things = item.atoms.filter((atom) => TABLED.has(atom.kind));
  const alike = things.length > 1 && things.length <= MOST_ITEMS && item.taints.length === 0 && things.length === item.atoms.length;
  return alike ? things.map((atom) => ({ atoms: [atom], taints: [] })) : [item];
}

function pairOf(machine: Machine, key: Value, value: Value, at: number): Value {
  const pair = machine.make("list", at);
  pair.write("0", isNothing(key) ? { atoms: [{ kind: "unknown" }], taints: [] } : key);
  pair.write("1", value);
  return objectValue(pair);
}
