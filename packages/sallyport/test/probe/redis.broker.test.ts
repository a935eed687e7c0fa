// Servers on Redis, each beside one that the probe starts: Pub/Sub, lists and streams left to the model, and the guard.
import { expect, test } from "vitest";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { expectEvidence, MANY, probed, provenThreats, ruledAs, slowTest, verdictOf } from "./rulings.ts";
import { redisOurs, redisWrong } from "./subjects-on-brokers.ts";

describeBroker("redis", "the probe beside a Redis server of its own", () => {
  slowTest("what a server leaves to the model is proven, on channels, lists and streams", { timeout: 480_000 }, async () => {
    const result = await probed(redisWrong());
    expect(result.failure).toBeUndefined();
    expect(provenThreats(result)).toEqual(
      expect.arrayContaining(["PUB-02", "PUB-05", "PUB-07", "PUB-08", "PUB-10", "DST-01", "DST-02", "DST-09", "PSN-13"]),
    );
    expect(provenThreats(result)).toEqual(expect.arrayContaining(["REP-01", "REP-05", "REP-10", "PSN-01", "PSN-04"]));
    const places = verdictOf(result, "chosen-destination").cases.filter(({ ruling }) => ruling === "proven");
    expect(new Set(places.map(({ at }) => at))).toEqual(new Set(["publish", "enqueue"]));
    expectEvidence(result);
  });

  test("nothing is proven on the guard, and every attack that applies is withstood", { timeout: 480_000 }, async () => {
    const result = await probed(redisOurs(), MANY);
    expect(result.failure).toBeUndefined();
    expect(ruledAs(result, "proven")).toEqual([]);
    expect(ruledAs(result, "inconclusive")).toEqual([]);
    expect(ruledAs(result, "withstood").length).toBeGreaterThan(7);
  });
});
