// What an audit or a probe found. Everything that reads findings, reports, grades, baselines, knows this file alone.

export type Severity = "critical" | "high" | "medium" | "low" | "note";

/** How sure it is that the fault is there; not how bad it would be. */
export type Confidence = "high" | "medium" | "low";

/** The four attacks, and what an operator can get wrong: the axes of the grade. */
export type Axis = "injection" | "confusion" | "replay" | "poison" | "operations";

/** Which part of the project it stands in. */
export type Surface = "product" | "test" | "example" | "script" | "generated";

export interface Step {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly what: string;
}

export interface Finding {
  /** The rule's id: `client-chosen-destination`. */
  readonly rule: string;
  /** Ids of the threat catalogue: `DST-01`. */
  readonly threats: readonly string[];
  readonly axis: Axis;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly surface: Surface;
  /** Relative to the path given, with `/`. The line of the broker call, or of the statement that settles or returns. */
  readonly file: string;
  readonly line: number;
  /** Where that begins, on this line: of a chain over several lines, the name that is called. */
  readonly column: number;
  /** Behind its last character, where that is known. */
  readonly endLine?: number | undefined;
  readonly endColumn?: number | undefined;
  /** One sentence: what is open, to whom, where. */
  readonly message: string;
  /** Why what looks like a guard is none; where an absence was looked for; what could not be determined. */
  readonly notes: readonly string[];
  /** From where the input enters to this place. Empty for absences. */
  readonly path: readonly Step[];
  /** What to do about it, in a sentence or two. */
  readonly fix: string;
  /** `CWE-99`, `MCP05:2025`, `ASI02:2026`, `LLM03:2026`, `AISVS 9.6.1`. */
  readonly standards: readonly string[];
  /** Stable under edits elsewhere: rule, file, the code around it, and a number where these agree. */
  readonly fingerprint: string;
  /** `not-determined`: infrastructure that is not in the source may handle it. */
  readonly status: "found" | "not-determined";
  /** Accepted by somebody, with a reason: shown, and not counted. */
  readonly accepted?:
    | { readonly by: "inline" | "configuration" | "baseline"; readonly reason: string; readonly until?: string }
    | undefined;
  /** The source line, for reports. */
  readonly excerpt?: string | undefined;
}
