// A finding that was proven says so, one that was withstood says so and stays, and nothing is told twice.
import { expect, test } from "vitest";
import type { Finding } from "../../src/finding/finding.ts";
import { joined } from "../../src/finding/joined.ts";
import type { Audit } from "../../src/finding/report-data.ts";
import type { CaseVerdict, Ruling } from "../../src/finding/verdict.ts";
import { gradeOf } from "../../src/finding/grade.ts";
import { finding } from "./made-up.ts";

const COVERAGE: Audit["coverage"] = {
  files: 1,
  lines: 1,
  languages: [],
  surfaces: { product: 1, test: 0, example: 0, script: 0, generated: 0 },
  tools: [{ name: "publish", file: "src/publish.ts", line: 1 }],
  consumers: [],
  brokerCalls: { redis: 1 },
  unresolved: 0,
  bounded: [],
};

const auditOf = (findings: readonly Finding[]): Audit => ({
  schema: 1,
  tool: { name: "sallyport", version: "0" },
  target: ".",
  grade: gradeOf(findings, COVERAGE),
  findings,
  notRead: [],
  coverage: COVERAGE,
});

const caseOf = (ruling: Ruling, at = "publish"): CaseVerdict => ({
  number: 1,
  name: "a case",
  at,
  threats: ["DST-01"],
  ruling,
  said: "it was so",
  evidence: [],
  reproduce: [],
});

function probedOf(findings: readonly Finding[], ...cases: readonly CaseVerdict[]): Audit {
  const verdict = { title: "", threats: ["DST-01"], axis: "confusion" as const, severity: "high" as const, fix: "", said: "" };
  const { coverage, ...audit } = auditOf(findings);
  const tools = ["publish", "other"].map((name) => ({ name, file: `tools/${name}`, line: 1 }));
  const verdicts = [{ ...verdict, attack: "chosen-destination", ruling: cases[0]!.ruling, cases }];
  return { ...audit, coverage: { ...coverage, tools }, probe: { target: "t", seed: "s", broker: "redis", tookMs: 1, verdicts } };
}

const found = finding({
  rule: "client-chosen-destination",
  threats: ["DST-01"],
  message: "The tool `publish` lets the model choose.",
  confidence: "low",
});
const shown = finding({ rule: "chosen-destination", threats: ["DST-01"], file: "tools/publish", line: 1 });

test("a finding that was proven says so, and the proof is not told twice", () => {
  const { findings } = joined(auditOf([found]), probedOf([shown], caseOf("proven")));
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ rule: "client-chosen-destination", confidence: "high" });
  expect(findings[0]?.notes[0]).toBe("Proven by the probe (chosen-destination, case 1): it was so.");
});

test("a finding that was withstood says so, and counts as before", () => {
  const { findings, grade } = joined(auditOf([found]), probedOf([], caseOf("withstood")));
  expect(findings[0]?.notes[0]).toBe("The probe attacked this and it was withstood (chosen-destination): it was so.");
  expect(findings[0]?.confidence).toBe("low");
  expect(grade).toEqual(auditOf([found]).grade);
});

test("where a part could not be seen, nothing is said to be withstood", () => {
  const { findings } = joined(auditOf([found]), probedOf([], caseOf("withstood"), caseOf("inconclusive")));
  expect(findings).toEqual([found]);
});

test("what was proven of another tool says nothing of this one, and is a finding of its own", () => {
  const other = finding({ rule: "chosen-destination", threats: ["DST-01"], file: "tools/other", line: 1 });
  const { findings } = joined(auditOf([found]), probedOf([other], caseOf("proven", "other")));
  expect(findings).toEqual(expect.arrayContaining([found, other]));
});
