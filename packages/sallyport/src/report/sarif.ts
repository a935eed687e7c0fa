// SARIF 2.1.0, for code scanning. Findings that could not be determined are of kind `open`; accepted ones are there,
// suppressed; files that were not read are notifications of the run, so that an upload cannot pass for complete.
import type { Finding, Severity, Step } from "../finding/finding.ts";
import type { Audit, Note, RuleInfo } from "../finding/report-data.ts";
import { inOrder } from "../finding/scale.ts";
import { escapedJson } from "./escape.ts";
import type { Report } from "./report.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT = "AUDITED";

const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  note: "note",
};
/** What GitHub sorts by: over 9.0 critical, 7.0 high, 4.0 medium, below that low. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0", note: "0.0" };
const RANK = { high: 90, medium: 60, low: 30 } as const;

export const sarifReport: Report = (audit, { rules }) => {
  const described = withUndescribed(rules, audit.findings);
  const indexes = new Map(described.map(({ id }, index) => [id, index]));
  const run = {
    tool: { driver: { name: audit.tool.name, semanticVersion: audit.tool.version, rules: described.map(ruleOf) } },
    columnKind: "utf16CodeUnits",
    originalUriBaseIds: { [ROOT]: { description: { text: "The audited folder." } } },
    invocations: [invocationOf(audit)],
    results: inOrder(audit.findings).map((finding) => resultOf(finding, indexes.get(finding.rule)!)),
    properties: {
      target: audit.target,
      grade: audit.grade,
      coverage: audit.coverage,
      ...(audit.probe === undefined ? {} : { probe: audit.probe }),
    },
  };
  return `${escapedJson({ $schema: SCHEMA, version: "2.1.0", runs: [run] }, undefined, 2)}\n`;
};

/** A finding's rule is always among the rules, so that its index is right, even when nobody described it. */
function withUndescribed(rules: readonly RuleInfo[], findings: readonly Finding[]): readonly RuleInfo[] {
  const known = new Set(rules.map(({ id }) => id));
  const others = findings.filter(({ rule }) => !known.has(rule) && known.add(rule));
  return [
    ...rules,
    ...others.map(({ rule, threats, axis, severity, standards }) => ({
      id: rule,
      title: rule,
      threats,
      axis,
      severity,
      standards,
      page: rule,
    })),
  ];
}

function ruleOf({ id, title, threats, axis, severity, standards, page }: RuleInfo) {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: title },
    help: { text: page, markdown: page },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: [...new Set(["security", axis, ...threats, ...standards.map(tagOf)])],
      "security-severity": SECURITY_SEVERITY[severity],
    },
  };
}

/** As CodeQL writes it, so that filters by CWE find ours too. */
function tagOf(standard: string): string {
  const [, cwe] = /^CWE-(\d+)$/.exec(standard) ?? [];
  return cwe === undefined ? standard : `external/cwe/cwe-${cwe.padStart(3, "0")}`;
}

function resultOf(finding: Finding, ruleIndex: number) {
  const { rule, severity, confidence, status, surface, threats, standards, fingerprint, accepted } = finding;
  return {
    ruleId: rule,
    ruleIndex,
    ...(status === "found" ? { kind: "fail", level: LEVELS[severity] } : { kind: "open", level: "none" }),
    message: { text: [finding.message, ...finding.notes, `Fix: ${finding.fix}`].join("\n\n") },
    locations: [locationOf(finding)],
    ...(finding.path.length === 0 ? {} : { codeFlows: [{ threadFlows: [{ locations: flowOf(finding) }] }] }),
    partialFingerprints: { "sallyport/v1": fingerprint },
    ...(accepted === undefined ? {} : { suppressions: [suppressionOf(accepted)] }),
    rank: RANK[confidence],
    properties: { severity, confidence, surface, status, threats, standards },
  };
}

/** The flow ends where the finding is. */
function flowOf(finding: Finding) {
  const last = finding.path.at(-1);
  const ends = last?.file === finding.file && last.line === finding.line;
  const steps: readonly Step[] = ends ? finding.path : [...finding.path, { ...finding, what: finding.message }];
  return steps.map((step) => ({ location: { ...locationOf(step), message: { text: step.what } } }));
}

function locationOf({ file, line, column, endLine, endColumn, excerpt }: Where) {
  const end = endLine === undefined ? {} : { endLine, endColumn };
  const region = { startLine: line, startColumn: column, ...end };
  // The line around it: the context must hold all of the region.
  const isShown = excerpt !== undefined && (endLine ?? line) === line;
  const context = isShown ? { contextRegion: { startLine: line, snippet: { text: excerpt } } } : {};
  return { physicalLocation: { artifactLocation: artifactOf(file), region, ...context } };
}

type Where = Pick<Finding, "file" | "line" | "column" | "endLine" | "endColumn" | "excerpt">;

const artifactOf = (file: string) => ({ uri: file.toWellFormed().split("/").map(encodeURIComponent).join("/"), uriBaseId: ROOT });

function suppressionOf({ by, reason, until }: NonNullable<Finding["accepted"]>) {
  const justification = until === undefined ? reason : `${reason} (until ${until})`;
  return { kind: by === "inline" ? "inSource" : "external", status: "accepted", justification, properties: { by } };
}

function invocationOf({ notRead, notes = [] }: Audit) {
  return {
    executionSuccessful: true,
    toolExecutionNotifications: notRead.map(({ file, why }) => ({
      level: "warning",
      message: { text: `Not read: ${why}` },
      locations: [{ physicalLocation: { artifactLocation: artifactOf(file) } }],
    })),
    toolConfigurationNotifications: notes.map(noteOf),
  };
}

function noteOf({ file, line, what }: Note) {
  const region = line === undefined ? {} : { region: { startLine: line } };
  return { level: "note", message: { text: what }, locations: [{ physicalLocation: { artifactLocation: artifactOf(file), ...region } }] };
}
