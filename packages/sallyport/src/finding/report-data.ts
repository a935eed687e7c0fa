// The whole of a run: what every report is made from, and the JSON report itself.
import type { Axis, Finding, Surface } from "./finding.ts";
import type { AttackVerdict } from "./verdict.ts";

export type Letter = "A" | "B" | "C" | "D" | "F";

export interface Grade {
  /** `n/a`: no broker code was found, so there is nothing to grade. */
  readonly letter: Letter | "n/a";
  /** 0 to 100; `null` when not applicable. */
  readonly score: number | null;
  readonly axes: readonly {
    readonly axis: Axis;
    readonly score: number | null;
    readonly letter: Letter | "n/a";
    readonly findings: number;
  }[];
  /** Of the specification in docs/grade.md. */
  readonly specification: number;
}

export interface Coverage {
  readonly files: number;
  readonly lines: number;
  readonly languages: readonly { readonly language: string; readonly files: number; readonly lines: number }[];
  readonly surfaces: Readonly<Record<Surface, number>>;
  readonly tools: readonly { readonly name: string; readonly file: string; readonly line: number }[];
  readonly consumers: readonly { readonly name: string; readonly file: string; readonly line: number }[];
  /** Broker calls that were recognised, by broker. */
  readonly brokerCalls: Readonly<Record<string, number>>;
  /** Calls with input in them that could not be followed. */
  readonly unresolved: number;
  /** Tools or files that were too large to be followed to their end. */
  readonly bounded: readonly string[];
}

/** What whoever accepted, configured or excluded something should hear: a remark that accepts nothing, an expired date. */
export interface Note {
  readonly file: string;
  /** From 1. */
  readonly line?: number | undefined;
  readonly what: string;
}

/** What was done to a running server. */
export interface Probed {
  readonly target: string;
  /** `--seed` with this does the same again. */
  readonly seed: string;
  readonly broker: string;
  readonly tookMs: number;
  /** The target or its broker could not be run: why. Every attack is inconclusive then. */
  readonly failure?: string | undefined;
  readonly verdicts: readonly AttackVerdict[];
}

export interface Audit {
  readonly schema: 1;
  readonly tool: { readonly name: "sallyport"; readonly version: string };
  /** As given: paths, `npm:name@version`, a git URL. */
  readonly target: string;
  readonly grade: Grade;
  readonly findings: readonly Finding[];
  readonly notRead: readonly { readonly file: string; readonly why: string }[];
  readonly coverage: Coverage;
  /** Absent means none. */
  readonly notes?: readonly Note[];
  /** Absent means that nothing was run. With it and without files, it is a report of the probe's alone. */
  readonly probe?: Probed | undefined;
}

/** What reports need to know of rules. */
export interface RuleInfo {
  readonly id: string;
  readonly title: string;
  readonly threats: readonly string[];
  readonly axis: Axis;
  readonly severity: Finding["severity"];
  readonly standards: readonly string[];
  /** The rule's page, Markdown. */
  readonly page: string;
}
