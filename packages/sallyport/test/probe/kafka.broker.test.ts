// Servers on Kafka, each beside a broker that the probe starts: topics, keys and headers left to the model, and the guard.
import { expect } from "vitest";
import { KAFKA_JARS } from "../../../../scripts/brokers/kafka.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { expectEvidence, FOUR, probed, provenThreats, ruledAs, slowTest } from "./rulings.ts";
import { kafkaOurs, kafkaWrong } from "./subjects-on-brokers.ts";

process.env["KAFKA_HOME"] ??= KAFKA_JARS;
/** Each copy of a target has a broker of its own. */
const LANES = 3;

describeBroker("kafka", "the probe beside a Kafka broker of its own", () => {
  slowTest("all four attacks are proven on a server that leaves everything to the model", { timeout: 600_000 }, async () => {
    const result = await probed(kafkaWrong(), { only: FOUR, lanes: LANES });
    expect(result.failure).toBeUndefined();
    expect(result.consumed).toEqual(["invoices", "orders"]);
    expect(provenThreats(result)).toEqual(
      expect.arrayContaining([
        "PUB-02",
        "PUB-05",
        "PUB-06",
        "PUB-11",
        "DST-01",
        "DST-04",
        "DST-05",
        "REP-01",
        "REP-05",
        "PSN-01",
        "PSN-04",
      ]),
    );
    expect(ruledAs(result, "inconclusive")).toEqual([]);
    expectEvidence(result);
  });

  slowTest("nothing is proven on the guard, and every attack that applies is withstood", { timeout: 600_000 }, async () => {
    const result = await probed(kafkaOurs(), { lanes: LANES });
    expect(result.failure).toBeUndefined();
    expect(ruledAs(result, "proven")).toEqual([]);
    expect(ruledAs(result, "inconclusive")).toEqual([]);
    expect(ruledAs(result, "withstood").length).toBeGreaterThan(20);
  });
});
