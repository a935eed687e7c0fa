// What a probe says of each of its attacks, case by case, with what it has seen. Plain data: reports are made from it.
import type { Axis, Severity } from "./finding.ts";

/** Proven is shown twice, with different canaries. Withstood is attacked, with an honest call beside it that got through. */
export type Ruling = "proven" | "withstood" | "not-applicable" | "inconclusive";

/** Something that was done or seen. */
export interface Happening {
  /** Since the case began. */
  readonly atMs: number;
  readonly what: "called" | "answered" | "put" | "seen" | "effect" | "process";
  readonly said: string;
}

export interface CaseVerdict {
  /** From 1: what `--case` takes. */
  readonly number: number;
  readonly name: string;
  /** The tool that was attacked, or where the message was put. */
  readonly at: string;
  readonly threats: readonly string[];
  readonly ruling: Ruling;
  /** One sentence: what was shown, or why not. */
  readonly said: string;
  readonly evidence: readonly Happening[];
  /** Commands that do the same: ours first, then plain ones. */
  readonly reproduce: readonly string[];
}

export interface AttackVerdict {
  readonly attack: string;
  readonly title: string;
  readonly threats: readonly string[];
  readonly axis: Axis;
  readonly severity: Severity;
  readonly fix: string;
  readonly ruling: Ruling;
  readonly said: string;
  readonly cases: readonly CaseVerdict[];
}
