// The closed lists, each in the order in which people want to read them. Reports, the grade and the command's options
// are made from these; nothing else says what comes before what.
import type { Axis, Confidence, Finding, Severity, Surface } from "./finding.ts";

/** The worst first. */
export const SEVERITIES = ["critical", "high", "medium", "low", "note"] as const satisfies readonly Severity[];
export const CONFIDENCES = ["high", "medium", "low"] as const satisfies readonly Confidence[];
export const AXES = ["injection", "confusion", "replay", "poison", "operations"] as const satisfies readonly Axis[];
export const SURFACES = ["product", "generated", "script", "example", "test"] as const satisfies readonly Surface[];

export const isAtLeast = (severity: Severity, threshold: Severity): boolean =>
  SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);

/** Not accepted by anybody: it weighs, and it can fail a run. */
export const isOpen = ({ accepted }: Pick<Finding, "accepted">): boolean => accepted === undefined;

/** By place, then by rule: the order does not depend on the order in which rules ran. */
export function inOrder<T extends Pick<Finding, "file" | "line" | "column" | "rule">>(findings: readonly T[]): T[] {
  return findings.toSorted(
    (one, other) => compared(one.file, other.file) || one.line - other.line || one.column - other.column || compared(one.rule, other.rule),
  );
}

const compared = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
