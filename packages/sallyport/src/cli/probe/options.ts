// What the command line gives a probe.
import type { GivenReportOptions } from "../report-options.ts";

export interface ProbeRunOptions {
  readonly profile?: string;
  readonly url?: string;
  readonly env: readonly string[];
  readonly broker?: string;
  readonly brokerUrl?: string;
  readonly seed?: string;
  readonly only?: readonly string[];
  readonly case?: number;
  readonly dryRun?: boolean;
  readonly lanes: number;
  readonly timeout: number;
  readonly mineToAttack?: readonly string[];
  readonly quiet?: boolean;
}

export type ProbeOptions = ProbeRunOptions & GivenReportOptions;
