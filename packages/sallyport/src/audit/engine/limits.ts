// How far a program is followed. Counted in steps and not in time, so that two runs agree; what was cut short is said.
import type { Entry } from "./events.ts";

export interface Budget {
  /** Expressions and statements. */
  readonly steps: number;
  readonly depth: number;
  /** Of one function. */
  readonly runs: number;
}

export interface Limits {
  /** A module's own code, and what it calls. */
  readonly start: Budget;
  /** A tool or a consumer. */
  readonly entry: Budget;
  /** A function that nothing was seen to call: what it calls has runs of its own. */
  readonly uncalled: Budget;
  /** Of one function in one entry, with the same arguments. */
  readonly alike: number;
  /** Objects made at one place in one entry. */
  readonly objects: number;
  /** Of the whole program, for each of its lines; never fewer than `leastSteps`. */
  readonly stepsOfALine: number;
  readonly leastSteps: number;
}

export const LIMITS: Limits = {
  start: { steps: 200_000, depth: 40, runs: 400 },
  entry: { steps: 60_000, depth: 40, runs: 40 },
  uncalled: { steps: 6000, depth: 12, runs: 8 },
  alike: 2,
  objects: 4,
  stepsOfALine: 100,
  leastSteps: 1_000_000,
};

export function budgetOf(limits: Limits, entry: Entry): Budget {
  if (entry.kind === "start" || entry.kind === "uncalled") return limits[entry.kind];
  return limits.entry;
}
