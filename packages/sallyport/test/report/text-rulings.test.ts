// What the probe says of each attack, on a terminal: a reason that is the same for many is read once.
import { expect, test } from "vitest";
import type { AttackVerdict, Ruling } from "../../src/finding/verdict.ts";
import { rulingLines } from "../../src/report/text-rulings.ts";
import { audit } from "./made-up.ts";

const verdict = (attack: string, ruling: Ruling, said: string): AttackVerdict => ({
  attack,
  title: attack,
  threats: ["PUB-01"],
  axis: "injection",
  severity: "high",
  fix: "Do not.",
  ruling,
  said,
  cases: [],
});
const linesOf = (verdicts: readonly AttackVerdict[], failure?: string): string =>
  rulingLines(
    { ...audit(), probe: { target: "x", verdicts, broker: "redis", seed: "s", tookMs: 1, ...(failure === undefined ? {} : { failure }) } },
    80,
    (_ink, text) => text,
  ).join("\n");

test("each attack that was judged has its line, and what was not applicable stands under its reason", () => {
  const lines = linesOf([
    verdict("flood", "proven", "200 of 200"),
    verdict("same-bytes", "not-applicable", "nothing consumes"),
    verdict("oversized", "withstood", "it was refused"),
    verdict("old-time", "not-applicable", "nothing consumes"),
    verdict("raw-content", "not-applicable", "no tool reads"),
  ]);
  expect(lines).toBe(
    [
      "  Attacks: 1 proven, 1 withstood, 3 not applicable",
      "    ✗ proven         flood",
      "        200 of 200",
      "    ✓ withstood      oversized",
      "        it was refused",
      "    not applicable:",
      "    · nothing consumes",
      "        same-bytes, old-time",
      "    · no tool reads",
      "        raw-content",
    ].join("\n"),
  );
});

test("why a target could not be run is not said once for each attack", () => {
  const failure = "there is no program x";
  expect(linesOf([verdict("flood", "inconclusive", failure), verdict("oversized", "inconclusive", failure)], failure)).toBe(
    "  Attacks: 2 inconclusive",
  );
});
