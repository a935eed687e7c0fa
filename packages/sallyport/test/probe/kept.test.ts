// What becomes of ids, of attempts without end and of messages that are given up: a consumer that is careless with each,
// and ours.
import { expect } from "vitest";
import { expectEvidence, longTest, probed, provenThreats, ruledAs } from "./rulings.ts";
import { isolated, sloppy } from "./subjects.ts";

const ONLY = ["burnt-id", "endless-handling", "lost-dead-letter"];

longTest("[REP-14] [PSN-05] [PSN-06] [PSN-14] a careless consumer's holes are proven", { timeout: 480_000 }, async () => {
  const result = await probed(sloppy(), { only: ONLY });
  expect(result.failure).toBeUndefined();
  expect(provenThreats(result)).toEqual(["PSN-05", "PSN-06", "PSN-14", "REP-14"]);
  expectEvidence(result);
});

longTest("[REP-14] [PSN-05] [PSN-06] [PSN-14] ours withstands", { timeout: 480_000 }, async () => {
  const result = await probed(isolated(), { only: ONLY });
  expect(result.failure).toBeUndefined();
  expect(ruledAs(result, "withstood")).toHaveLength(ONLY.length);
});
