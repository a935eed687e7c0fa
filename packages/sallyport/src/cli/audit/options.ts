// What the command line gives an audit.
import type { GivenReportOptions } from "../report-options.ts";

export interface AuditOptions extends GivenReportOptions {
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly since?: string;
  readonly root?: string;
  readonly config?: string;
  readonly tests?: boolean;
  readonly timeout: number;
  readonly quiet?: boolean;
  /** False with `--no-colour` or `--no-color`. */
  readonly colour: boolean;
  readonly color: boolean;
  readonly mcp?: boolean;
}
