// What is read and goes nowhere: a job is looked up to be removed, a handle is had, and no content of it is passed on.
import type { Analysis } from "../engine/interpreter.ts";
import type { Entry, Event } from "../engine/events.ts";
import { deepTaints } from "../engine/reach.ts";
import type { Value } from "../engine/value.ts";
import type { ActEvent } from "./inquiry.ts";

const passed = new WeakMap<Analysis, ReadonlyMap<Entry, ReadonlySet<number>>>();

/** It neither removes nor hands out what it reads. */
export function isLookup(analysis: Analysis, event: ActEvent<"read" | "subscribe">): boolean {
  if (event.act.kind !== "read" || event.act.removes === true || event.act.consumes !== undefined) return false;
  const origins = deepTaints(event.result).filter(({ origin }) => origin.kind === "message");
  const seen = originsPassed(analysis).get(event.entry);
  return origins.length > 0 && !origins.some(({ origin }) => seen?.has(origin.id) === true);
}

function originsPassed(analysis: Analysis): ReadonlyMap<Entry, ReadonlySet<number>> {
  const known = passed.get(analysis);
  if (known !== undefined) return known;
  const all = new Map<Entry, Set<number>>();
  for (const event of analysis.events) {
    const values = passedBy(event);
    if (values.length === 0) continue;
    const ids = all.get(event.entry) ?? new Set<number>();
    all.set(event.entry, ids);
    for (const value of values) for (const { origin } of deepTaints(value)) if (origin.kind === "message") ids.add(origin.id);
  }
  passed.set(analysis, all);
  return all;
}

/** Answers of tools, what libraries and unknown functions are given, and what is thrown. */
function passedBy(event: Event): readonly Value[] {
  switch (event.kind) {
    case "act":
      return [...event.at_.values()];
    case "call":
      return [event.given];
    case "return":
      return event.stack.length > 1 ? [] : [event.value];
    case "throw":
      return event.caught ? [] : [event.value];
    default:
      return [];
  }
}
