// The result as the document that every report is made from: what was proven are findings, of the audit's own format,
// whose place is the tool that was called or the destination on which a message was put.
import type { Finding } from "../finding/finding.ts";
import { type Unnamed, withFingerprints } from "../finding/fingerprint.ts";
import { gradeOf } from "../finding/grade.ts";
import type { Audit, Coverage, RuleInfo } from "../finding/report-data.ts";
import { standardsOf } from "../finding/standards.ts";
import type { AttackVerdict, CaseVerdict } from "../finding/verdict.ts";
import { ATTACKS } from "./attacks/index.ts";
import { pageOf } from "./attacks/pages.ts";
import type { ProbeResult } from "./probe.ts";

export const ATTACK_IDS: readonly string[] = ATTACKS.map(({ id }) => id);

const VERSION = "0.1.0";
const MOST_SEEN = 4;

export function documentOf(result: ProbeResult): Audit {
  const { target, seed, broker, tookMs, failure, verdicts, notes } = result;
  const findings = withFingerprints(verdicts.flatMap(findingsOf), () => undefined);
  const coverage = coverageOf(result);
  return {
    schema: 1,
    tool: { name: "sallyport", version: VERSION },
    target,
    grade: gradeOf(findings, coverage),
    findings,
    notRead: [],
    coverage,
    ...(notes.length === 0 ? {} : { notes: notes.map((what) => ({ file: target, what })) }),
    probe: { target, seed, broker, tookMs, failure, verdicts },
  };
}

/** One for each tool or destination and threat: that it was shown in several ways is said in the notes. */
function findingsOf(verdict: AttackVerdict): readonly Unnamed[] {
  const proven = verdict.cases.filter(({ ruling }) => ruling === "proven");
  const groups = Map.groupBy(proven, ({ at, threats }) => JSON.stringify([at, threats]));
  return [...groups.values()].map((cases) => findingOf(verdict, cases[0]!, cases.slice(1)));
}

function findingOf({ attack, axis, severity, fix }: AttackVerdict, first: CaseVerdict, others: readonly CaseVerdict[]): Unnamed {
  const seen = first.evidence.slice(-MOST_SEEN).map(({ atMs, what, said }) => `${atMs} ms: ${what} ${said}`);
  const also = others.map(({ name }) => name).join("; ");
  return {
    rule: attack,
    threats: first.threats,
    axis,
    severity,
    confidence: "high",
    surface: "product",
    file: placeOf(first.at),
    line: 1,
    column: 1,
    message: first.said.startsWith(first.at) ? `${first.said}.` : sentence(first.said),
    notes: [
      "Shown twice, with different canaries.",
      ...seen,
      ...(also === "" ? [] : [`Also: ${also}.`]),
      ...first.reproduce.slice(0, 1).map((command) => `Again: ${command}`),
    ],
    path: [],
    fix,
    standards: standardsOf(first.threats),
    status: "found",
    excerpt: first.name,
  } satisfies Omit<Finding, "fingerprint">;
}

/** A place as code scanning wants one: relative, and nothing that leads out of it. */
const placeOf = (at: string): string => `tools/${at.replaceAll(/[^\w.:{}-]+/g, "_")}`;

const sentence = (said: string): string => `${said.slice(0, 1).toUpperCase()}${said.slice(1)}.`;

function coverageOf({ tools, consumed, broker, failure }: ProbeResult): Coverage {
  const named = (names: readonly string[]): Coverage["tools"] => names.map((name) => ({ name, file: placeOf(name), line: 1 }));
  return {
    files: 0,
    lines: 0,
    languages: [],
    surfaces: { product: 0, test: 0, example: 0, script: 0, generated: 0 },
    tools: named(tools),
    consumers: named(consumed),
    // That it speaks to its broker was seen, how often is nobody's question.
    brokerCalls: failure === undefined && broker !== "none" ? { [broker]: 1 } : {},
    unresolved: 0,
    bounded: [],
  };
}

/** What reports and `sallyport explain` say of each attack. */
export const attackPages = (): readonly RuleInfo[] =>
  ATTACKS.map(({ id, title, threats, axis, severity, fix }) => ({
    id,
    title,
    threats,
    axis,
    severity,
    standards: standardsOf(threats),
    page: pageOf(id) ?? `# ${title}\n\n${fix}\n`,
  }));
