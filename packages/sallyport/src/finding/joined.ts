// Audit and probe of one server, as one document: a finding of the audit's that was proven says so, one that was withstood
// says so too and stays, since the probe tries what it can think of and the source is what it is. What the probe found
// and the audit did not is a finding of its own.
import type { Finding } from "./finding.ts";
import { gradeOf } from "./grade.ts";
import type { Audit, Probed } from "./report-data.ts";
import { inOrder } from "./scale.ts";
import type { CaseVerdict, Ruling } from "./verdict.ts";

interface Tried extends CaseVerdict {
  readonly attack: string;
}

export function joined(audit: Audit, probed: Audit): Audit {
  if (probed.probe === undefined) return audit;
  const tried = triedIn(probed.probe);
  const tools = new Set(probed.coverage.tools.map(({ name }) => name));
  const said = audit.findings.map((finding) => ({ finding, by: casesFor(finding, tried, tools) }));
  const proven = new Set(said.flatMap(({ by }) => by.filter(({ ruling }) => ruling === "proven")).map(keyOf));
  const findings = inOrder([
    ...said.map(({ finding, by }) => withVerdict(finding, by)),
    ...probed.findings.filter((finding) => !tried.some((one) => proven.has(keyOf(one)) && isOf(finding, one))),
  ]);
  const notes = [...(audit.notes ?? []), ...(probed.notes ?? [])];
  return {
    ...audit,
    grade: gradeOf(findings, audit.coverage),
    findings,
    ...(notes.length === 0 ? {} : { notes }),
    probe: probed.probe,
  };
}

const triedIn = ({ verdicts }: Probed): readonly Tried[] =>
  verdicts.flatMap(({ attack, cases }) => cases.map((one) => ({ ...one, attack })));

/** Of the same threat; of the same tool, where the finding names one of the server's. */
function casesFor({ threats, message }: Finding, tried: readonly Tried[], tools: ReadonlySet<string>): readonly Tried[] {
  const named = [...message.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name).filter((name) => tools.has(name));
  return tried.filter(
    ({ threats: those, at }) =>
      those.some((threat) => threats.includes(threat)) && (named.length === 0 || !tools.has(at) || named.includes(at)),
  );
}

function withVerdict(finding: Finding, cases: readonly Tried[]): Finding {
  const first = (ruling: Ruling): Tried | undefined => cases.find((one) => one.ruling === ruling);
  const proven = first("proven");
  if (proven !== undefined) {
    const note = `Proven by the probe (${proven.attack}, case ${proven.number}): ${proven.said}.`;
    return { ...finding, confidence: "high", status: "found", notes: [note, ...finding.notes] };
  }
  // What was tried in part says nothing of the rest.
  const withstood = first("inconclusive") === undefined ? first("withstood") : undefined;
  if (withstood === undefined) return finding;
  const note = `The probe attacked this and it was withstood (${withstood.attack}): ${withstood.said}.`;
  return { ...finding, notes: [note, ...finding.notes] };
}

const keyOf = ({ attack, number }: Tried): string => `${attack} ${number}`;

const isOf = ({ rule, threats, file }: Finding, { attack, threats: those, at }: Tried): boolean =>
  rule === attack && threats.some((threat) => those.includes(threat)) && file.endsWith(`/${at.replaceAll(/[^\w.:{}-]+/g, "_")}`);
