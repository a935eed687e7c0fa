// What people have said about findings, in one place and in one order: severities first, then remarks in the source,
// the configuration, the baseline. The first that accepts a finding is the one that is shown. Nothing is dropped.
import { applyBaseline, type Baseline } from "./baseline.ts";
import type { AcceptedEntry, Configuration } from "./configuration.ts";
import type { Finding } from "./finding.ts";
import { matchesGlob } from "./glob.ts";
import type { Note } from "./report-data.ts";
import { applyRemarks, type Remark } from "./suppression.ts";

export interface Said {
  readonly remarks: readonly Remark[];
  readonly configuration: Configuration;
  readonly baseline?: Baseline | undefined;
  /** `2026-11-24`: given, so that a run can be repeated. */
  readonly today: string;
}

export interface Settled {
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
}

export function settle(found: readonly Finding[], { remarks, configuration, baseline, today }: Said): Settled {
  const rated = withSeverities(found, configuration);
  const remarked = applyRemarks(rated, remarks);
  const configured = applyConfiguration(remarked.findings, configuration, today);
  const based = baseline === undefined ? { findings: configured.findings, notes: [] } : applyBaseline(configured.findings, baseline);
  return { findings: based.findings, notes: [...remarked.notes, ...configured.notes, ...based.notes] };
}

/** The finding says what the rule had said: a severity that was lowered can be seen. */
function withSeverities(findings: readonly Finding[], { severity, file }: Configuration): Finding[] {
  const given = new Map(Object.entries(severity));
  return findings.map((finding) => {
    const set = given.get(finding.rule);
    if (set === undefined || set === finding.severity) return finding;
    return { ...finding, severity: set, notes: [...finding.notes, `Severity ${set} by ${file}; the rule says ${finding.severity}.`] };
  });
}

function applyConfiguration(findings: readonly Finding[], { accept, file }: Configuration, today: string): Settled {
  const used = new Set<AcceptedEntry>();
  const inForce = accept.filter(({ until }) => until === undefined || until >= today);
  const judged = findings.map((finding): Finding => {
    const entry = inForce.find((candidate) => covers(candidate, finding));
    if (entry === undefined) return finding;
    used.add(entry);
    if (finding.accepted !== undefined) return finding;
    const { reason, until } = entry;
    return { ...finding, accepted: { by: "configuration", reason, ...(until === undefined ? {} : { until }) } };
  });
  const expired = accept.filter((entry) => !inForce.includes(entry));
  return {
    findings: judged,
    notes: [
      ...expired.map((entry) => ({ file, what: `the acceptance of ${nameOf(entry)} ended on ${entry.until}: its findings count again.` })),
      ...inForce
        .filter((entry) => !used.has(entry))
        .map((entry) => ({ file, what: `the acceptance of ${nameOf(entry)} fits no finding. Take it out.` })),
    ],
  };
}

const covers = ({ rule, fingerprint, path }: AcceptedEntry, finding: Finding): boolean =>
  (rule === undefined || rule === finding.rule) &&
  (fingerprint === undefined || fingerprint === finding.fingerprint) &&
  (path === undefined || matchesGlob(path, finding.file));

const nameOf = ({ rule, fingerprint, path }: AcceptedEntry): string =>
  `${rule ?? fingerprint ?? ""}${path === undefined ? "" : ` in ${path}`}`;
