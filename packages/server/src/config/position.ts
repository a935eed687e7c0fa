// The guard says places as code has them, such as `events["note.created"].schema.tags.items`. This finds the line.
import type { Node } from "./document.ts";

/** `file:line:column` of the place, or of the nearest above it that the file has. */
export function positionOf(place: string, root: Node): string {
  const [, type, rest = ""] = /^events\["((?:[^"]|"(?!\]))*)"\](.*)$/s.exec(place) ?? [];
  if (type === undefined) return ofSetting(place, root).at;
  const events = memberOf(root, "events");
  const event = events && memberOf(events, type);
  if (event === undefined) return (events ?? root).at;
  if (rest === "") return keyOf(events, type) ?? event.at;
  const [, option = "", below = ""] = /^\.([^.]+)(.*)$/s.exec(rest) ?? [];
  const member = memberOf(event, FILE_NAMES.get(option) ?? option);
  if (member === undefined) return keyOf(events, type) ?? event.at;
  if (option === "schema") return inSchema(member, below) ?? member.at;
  const name = below.slice(1);
  return (memberOf(member, FILE_NAMES.get(name) ?? name) ?? member).at;
}

const FILE_NAMES: ReadonlyMap<string, string> = new Map([
  ["expiresAfterMs", "expiresAfter"],
  ["windowMs", "per"],
]);

/** A top-level member, or one of `policy`, whose times are said without a unit in their names. */
function ofSetting(place: string, root: Node): Node {
  const [section = "", option] = place.split(".", 2);
  const member = memberOf(root, section) ?? root;
  return option === undefined ? member : (memberOf(member, inFile(option)) ?? member);
}

/** As the file writes what code calls `rememberMs`. */
const inFile = (option: string): string => option.replace(/Ms$/, "");

/** A sentence of the guard about `policy`, in the file's words. */
export const policyInFile = (sentence: string): string =>
  sentence.replaceAll(/\b(?:window|skew|remember|lease|deadline|retry|maxRetry)Ms\b/g, inFile);

/** The guard leaves out `properties` and the like: whichever way down fits the rest of the place is taken. */
function inSchema(node: Node, rest: string): string | undefined {
  if (rest === "") return node.at;
  for (const [step, child, at] of stepsFrom(node)) {
    if (rest === step) return at;
    if (!rest.startsWith(`${step}.`)) continue;
    const found = inSchema(child, rest.slice(step.length));
    if (found !== undefined) return found;
  }
  return undefined;
}

function* stepsFrom(node: Node): Generator<readonly [step: string, child: Node, at: string]> {
  if (node.kind !== "map") return;
  for (const [keyword, { value, at }] of node.entries) {
    yield [`.${keyword}`, value, at];
    if (value.kind === "list") for (const [index, item] of value.items.entries()) yield [`.${keyword}[${index}]`, item, item.at];
    if (value.kind === "map") for (const [name, entry] of value.entries) yield [`.${name}`, entry.value, entry.at];
  }
}

const memberOf = (node: Node, name: string): Node | undefined => (node.kind === "map" ? node.entries.get(name)?.value : undefined);

function keyOf(node: Node | undefined, name: string): string | undefined {
  return node?.kind === "map" ? node.entries.get(name)?.at : undefined;
}
