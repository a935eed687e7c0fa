// What a run ends with, for scripts and CI.
import { SEVERITIES, isAtLeast, isOpen } from "../finding/scale.ts";
import type { Severity } from "../finding/finding.ts";
import type { Audit } from "../finding/report-data.ts";

/** `never`: the run ends with 0 whatever is found. */
export const FAIL_ON = [...SEVERITIES, "never"] as const;
export type FailOn = Severity | "never";

export const EXIT = { below: 0, atOrAbove: 1, couldNotRun: 2 } as const;

/** What is accepted does not fail a run, nor does what could not be determined: a gate must not fail on a guess. */
export const failing = ({ findings }: Pick<Audit, "findings">, failOn: FailOn): Audit["findings"] =>
  failOn === "never"
    ? []
    : findings.filter((finding) => isOpen(finding) && finding.status === "found" && isAtLeast(finding.severity, failOn));

export const exitCode = (audit: Pick<Audit, "findings">, failOn: FailOn): number =>
  failing(audit, failOn).length > 0 ? EXIT.atOrAbove : EXIT.below;
