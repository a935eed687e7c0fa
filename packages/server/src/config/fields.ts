// Reading the tree of a contract file: a member is there or not, is of its kind or refused with line and column.
// Values are not quoted in errors: any of them may have come out of the environment (OPS-05).
import { fault, type MapNode, type Node } from "./document.ts";
import { parseDuration } from "./duration.ts";

/** The members of a mapping, of which only the known may be there. */
export function members(node: Node, known: readonly string[], what: string): (name: string) => Node | undefined {
  const map = mapping(node, what);
  for (const [name, { at }] of map.entries) {
    if (!known.includes(name))
      throw fault(at, `unknown key "${name}" in ${what}`, `Known keys: ${known.join(", ")}.`, "ERR_CONFIG_UNKNOWN_KEY");
  }
  return (name) => map.entries.get(name)?.value;
}

export function mapping(node: Node, what: string): MapNode {
  if (node.kind === "map") return node;
  throw fault(node.at, `${what} is not a mapping of keys to values`, "Write its members below it, indented.");
}

export function required(node: Node | undefined, name: string, within: Node): Node {
  if (node !== undefined) return node;
  throw fault(within.at, `"${name}" is missing`, "Add it.");
}

export function list(node: Node, what: string): readonly Node[] {
  if (node.kind === "list") return node.items;
  throw fault(node.at, `${what} is not a list`, "Write it as [one, another].");
}

export function text(node: Node, what: string): string {
  if (node.kind === "scalar" && typeof node.value === "string" && node.value !== "") return node.value;
  const remedy = node.kind === "scalar" && node.value !== null && node.value !== "" ? "Put it in quotes." : "Give one.";
  throw fault(node.at, `${what} is not text`, remedy);
}

export const texts = (node: Node, what: string): readonly string[] => list(node, what).map((item) => text(item, `an item of ${what}`));

export function flag(node: Node, what: string): boolean {
  if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
  throw fault(node.at, `${what} is neither true nor false`, "Write true or false, without quotes.");
}

/** A number out of the environment is text in the file: port: ${PORT}. */
export function whole(node: Node, what: string, least = 1, most = Number.MAX_SAFE_INTEGER): number {
  const given =
    node.kind !== "scalar" ? undefined : node.interpolated && /^\d+$/.test(String(node.value)) ? Number(node.value) : node.value;
  if (typeof given === "number" && Number.isInteger(given) && given >= least && given <= most) return given;
  throw fault(node.at, `${what} is not a whole number from ${least} to ${most}`, "Give one, without quotes.");
}

export function durationMs(node: Node, what: string): number {
  const given = node.kind === "scalar" && typeof node.value === "string" ? parseDuration(node.value) : undefined;
  if (given !== undefined) return given;
  throw fault(node.at, `${what} is not a duration`, "Write a whole number and its unit: 500ms, 10s, 5m, 2h or 7d.");
}

export function oneOf<const T extends string>(node: Node, choices: readonly T[], what: string): T {
  const choice = choices.find((candidate) => node.kind === "scalar" && node.value === candidate);
  if (choice !== undefined) return choice;
  throw fault(node.at, `${what} is none of ${choices.join(", ")}`, "Give one of them.");
}

/** `{ name: read(node) }` when it is there, else nothing: options that are absent stay absent. */
export function optional<K extends string, T>(name: K, node: Node | undefined, read: (node: Node) => T): { readonly [P in K]?: T } {
  return node === undefined ? {} : ({ [name]: read(node) } as { readonly [P in K]: T });
}
