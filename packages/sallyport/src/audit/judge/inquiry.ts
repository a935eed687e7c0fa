// Questions that rules ask of what the engine saw: who has a say in a value here, and what stands in the way.
import type { Analysis } from "../engine/interpreter.ts";
import type { ConsumerEntry, Entry, Event, EventOf } from "../engine/events.ts";
import { type Fact, factsOf } from "../engine/facts.ts";
import { deepTaints } from "../engine/reach.ts";
import { fieldOf, isClosedPattern, type Schema } from "../engine/schema.ts";
import { isClosed, type Taint } from "../engine/taint.ts";
import { MARKS } from "../engine/conditions.ts";
import type { Act } from "../models/model.ts";
import { NOTHING, type Value } from "../engine/value.ts";

export type ActEvent<K extends Act["kind"] = Act["kind"]> = EventOf<"act"> & { readonly act: Extract<Act, { kind: K }> };

/** All that was done of a kind, each place once for each origin of what flows into it. */
export function acts<K extends Act["kind"]>({ events }: Analysis, ...kinds: readonly K[]): readonly ActEvent<K>[] {
  return events.filter((event): event is ActEvent<K> => event.kind === "act" && (kinds as readonly string[]).includes(event.act.kind));
}

export const slot = (event: EventOf<"act">, name: string): Value => event.at_.get(name) ?? NOTHING;

/** The model's say in a value, after what closes it off. */
export function controlled(event: Event, value: Value): readonly Taint[] {
  return deepTaints(value).filter((taint) => taint.origin.kind === "tool" && !isGuarded(event, taint));
}

/** A name that the program made up by chance: whatever bears it is the program's own, and for no longer than it runs. */
export const isMadeUp = (value: Value): boolean => hasChance(value, 0) && deepTaints(value).length === 0;

/** In a text, or in a list of such; what options say beside a name is not the name. */
const hasChance = ({ atoms }: Value, depth: number): boolean =>
  depth < 6 &&
  atoms.some((atom) => {
    if (atom.kind === "unknown") return atom.fresh === true;
    if (atom.kind === "text") return atom.parts.some((part) => hasChance(part, depth + 1));
    return atom.kind === "now" || (atom.kind === "object" && atom.object.kind === "list" && hasChance(atom.object.all(), depth + 1));
  });

/** So named, or what its owner has marked as the program's. */
export function isOwn(event: Event, value: Value): boolean {
  const taints = deepTaints(value);
  const isMarked = (taint: Taint): boolean => factsAt(event, taint).some((fact) => fact.kind === "allowed" && fact.where === MARKS);
  return taints.length > 0 ? taints.every(isMarked) : isMadeUp(value);
}

/** Chosen by the server in the end: one of a closed set, or within a prefix. */
export function isGuarded(event: Event, taint: Taint): boolean {
  if (taint.prototype === true) return false;
  if (taint.closed || isClosedText(taint.schema)) return true;
  return factsAt(event, taint).some(
    (fact) =>
      (fact.kind === "allowed" && fact.own) ||
      fact.kind === "prefixed" ||
      (fact.kind === "checked" && isClosedText(partSchema(fact.schema, taint.path))),
  );
}

const isClosedText = (schema: Schema | undefined): boolean =>
  isClosed(schema) || (schema?.pattern !== undefined && isClosedPattern(schema.pattern));

export const factsAt = (event: Event, taint: Taint): readonly Fact[] => factsOf(event.facts, taint);

/** What a schema says of a part of what it checked. */
export function partSchema(schema: Schema, path: string): Schema | undefined {
  let found: Schema | undefined = schema;
  for (const name of path.split(/\.|(?=\[\])/).filter((part) => part !== "")) {
    const next = fieldOf(found, name);
    if (next === "absent" || next === undefined) return undefined;
    found = next;
  }
  return found;
}

/** What looked like a guard, and why it is none. */
export function weaknesses(event: Event, taints: readonly Taint[]): readonly string[] {
  const said = taints.flatMap((taint) => factsAt(event, taint).flatMap((fact) => (fact.kind === "weak" ? [fact.why] : [])));
  const schemas = taints.flatMap(({ schema }) => (schema?.kind === "string" ? [looseness(schema)] : []));
  return [...new Set([...said, ...schemas])];
}

/** Why a schema of a text is no list of what it may be. */
const looseness = ({ pattern, custom }: Schema): string =>
  custom === true
    ? "a check of the program's own stands in its schema, and what it lets through cannot be told"
    : pattern === undefined
      ? "its schema says that it is a text, not which: neither `url()` nor a list in the description closes it"
      : "its schema checks its characters, not what it names";

/** What was asked for, at the beginning of a sentence. */
export const askedOf = ([taint]: readonly Taint[]): string => `The ${taint?.origin.asked ?? "tool"} \`${taint?.origin.name ?? "a tool"}\``;

/** Those that are asked for anything: what a library does for its handlers is its own affair. */
export const consumersOf = ({ entries }: Analysis): readonly ConsumerEntry[] =>
  entries.filter((entry): entry is ConsumerEntry => entry.kind === "consumer" && entry.consumes.guarded !== true);

/** What happens while an entry runs, in order. For messages that are pulled, what follows in the same run. */
export function eventsOf(analysis: Analysis, entry: Entry): readonly Event[] {
  if (entry.kind === "consumer" && entry.pulled) {
    const all = entry.within === undefined ? [] : eventsBy(analysis, entry.within);
    const first = all.findIndex((event) => isAt(event, entry) || speaksOf(event, entry.origin.id));
    return first < 0 ? [] : all.slice(first);
  }
  return eventsBy(analysis, entry);
}

const byEntry = new WeakMap<Analysis, ReadonlyMap<Entry, readonly Event[]>>();

function eventsBy(analysis: Analysis, entry: Entry): readonly Event[] {
  let all = byEntry.get(analysis);
  if (all === undefined) {
    all = Map.groupBy(analysis.events, (event) => event.entry);
    byEntry.set(analysis, all);
  }
  return all.get(entry) ?? [];
}

const isAt = (event: Event, entry: Entry): boolean => event.kind === "act" && event.file === entry.file && event.at === entry.at;

const speaksOf = (event: Event, origin: number): boolean =>
  given(event).some((value) => deepTaints(value).some((taint) => taint.origin.id === origin));

function given(event: Event): readonly Value[] {
  switch (event.kind) {
    case "act":
      return [...event.at_.values()];
    case "call":
      return [event.given];
    case "parse":
      return [event.input];
    case "remember":
    case "compare":
      return [event.what];
    default:
      return [];
  }
}
