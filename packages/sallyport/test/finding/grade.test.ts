import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RULES } from "../../src/audit/rules/index.ts";
import type { Finding } from "../../src/finding/finding.ts";
import { gradeOf, letterOf, scoreOf, SPECIFICATION, weightOf } from "../../src/finding/grade.ts";
import { SEVERITIES } from "../../src/finding/scale.ts";
import { arbitraryFinding, finding } from "./made-up.ts";

const place = { name: "x", file: "src/x.ts", line: 1 };
const NOTHING = { tools: [], consumers: [], brokerCalls: {} };
const EVERYTHING = { tools: [place], consumers: [place], brokerCalls: { kafka: 2 } };

describe("the grade", () => {
  test("is n/a where no broker code was found", () => {
    const grade = gradeOf([], { ...NOTHING, tools: [place] });
    expect([grade.letter, grade.score, grade.axes.map(({ letter }) => letter)]).toEqual(["n/a", null, Array(5).fill("n/a")]);
  });

  test("is A where everything was judged and nothing found", () => {
    expect(gradeOf([], EVERYTHING)).toMatchObject({ letter: "A", score: 100, specification: 1 });
  });

  test("has no score on an axis with nothing to judge", () => {
    const { axes } = gradeOf([], { ...NOTHING, tools: [place], brokerCalls: { kafka: 1 } });
    expect(axes.map(({ score }) => score)).toEqual([100, 100, null, null, 100]);
  });

  test("judges an axis on which something was found, whatever else was seen", () => {
    expect(gradeOf([finding({ axis: "poison", severity: "low" })], NOTHING).axes[3]).toMatchObject({ score: 96, findings: 1 });
  });

  test("is that of the worst axis", () => {
    fc.assert(
      fc.property(fc.array(arbitraryFinding), (findings) => {
        const { score, letter, axes } = gradeOf(findings, EVERYTHING);
        expect(score).toBe(Math.min(...axes.map((axis) => axis.score!)));
        expect(letter).toBe(letterOf(score!));
      }),
    );
  });

  test("is never raised by another finding", () => {
    fc.assert(
      fc.property(fc.array(arbitraryFinding), arbitraryFinding, (findings, another) => {
        expect(gradeOf([...findings, another], EVERYTHING).score).toBeLessThanOrEqual(gradeOf(findings, EVERYTHING).score!);
      }),
    );
  });

  test("is never raised by making a finding worse", () => {
    const order = { severity: ["low", "medium", "high", "critical"], confidence: ["low", "medium", "high"] } as const;
    fc.assert(
      fc.property(
        fc.array(arbitraryFinding),
        arbitraryFinding,
        fc.constantFrom("severity" as const, "confidence" as const),
        (rest, one, key) => {
          const scores = order[key].map((value) => gradeOf([...rest, { ...one, [key]: value }], EVERYTHING).score!);
          expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        },
      ),
    );
  });

  test("does not depend on the order of findings", () => {
    fc.assert(
      fc.property(fc.array(arbitraryFinding), (findings) => {
        expect(gradeOf(findings.toReversed(), EVERYTHING)).toEqual(gradeOf(findings, EVERYTHING));
      }),
    );
  });

  test("is neither A nor B with a critical finding, or a high one of high confidence, in the product", () => {
    const blocking = fc.constantFrom<Partial<Finding>>(
      { severity: "critical", confidence: "low" },
      { severity: "high", confidence: "high" },
    );
    fc.assert(
      fc.property(fc.array(arbitraryFinding), blocking, (findings, changes) => {
        expect(gradeOf([...findings, finding(changes)], EVERYTHING).score).toBeLessThan(80);
      }),
    );
  });

  test("is lowered less by any number of medium and low findings than by one critical", () => {
    const lesser = fc.tuple(arbitraryFinding, fc.constantFrom("medium" as const, "low" as const, "note" as const));
    fc.assert(
      fc.property(fc.array(lesser, { maxLength: 200 }), (many) => {
        const findings = many.map(([one, severity], index) => ({ ...one, severity, rule: `rule-${index}` }));
        expect(gradeOf(findings, EVERYTHING).score).toBeGreaterThan(scoreOf([finding()]));
      }),
    );
  });

  test("counts what is accepted not at all", () => {
    expect(gradeOf([finding({ accepted: { by: "baseline", reason: "known" } })], EVERYTHING)).toEqual(gradeOf([], EVERYTHING));
  });
});

describe("docs/grade.md", () => {
  const page = readFileSync(new URL("../../../../docs/grade.md", import.meta.url), "utf8");
  const rowsUnder = (heading: string): readonly (readonly string[])[] => {
    const [, after = ""] = page.split(new RegExp(`^\\| ${heading} +\\|.*\\n\\|[- |]+\\n`, "m"));
    const rows = after.split("\n");
    return rows.slice(0, rows.indexOf("")).map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
  };
  const percents = (heading: string) => Object.fromEntries(rowsUnder(heading).map(([name, percent]) => [name, Number(percent)]));

  test("has the tables of the specification, and its number", () => {
    expect(rowsUnder("letter").map(([letter, from]) => [letter, Number(from)])).toEqual(SPECIFICATION.letters);
    expect(rowsUnder("severity").map(([name, points, most]) => [name, { points: Number(points), most: Number(most) }])).toEqual(
      Object.entries(SPECIFICATION.severity),
    );
    expect(percents("confidence")).toEqual(SPECIFICATION.confidence);
    expect(percents("surface")).toEqual(SPECIFICATION.surface);
    expect(percents("status")).toEqual({ found: 100, "not-determined": SPECIFICATION.notDetermined, accepted: 0 });
    expect(page).toContain(`specification **${SPECIFICATION.specification}**`);
    expect(page).toContain(`at most **${SPECIFICATION.ceiling}**`);
  });

  const example = rowsUnder("#").map(([, rule, axis, severity, confidence, surface, status, takes]) => ({
    takes: Number(takes),
    finding: finding({
      rule,
      axis,
      severity,
      confidence,
      surface,
      ...(status === "accepted" ? { accepted: { by: "inline", reason: "known" } } : { status }),
    } as Partial<Finding>),
  }));

  test("has a worked example of rules that there are, on their axes and no worse than they are", () => {
    const known = new Map(RULES.map((rule) => [rule.id, rule]));
    expect(example.length).toBeGreaterThan(5);
    for (const { finding: one } of example) {
      const rule = known.get(one.rule);
      expect([one.rule, rule?.axis]).toEqual([one.rule, one.axis]);
      expect(SEVERITIES.indexOf(one.severity)).toBeGreaterThanOrEqual(SEVERITIES.indexOf(rule!.severity));
    }
  });

  test("has a worked example that comes out", () => {
    const grade = gradeOf(
      example.map((row) => row.finding),
      EVERYTHING,
    );
    const results = rowsUnder("axis");
    expect(results).toHaveLength(5);
    expect(grade.axes.map(({ axis, score, letter }) => [axis, String(score), letter])).toEqual(
      results.map(([axis, , score, letter]) => [axis, score, letter]),
    );
    for (const [axis, taken] of results) {
      const own = example.filter((row) => row.finding.axis === axis);
      expect(own.reduce((sum, { takes }) => sum + takes, 0)).toBe(Number(taken));
    }
    expect(page).toContain(`**${grade.letter}, ${grade.score} of 100**`);
  });

  test("has the points of the example's findings", () => {
    const repeated = new Set<string>();
    for (const row of example) {
      const share = repeated.has(row.finding.rule) ? 2 : 1;
      expect(weightOf(row.finding) / 100 / share).toBe(row.takes);
      repeated.add(row.finding.rule);
    }
  });
});
