// What a rule is: a question to what the engine saw, and how to say what it found.
import type { Analysis } from "../engine/interpreter.ts";
import type { Step as EngineStep, Taint } from "../engine/taint.ts";
import type { Axis, Confidence, Finding, Severity } from "../../finding/finding.ts";
import type { Infrastructure } from "../infrastructure/stated.ts";
import type { Place } from "../ir/ir.ts";

/** What a rule says of a place; who, where and how it is shown is added by `audit.ts`. */
export interface Draft {
  readonly file: string;
  readonly at: Place;
  readonly message: string;
  /** The taint whose way is shown. */
  readonly way?: EngineStep | undefined;
  readonly notes?: readonly string[];
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly status?: Finding["status"];
  /** Ids of the catalogue, where fewer than all of the rule's. */
  readonly threats?: readonly string[];
}

export interface Rule {
  /** The fault: also the folder's name. */
  readonly id: string;
  readonly title: string;
  readonly threats: readonly string[];
  readonly axis: Axis;
  readonly severity: Severity;
  readonly fix: string;
  /** `infrastructure`: what else the project says, where an absence in the source may be made good there. */
  judge(analysis: Analysis, infrastructure?: Infrastructure): Iterable<Draft>;
  /** What is wrong in the infrastructure itself; asked once for a project. */
  inspect?(infrastructure: Infrastructure): Iterable<Draft>;
}

export const rule = (definition: Rule): Rule => definition;

/** The way of the one that says most. */
export const wayOf = (taints: readonly Taint[]): EngineStep | undefined => taints[0]?.step;
