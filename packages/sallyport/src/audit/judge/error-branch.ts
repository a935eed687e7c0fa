// Go says by a value that something failed. What is done about it stands in a branch: `if err != nil { … }`.
import type { Event, EventOf } from "../engine/events.ts";
import { objectsOf, type Value } from "../engine/value.ts";
import { branchesAround, type Timeline } from "./consumer.ts";

export type Failed = EventOf<"failed">;

/** Where the failure of what happened is looked at, and then where what that one returns is; the last is the outermost. */
export function failuresOf({ events }: Timeline, event: Event): readonly Failed[] {
  const found: Failed[] = [];
  for (let at = event; ;) {
    const depth = found.length === 0 ? at.stack.length : at.stack.length - 1;
    const next = events.find((one) => one.turn > at.turn && one.stack.length <= depth && LOOKED_AT.has(one.kind) && concerns(one, at));
    if (next?.kind !== "failed") return found;
    found.push(next);
    if (next.dropped !== undefined || !within(events, next).some(returnsError)) return found;
    at = next;
  }
}

/** What is dropped is what the call gives that it happened in, and nothing else. */
function concerns(one: Event, at: Event): boolean {
  if (one.kind !== "failed" || one.dropped === undefined) return true;
  if (one.dropped === "here") return at.file === one.file && at.at === one.at;
  return at.around.some((part) => part.kind === "call" && part.id === one.dropped);
}

/** Something else that happens first has a failure of its own. */
const LOOKED_AT: ReadonlySet<Event["kind"]> = new Set(["failed", "act", "call", "parse"]);

/** What is done where it failed. */
export function within(events: readonly Event[], failed: Failed): readonly Event[] {
  if (failed.dropped !== undefined) return [];
  const branch = branchesAround(failed).at(-1);
  return events.filter((event) => branchesAround(event).some((one) => one.id === branch?.id && one.side === branch.side));
}

/** The failure leaves the handler. */
export function isReturned(timeline: Timeline, event: Event): boolean {
  const last = failuresOf(timeline, event).at(-1);
  return last !== undefined && within(timeline.events, last).some(returnsError);
}

export const returnsError = (event: Event): boolean => event.kind === "return" && isError(event.value);

/** The last of several results, or the only one. */
function isError(value: Value): boolean {
  const [list] = objectsOf(value);
  const last = list?.kind === "list" && list.fields.size > 0 ? list.fields.get(String(list.fields.size - 1)) : value;
  return last?.atoms.some((atom) => atom.kind !== "constant" || (atom.value !== null && atom.value !== undefined)) === true;
}
