// What is done, as far as it must be seen each time that it is done.
import type { Entry } from "./events.ts";
import type { Report } from "./machine.ts";

const QUIET: ReadonlySet<Report["kind"]> = new Set(["return", "throw", "compare", "call", "failed"]);
const OFTEN: ReadonlySet<Report["kind"]> = new Set(["parse", "timer", "remember"]);
/** Of a function that nobody from outside has a say in, once is enough: what it does is the same for every tool. */
const ONCE: ReadonlySet<string> = new Set(["http", "effect", "timer", "parse", "connect", "secret", "lookup", "store"]);

export function isDoing(event: Report, entry: Entry): boolean {
  if (QUIET.has(event.kind)) return false;
  if (entry.kind === "consumer") return true;
  return !OFTEN.has(event.kind) && (event.kind !== "act" || !ONCE.has(event.act.kind));
}
