// The words that reports share, so that one audit reads the same everywhere.
import type { Axis, Finding, Severity, Surface } from "../finding/finding.ts";
import type { Audit, Grade, RuleInfo } from "../finding/report-data.ts";
import { inOrder, isOpen, SEVERITIES } from "../finding/scale.ts";

export const AXIS_TITLES: Readonly<Record<Axis, string>> = {
  injection: "Message injection",
  confusion: "Topic confusion",
  replay: "Replay",
  poison: "Poison messages",
  operations: "Operations",
};

const STANDS_IN: Readonly<Record<Surface, string>> = {
  product: "in the product",
  generated: "in generated code",
  script: "in a script",
  example: "in an example",
  test: "in a test",
};

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** `confidence high, in a test, not determined`. */
export const circumstances = ({ confidence, surface, status }: Finding): string =>
  [
    `confidence ${confidence}`,
    ...(surface === "product" ? [] : [STANDS_IN[surface]]),
    ...(status === "not-determined" ? ["not determined"] : []),
  ].join(", ");

export interface Parts {
  /** What counts, the worst first; within a severity by place. */
  readonly open: ReadonlyMap<Severity, readonly Finding[]>;
  readonly accepted: readonly Finding[];
}

export function partsOf({ findings }: Audit): Parts {
  const open = inOrder(findings.filter(isOpen));
  const bySeverity = SEVERITIES.map((severity) => [severity, open.filter((finding) => finding.severity === severity)] as const);
  return {
    open: new Map(bySeverity.filter(([, those]) => those.length > 0)),
    accepted: inOrder(findings.filter((finding) => !isOpen(finding))),
  };
}

/** What the report is of. */
export const kindOf = ({ probe, coverage }: Audit): "audit" | "probe" | "audit and probe" =>
  probe === undefined ? "audit" : coverage.files === 0 ? "probe" : "audit and probe";

/** One sentence on the grade and what it is made from. */
export function verdictSentence(audit: Audit): string {
  if (audit.probe?.failure !== undefined && audit.findings.length === 0) return "The target could not be probed.";
  const { grade, findings } = audit;
  const accepted = findings.filter((finding) => !isOpen(finding)).length;
  const also = accepted === 0 ? "" : ` ${counted(accepted, "is accepted and does not count", "are accepted and do not count")}.`;
  if (grade.score === null) return "No code that talks to a message broker was found, so there is nothing to grade.";
  const open = findings.length - accepted;
  // With `--since` the grade counts what is not shown, too.
  const counts = grade.axes.reduce((sum, axis) => sum + axis.findings, 0);
  if (open === 0 && counts === 0) return `Nothing was found that counts.${also}`;
  const shown = counts > open ? ` ${open === 0 ? "None" : open} of them ${open === 1 ? "is" : "are"} shown.` : "";
  return `${counted(Math.max(open, counts), "finding")}.${shown} The worst axis rules: ${worstAxes(grade).join(" and ")}.${also}`;
}

const worstAxes = ({ axes, score }: Grade): readonly string[] =>
  axes.filter((axis) => axis.score === score).map(({ axis }) => AXIS_TITLES[axis].toLowerCase());

export function acceptedSentence({ accepted }: Finding): string {
  if (accepted === undefined) return "";
  const until = accepted.until === undefined ? "" : `, until ${accepted.until}`;
  const by = { inline: "by a remark in the source", configuration: "by the configuration", baseline: "by the baseline" }[accepted.by];
  return `accepted ${by}${until}: ${accepted.reason}`;
}

/** What was read, recognised and not: the reader's measure of what silence means. */
export function coverageSentences(audit: Audit): readonly string[] {
  const kind = kindOf(audit);
  return [...(kind === "probe" ? [] : readSentences(audit)), ...probeSentences(audit)];
}

function probeSentences({ probe, coverage }: Audit): readonly string[] {
  if (probe === undefined) return [];
  const { verdicts, broker, seed, tookMs, failure } = probe;
  const cases = verdicts.reduce((sum, verdict) => sum + verdict.cases.length, 0);
  const run = `Probed: ${counted(verdicts.length, "attack")} in ${counted(cases, "case")}, broker ${broker}, seed ${seed}, ${(tookMs / 1000).toFixed(1)} s.`;
  const tools = coverage.tools.map(({ name }) => name).join(", ");
  return [run, ...(failure === undefined ? [`Tools: ${tools === "" ? "none" : tools}.`] : [`It could not be run: ${failure}`])];
}

function readSentences({ coverage, notRead }: Audit): readonly string[] {
  const { files, lines, languages, tools, consumers, brokerCalls, unresolved, bounded } = coverage;
  const calls = Object.entries(brokerCalls).filter(([, count]) => count > 0);
  const total = calls.reduce((sum, [, count]) => sum + count, 0);
  const perLanguage = languages.map((each) => `${each.language} ${each.files.toLocaleString("en")}`).join(", ");
  const perBroker = calls.map(([broker, count]) => `${broker} ${count.toLocaleString("en")}`).join(", ");
  return [
    `Read: ${counted(files, "file")} and ${counted(lines, "line")}${perLanguage === "" ? "" : ` (${perLanguage})`}.`,
    `Recognised: ${counted(tools.length, "tool")}, ${counted(consumers.length, "consumer")}, ${counted(total, "broker call")}${perBroker === "" ? "" : ` (${perBroker})`}.`,
    ...(unresolved === 0 ? [] : [`Not followed: ${counted(unresolved, "call with input in it", "calls with input in them")}.`]),
    ...(bounded.length === 0 ? [] : [`Too large to be followed to the end: ${bounded.join(", ")}.`]),
    ...(notRead.length === 0 ? [] : [`Not read: ${counted(notRead.length, "file")}.`]),
  ];
}

export const titleOf = (rules: readonly RuleInfo[], id: string): string => rules.find((rule) => rule.id === id)?.title ?? id;

/** On one line, the clauses of AISVS together. */
export function standardsLine(standards: readonly string[]): string {
  const clauses = standards.filter((id) => id.startsWith("AISVS ")).map((id) => id.slice("AISVS ".length));
  const others = standards.filter((id) => !id.startsWith("AISVS "));
  return [...others, ...(clauses.length === 0 ? [] : [`AISVS ${clauses.join(", ")}`])].join(" · ");
}

/** A page that says more, for the ids that have one. */
export function standardLink(id: string): string | undefined {
  const [, cwe] = /^CWE-(\d+)$/.exec(id) ?? [];
  if (cwe !== undefined) return `https://cwe.mitre.org/data/definitions/${cwe}.html`;
  if (/^MCP\d\d:2025$/.test(id)) return "https://owasp.org/www-project-mcp-top-10/";
  if (/^(?:ASI|LLM)\d\d:2026$/.test(id)) return "https://genai.owasp.org/";
  return id.startsWith("AISVS ") ? "https://github.com/OWASP/AISVS" : undefined;
}
