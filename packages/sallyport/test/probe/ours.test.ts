// The guarded server: nothing is proven, and whatever applies is withstood.
import { expect } from "vitest";
import { longTest, probed, ruledAs } from "./rulings.ts";
import { ours } from "./subjects.ts";

/** Over stdio, with no argument that names a place, no administration and no handling without end (`isolated` has it), these have nothing to attack. */
const NOTHING_OF_THE_KIND = ["administrative-tool", "chosen-source", "endless-handling", "foreign-origin"];

longTest("nothing is proven on a guarded server, and every attack that applies is withstood", { timeout: 480_000 }, async () => {
  const result = await probed(ours());
  expect(result.failure).toBeUndefined();
  expect(ruledAs(result, "proven")).toEqual([]);
  expect(ruledAs(result, "inconclusive")).toEqual([]);
  const notApplicable = ruledAs(result, "not-applicable").map((said) => said.split(":")[0]);
  expect(new Set(notApplicable)).toEqual(new Set(NOTHING_OF_THE_KIND));
  const cases = result.verdicts.flatMap((verdict) => verdict.cases);
  expect(cases.length).toBeGreaterThan(60);
});
