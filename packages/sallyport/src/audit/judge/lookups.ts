// What is read and goes nowhere: a job is looked up to be removed, a handle is had, and no content of it is passed on.
import type { Analysis } from "../engine/interpreter.ts";
import type { Event } from "../engine/events.ts";
import { deepTaints } from "../engine/reach.ts";
import type { Value } from "../engine/value.ts";
import { type ActEvent, eventsOf } from "./inquiry.ts";

/** It neither removes nor hands out what it reads. */
export function isLookup(analysis: Analysis, event: ActEvent<"read" | "subscribe">): boolean {
  if (event.act.kind !== "read" || event.act.removes === true || event.act.consumes !== undefined) return false;
  const read = new Set(deepTaints(event.result).flatMap(({ origin }) => (origin.kind === "message" ? [origin.id] : [])));
  return read.size > 0 && !eventsOf(analysis, event.entry).some((one) => passedBy(one).some((value) => isOf(value, read)));
}

const isOf = (value: Value, origins: ReadonlySet<number>): boolean => deepTaints(value).some(({ origin }) => origins.has(origin.id));

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
