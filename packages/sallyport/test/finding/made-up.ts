// Findings for tests: one that is complete, of which each test changes what it is about.
import fc from "fast-check";
import type { Finding } from "../../src/finding/finding.ts";
import { AXES, CONFIDENCES, SEVERITIES, SURFACES } from "../../src/finding/scale.ts";

export const finding = (changes: Partial<Finding> = {}): Finding => ({
  rule: "client-chosen-topic",
  threats: ["DST-01"],
  axis: "confusion",
  severity: "critical",
  confidence: "high",
  surface: "product",
  file: "src/publish.ts",
  line: 3,
  column: 9,
  message: "The agent names the topic.",
  notes: [],
  path: [],
  fix: "Choose it on the server.",
  standards: ["CWE-99"],
  fingerprint: "0123456789abcdef",
  status: "found",
  ...changes,
});

export const arbitraryFinding: fc.Arbitrary<Finding> = fc
  .record({
    rule: fc.constantFrom("one", "two", "three"),
    axis: fc.constantFrom(...AXES),
    severity: fc.constantFrom(...SEVERITIES),
    confidence: fc.constantFrom(...CONFIDENCES),
    surface: fc.constantFrom(...SURFACES),
    status: fc.constantFrom("found" as const, "not-determined" as const),
    accepted: fc.option(fc.constant({ by: "inline" as const, reason: "known" }), { nil: undefined, freq: 5 }),
  })
  .map(finding);
