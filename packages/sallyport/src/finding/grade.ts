// The grade, by specification 1. docs/grade.md explains it, has these tables and a worked example, and is held to this
// file by a test. Whole numbers throughout (hundredths of a point), so that the same findings give the same grade
// everywhere, and by hand. SkillAudit's letters are kept: A from 90, B 80, C 70, D 60; the worst axis rules.
import type { Axis, Confidence, Finding, Severity, Surface } from "./finding.ts";
import type { Coverage, Grade, Letter } from "./report-data.ts";
import { AXES, isOpen, SEVERITIES } from "./scale.ts";

export const SPECIFICATION = {
  specification: 1,
  /** Least score of each letter. */
  letters: [
    ["A", 90],
    ["B", 80],
    ["C", 70],
    ["D", 60],
    ["F", 0],
  ] as readonly (readonly [Letter, number])[],
  /** Points that a finding takes; and the most that all findings of that severity on one axis take together. */
  severity: {
    critical: { points: 50, most: 100 },
    high: { points: 25, most: 60 },
    medium: { points: 12, most: 30 },
    low: { points: 4, most: 10 },
    note: { points: 0, most: 0 },
  } as Readonly<Record<Severity, { readonly points: number; readonly most: number }>>,
  /** In percent of the points. */
  confidence: { high: 100, medium: 60, low: 30 } as Readonly<Record<Confidence, number>>,
  surface: { product: 100, generated: 50, script: 40, example: 30, test: 10 } as Readonly<Record<Surface, number>>,
  notDetermined: 20,
  /** The most that an axis can score with a critical, or a high of high confidence, found in the product. */
  ceiling: 79,
} as const;

export type Judged = Pick<Finding, "rule" | "axis" | "severity" | "confidence" | "surface" | "status" | "accepted">;

/** What one finding takes by itself, in hundredths, before repeats and caps. */
export function weightOf({ severity, confidence, surface, status, accepted }: Judged): number {
  if (accepted !== undefined) return 0;
  const percents = [SPECIFICATION.confidence[confidence], SPECIFICATION.surface[surface]];
  if (status === "not-determined") percents.push(SPECIFICATION.notDetermined);
  return percents.reduce((points, percent) => Math.floor((points * percent) / 100), SPECIFICATION.severity[severity].points * 100);
}

/** What the findings of one axis take together, in hundredths. */
function deductionOf(findings: readonly Judged[]): number {
  let sum = 0;
  for (const severity of SEVERITIES) {
    const byRule = Map.groupBy(
      findings.filter((finding) => finding.severity === severity),
      ({ rule }) => rule,
    );
    const taken = [...byRule.values()].reduce((total, repeated) => total + diminished(repeated), 0);
    sum += Math.min(taken, SPECIFICATION.severity[severity].most * 100);
  }
  return sum;
}

/** Findings of one rule, the weightiest first: the first in full, the second by half, the third by a quarter. */
function diminished(findings: readonly Judged[]): number {
  const weights = findings.map(weightOf).toSorted((one, other) => other - one);
  return weights.reduce((sum, weight, index) => sum + Math.floor(weight / 2 ** index), 0);
}

/** Whether a finding keeps its axis from A and B. */
export const isCeiling = ({ severity, confidence, surface, status, accepted }: Judged): boolean =>
  accepted === undefined &&
  status === "found" &&
  surface === "product" &&
  (severity === "critical" || (severity === "high" && confidence === "high"));

export const scoreOf = (findings: readonly Judged[]): number => {
  const score = Math.floor(Math.max(0, 100_00 - deductionOf(findings)) / 100);
  return findings.some(isCeiling) ? Math.min(score, SPECIFICATION.ceiling) : score;
};

export const letterOf = (score: number): Letter => SPECIFICATION.letters.find(([, least]) => score >= least)?.[0] ?? "F";

export type Seen = Pick<Coverage, "tools" | "consumers" | "brokerCalls">;

/** An axis with nothing to judge has no score: 100 for replay without a consumer would be praise for nothing. */
function isJudged(axis: Axis, { tools, consumers }: Seen): boolean {
  switch (axis) {
    case "injection":
      return tools.length > 0;
    case "confusion":
      return tools.length > 0 || consumers.length > 0;
    case "replay":
    case "poison":
      return consumers.length > 0;
    case "operations":
      return true;
  }
}

export function gradeOf(findings: readonly Judged[], seen: Seen): Grade {
  const calls = Object.values(seen.brokerCalls).reduce((sum, count) => sum + count, 0);
  const hasBroker = calls > 0 || seen.consumers.length > 0 || findings.some(({ axis }) => axis !== "operations");
  const axes = AXES.map((axis) => axisGrade(axis, findings, hasBroker && isJudged(axis, seen)));
  // A letter for the infrastructure alone would be one for a program that nobody has looked at.
  const scores = hasBroker ? axes.flatMap(({ score }) => score ?? []) : [];
  const score = scores.length === 0 ? null : Math.min(...scores);
  return { letter: score === null ? "n/a" : letterOf(score), score, axes, specification: SPECIFICATION.specification };
}

/** A finding, accepted or not, shows that there was something to judge. */
function axisGrade(axis: Axis, findings: readonly Judged[], judged: boolean): Grade["axes"][number] {
  const own = findings.filter((finding) => finding.axis === axis);
  const open = own.filter(isOpen);
  if (!judged && own.length === 0) return { axis, score: null, letter: "n/a", findings: 0 };
  const score = scoreOf(own);
  return { axis, score, letter: letterOf(score), findings: open.length };
}
