// What an attack is: the cases that fit a target, and for each what is done and what it shows. It knows no target by
// name, and no other attack.
import type { Axis, Severity } from "../../finding/finding.ts";
import type { Bench } from "../bench.ts";
import type { Known } from "../known.ts";

export interface Outcome {
  /** `shown` once; the second time, with other canaries, is proof. */
  readonly ruling: "shown" | "withstood" | "not-applicable" | "inconclusive";
  /** One sentence. */
  readonly said: string;
  /** Where fewer than the case's. */
  readonly threats?: readonly string[];
}

export interface Case {
  readonly name: string;
  /** The tool that is attacked, or where the message is put. */
  readonly at: string;
  /** What will be sent, for the dry run. */
  readonly sends: string;
  /** Where fewer than the attack's. */
  readonly threats?: readonly string[];
  readonly run: (bench: Bench) => Promise<Outcome>;
}

export interface Attack {
  /** The fault, and the folder's name. */
  readonly id: string;
  readonly title: string;
  readonly threats: readonly string[];
  readonly axis: Axis;
  readonly severity: Severity;
  readonly fix: string;
  /**
   * `shared`: its cases run side by side on one stage, and watch nothing but their own canaries. `turn`: one after the
   * other, on a stage that works. `own`: each on a stage of its own.
   */
  readonly stage: "shared" | "turn" | "own";
  /** What its cases wait out, about, where that is seconds: what takes longest begins first. */
  readonly waitsFor?: "attemptsWithinMs" | "patienceMs";
  readonly cases: (known: Known) => readonly Case[] | Outcome;
}

export const attack = (definition: Attack): Attack => definition;

export const shown = (said: string, ...threats: readonly string[]): Outcome =>
  threats.length === 0 ? { ruling: "shown", said } : { ruling: "shown", said, threats };
export const withstood = (said: string): Outcome => ({ ruling: "withstood", said });
export const inconclusive = (said: string): Outcome => ({ ruling: "inconclusive", said });
export const notApplicable = (said: string): Outcome => ({ ruling: "not-applicable", said });
