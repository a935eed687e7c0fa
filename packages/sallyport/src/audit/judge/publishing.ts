// Questions about what tools publish.
import type { Event } from "../engine/events.ts";
import type { HeapObject } from "../engine/heap.ts";
import type { Analysis } from "../engine/interpreter.ts";
import type { Taint } from "../engine/taint.ts";
import { objectsOf, type Value } from "../engine/value.ts";
import { type ActEvent, acts } from "./inquiry.ts";

/** What tools surely publish, in the order in which it was seen. */
export const published = (analysis: Analysis): readonly ActEvent<"publish">[] =>
  acts(analysis, "publish").filter((event) => event.entry.kind === "tool" && isSure(event));

/** Recognised by its shape alone, of something that could have any: then it is only a guess that it publishes. */
const isSure = (event: ActEvent<"publish">): boolean =>
  !event.guessed || [...event.at_.values()].some((value) => value.atoms.some((atom) => atom.kind !== "unknown"));

/** One for each place, and one for each tool: what many calls of one tool, or many tools through one place, have in common. */
export function folded<E extends Event>(events: readonly E[]): readonly E[] {
  const said = new Set<string>();
  return events.filter((event) => {
    const keys = [`${event.file}:${event.at}`, `tool ${event.entry.id}`];
    const known = keys.some((key) => said.has(key));
    for (const key of keys) said.add(key);
    return !known;
  });
}

/** The first of each file: what is the same all over it is said once. */
export function eachFile<E extends { readonly file: string }>(events: readonly E[]): readonly E[] {
  const said = new Set<string>();
  return events.filter(({ file }) => !said.has(file) && said.add(file));
}

/** One for each place. */
export function eachPlace<E extends { readonly file: string; readonly at: number }>(events: readonly E[]): readonly E[] {
  const said = new Set<string>();
  return events.filter(({ file, at }) => !said.has(`${file}:${at}`) && said.add(`${file}:${at}`));
}

/** The objects that a message is: under its JSON, and each of a batch. */
export function messagesIn(value: Value, depth = 0): readonly HeapObject[] {
  if (depth > 4) return [];
  const inner = value.atoms.flatMap((atom) => (atom.kind === "text" && atom.encoded === true ? atom.parts : []));
  const lists = objectsOf(value).filter((object) => object.kind === "list");
  const own = objectsOf(value).filter((object) => object.kind === "object" || object.kind === "instance");
  return [...own, ...[...inner, ...lists.map((list) => list.all())].flatMap((one) => messagesIn(one, depth + 1))];
}

/** The part's own name: `note.author.id` is an `id`. */
export const lastName = ({ path }: Pick<Taint, "path">): string => path.split(/[.[\]]+/).findLast((part) => part !== "") ?? "";

/** As it is compared: `tenant_id`, `tenantId`, `tenant-id` are one. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
