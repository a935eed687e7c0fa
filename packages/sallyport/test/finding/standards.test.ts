import { describe, expect, test } from "vitest";
import { readCatalogue } from "../../../../scripts/threats.ts";
import { standardsOf, THREATS_WITH_STANDARDS } from "../../src/finding/standards.ts";

describe("standards", () => {
  test("are there for every threat that the audit finds", () => {
    const audited = readCatalogue().filter(({ where }) => where.includes("A"));
    expect(audited.length).toBeGreaterThan(30);
    expect(audited.filter(({ id }) => standardsOf([id]).length === 0).map(({ id }) => id)).toEqual([]);
  });

  test("begin with a CWE, and carry their year or clause", () => {
    for (const threat of THREATS_WITH_STANDARDS) {
      const [first, ...others] = standardsOf([threat]);
      expect(first).toMatch(/^CWE-\d+$/);
      for (const id of others) expect(id).toMatch(/^(?:CWE-\d+|MCP\d\d:2025|ASI\d\d:2026|LLM\d\d:2026|AISVS \d+\.\d+\.\d+)$/);
    }
  });

  test("do not name what MITRE discourages", () => {
    expect(standardsOf(THREATS_WITH_STANDARDS).filter((id) => /^CWE-(?:20|74|400|610)$/.test(id))).toEqual([]);
  });

  test("of several threats are named once", () => {
    const both = standardsOf(["DST-01", "DST-02"]);
    expect(new Set(both).size).toBe(both.length);
    expect(standardsOf(["XYZ-99"])).toEqual([]);
  });
});
