// Servers on NATS, each beside one that the probe starts: subjects left to the model, and the guard on JetStream.
import { expect, test } from "vitest";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { expectEvidence, MANY, probed, provenThreats, ruledAs, verdictOf } from "./rulings.ts";
import { natsOurs, natsWrong } from "./subjects-on-brokers.ts";

describeBroker("nats", "the probe beside a NATS server of its own", () => {
  test("what a server leaves to the model is proven, and that it says so before the broker knows", { timeout: 480_000 }, async () => {
    const result = await probed(natsWrong());
    expect(result.failure).toBeUndefined();
    expect(result.consumed).toEqual(["orders.new"]);
    expect(provenThreats(result)).toEqual(
      expect.arrayContaining([
        "DST-01",
        "PUB-07",
        "PUB-08",
        "PUB-10",
        "PUB-11",
        "REP-01",
        "REP-02",
        "REP-03",
        "REP-04",
        "REP-05",
        "PSN-04",
      ]),
    );
    expect(verdictOf(result, "free-payload").ruling).toBe("withstood");
    // What it cannot parse ends its subscription, and NATS owes it nothing then: that is no defence.
    expect(ruledAs(result, "inconclusive")).toEqual([
      "always-failing: nothing is owed, and an honest message behind it was not dealt with",
    ]);
    expectEvidence(result);
  });

  test("nothing is proven on the guard, and every attack that applies is withstood", { timeout: 480_000 }, async () => {
    const result = await probed(natsOurs(), MANY);
    expect(result.failure).toBeUndefined();
    expect(ruledAs(result, "proven")).toEqual([]);
    expect(ruledAs(result, "inconclusive")).toEqual([]);
    expect(ruledAs(result, "withstood").length).toBeGreaterThan(7);
  });
});
