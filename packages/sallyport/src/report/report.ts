// What every report is: a pure function of an audit. It reads no disk, no clock and no environment; sources, colour and
// width are given to it.
import type { Audit, RuleInfo } from "../finding/report-data.ts";
import type { SourceOf } from "../finding/fingerprint.ts";

export interface ReportOptions {
  readonly rules: readonly RuleInfo[];
  /** The text of an audited file, for code frames. `undefined` where it is not at hand: the finding's excerpt serves. */
  readonly sourceOf: SourceOf;
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

export type Report = (audit: Audit, options: ReportOptions) => string;
