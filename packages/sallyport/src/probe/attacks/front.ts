// What attacks from the front ask in common: which tools are worth a call, and what a call that was not refused has done.
import type { Bench } from "../bench.ts";
import type { Known, KnownTool } from "../known.ts";
import { objectOf, type Slot } from "../schema/slots.ts";
import type { Seen } from "../taps/tap.ts";
import { type Case, inconclusive, notApplicable, type Outcome, withstood } from "./attack.ts";
import { alsoSwitched } from "./switched.ts";

/** Tools that publish, or might when they are asked otherwise. */
export function publishers({ tools }: Known): readonly KnownTool[] {
  return tools.filter(({ honestly, isReadOnly }) => honestly === "published" || (!isReadOnly && honestly !== "answered"));
}

export function overPublishers(known: Known, casesOf: (tool: KnownTool) => readonly Case[]): readonly Case[] | Outcome {
  const tools = publishers(known);
  if (known.tools.length === 0) return notApplicable("the server lists no tools");
  if (tools.length === 0) return notApplicable("no tool publishes anything");
  const cases = tools.flatMap(casesOf);
  return cases.length === 0 ? notApplicable("no tool that publishes has anything of the kind") : cases;
}

/** As {@link overPublishers}, of what a message says and where it goes: also with the tool's own checks turned off. */
export const overContents = (known: Known, casesOf: (tool: KnownTool) => readonly Case[]): readonly Case[] | Outcome =>
  overPublishers(known, (tool) => alsoSwitched(tool, casesOf));

/** Where AMQP's properties may go, of which some are more than a header. Who takes nothing but texts there has none. */
export const propertiesOf = ({ slots }: KnownTool): readonly Slot[] =>
  slots.filter(({ role, type, words }) => role === "header" && /^(?:object|any)$/.test(type) && words.length === 0);

/** Nothing happened: that says something only where an honest call of the tool does something, then and now. */
export function held({ doubt, hasLost }: Bench, { honestly, name, said }: KnownTool, saw: string): Outcome {
  if (honestly !== "published")
    return inconclusive(`no honest call of ${name} got through, so that nothing can be said: ${said.slice(0, 160) || "it was refused"}`);
  if (hasLost) return inconclusive("not every call was answered in time");
  return doubt === undefined ? withstood(saw) : inconclusive(doubt);
}

const LONGEST_NAME = 100;

export const on = (seen: readonly Seen[]): string =>
  [...new Set(seen.map(({ destination: name }) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name)))].join(", ");

/**
 * Arguments that a tool does not have, tried at once. A strict tool that had one of them after all would refuse it for the
 * others' sake: where that may be, each is tried alone.
 */
export async function undeclared(
  bench: Bench,
  paths: readonly (readonly string[])[],
  attempt: (paths: readonly (readonly string[])[]) => Promise<Outcome>,
): Promise<Outcome> {
  const together = await attempt(paths);
  if (together.ruling === "shown" || paths.length < 2 || !bench.wasRefused) return together;
  const alone = await Promise.all(paths.map((path) => attempt([path])));
  return alone.find(({ ruling }) => ruling === "shown") ?? together;
}

/** JSON that a message is, and that is in it as text: its outermost levels, without what is data in them. */
export function levelsOf(text: string, depth = 0): readonly Readonly<Record<string, unknown>>[] {
  const value = objectOf(text);
  if (value === undefined || depth > 3) return [];
  return [value, ...Object.values(value).flatMap((member) => (typeof member === "string" ? levelsOf(member, depth + 1) : []))];
}

/** Messages with this text, after a call whose arguments have it. */
export async function publishedBy(bench: Bench, tool: KnownTool, given: Record<string, unknown>, text: string): Promise<readonly Seen[]> {
  return bench.after(await bench.call(tool.name, given), text);
}
