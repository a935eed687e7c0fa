// The server in the manner of the article's correct listings: every hole of theirs that can be seen from outside is proven.
import { expect } from "vitest";
import { expectEvidence, probed, provenThreats, ruledAs, slowTest, verdictOf } from "./rulings.ts";
import { correct } from "./subjects.ts";

slowTest("the holes in the article's correct listings are proven", { timeout: 480_000 }, async () => {
  const result = await probed(correct());
  expect(result.failure).toBeUndefined();
  expect(provenThreats(result)).toEqual(
    expect.arrayContaining(["PUB-03", "REP-02", "REP-03", "REP-04", "REP-05", "REP-06", "PSN-02", "PSN-03", "DST-04"]),
  );
  expect(ruledAs(result, "inconclusive")).toEqual([]);
  // What it does ward off is not said to be open.
  for (const attack of ["made-up-action", "chosen-destination", "same-bytes"])
    expect(verdictOf(result, attack).ruling, attack).toBe("withstood");
  expectEvidence(result);
});
