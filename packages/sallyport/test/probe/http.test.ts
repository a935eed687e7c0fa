// Servers over Streamable HTTP, in both eras of the protocol: one that answers every page, and ours.
import { expect, test } from "vitest";
import { expectEvidence, probed, provenThreats, ruledAs, verdictOf } from "./rulings.ts";
import { httpOurs, httpWrong } from "./subjects.ts";

const ONLY = ["foreign-origin", "chosen-destination", "free-payload"];

test.each(["legacy", "modern"])("[OPS-03] a page elsewhere is answered by a wrong server, %s", { timeout: 480_000 }, async (era) => {
  const result = await probed(httpWrong(era), { only: ONLY });
  expect(result.failure).toBeUndefined();
  expect(provenThreats(result)).toEqual(["DST-01", "OPS-03"]);
  const { cases } = verdictOf(result, "foreign-origin");
  expect(cases.map(({ ruling }) => ruling)).toEqual(["proven", "proven"]);
  expectEvidence(result);
});

test.each(["legacy", "modern"])("[OPS-03] a page elsewhere is turned away by ours, %s", { timeout: 480_000 }, async (era) => {
  const result = await probed(httpOurs(era), { only: ONLY });
  expect(result.failure).toBeUndefined();
  expect(ruledAs(result, "withstood")).toHaveLength(ONLY.length);
  expect(verdictOf(result, "foreign-origin").cases.map(({ ruling }) => ruling)).toEqual(["withstood", "withstood"]);
});
