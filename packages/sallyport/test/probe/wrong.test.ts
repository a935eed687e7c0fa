// The server in the manner of the article's wrong listings: all four attacks are proven.
import { expect } from "vitest";
import { expectEvidence, longTest, probed, provenThreats, ruledAs, verdictOf } from "./rulings.ts";
import { wrong } from "./subjects.ts";

longTest("all four attacks are proven on a server in the wrong manner", { timeout: 480_000 }, async () => {
  const result = await probed(wrong());
  expect(result.failure).toBeUndefined();
  expect(provenThreats(result)).toEqual(
    expect.arrayContaining(["PUB-01", "PUB-02", "PUB-07", "PUB-08", "PUB-10", "DST-01", "DST-04", "DST-05"]),
  );
  expect(provenThreats(result)).toEqual(expect.arrayContaining(["REP-01", "REP-05", "REP-10", "PSN-01", "PSN-02", "PSN-04", "PSN-07"]));
  expect(ruledAs(result, "inconclusive")).toEqual([]);
  // Nothing that it does not do: there is no time in its messages, and it waits for the broker.
  for (const attack of ["old-time", "future-time"]) expect(verdictOf(result, attack).ruling).toBe("not-applicable");
  for (const attack of ["unconfirmed", "client-headers", "lost-on-failure", "killed-in-handling"])
    expect(verdictOf(result, attack).ruling, attack).toBe("withstood");
  expectEvidence(result);
});
