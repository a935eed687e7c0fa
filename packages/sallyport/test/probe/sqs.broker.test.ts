// Servers on SQS, each beside an ElasticMQ that the probe starts: queues and attributes left to the model, and the guard.
import { expect } from "vitest";
import { ELASTICMQ_JARS } from "../../../../scripts/brokers/sqs.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { expectEvidence, FOUR, probed, provenThreats, ruledAs, slowTest, verdictOf } from "./rulings.ts";
import { sqsOurs, sqsWrong } from "./subjects-on-brokers.ts";

process.env["ELASTICMQ_JAR"] ??= ELASTICMQ_JARS;
/** Each copy of a target has a broker of its own. */
const LANES = 3;

describeBroker("sqs", "the probe beside an ElasticMQ of its own", () => {
  slowTest("all four attacks are proven on a server that leaves everything to the model", { timeout: 600_000 }, async () => {
    const result = await probed(sqsWrong(), { only: FOUR, lanes: LANES });
    expect(result.failure).toBeUndefined();
    expect(result.consumed).toEqual(["invoices", "orders"]);
    expect(provenThreats(result)).toEqual(
      expect.arrayContaining(["PUB-02", "PUB-05", "DST-01", "DST-04", "DST-05", "REP-01", "REP-05", "PSN-01", "PSN-04"]),
    );
    expect(ruledAs(result, "inconclusive")).toEqual([]);
    for (const attack of ["client-key", "unconfirmed"]) expect(verdictOf(result, attack).ruling, attack).toBe("withstood");
    expectEvidence(result);
  });

  slowTest("nothing is proven on the guard, and every attack that applies is withstood", { timeout: 600_000 }, async () => {
    const result = await probed(sqsOurs(), { lanes: LANES });
    expect(result.failure).toBeUndefined();
    expect(ruledAs(result, "proven")).toEqual([]);
    expect(ruledAs(result, "inconclusive")).toEqual([]);
    expect(ruledAs(result, "withstood").length).toBeGreaterThan(20);
  });
});
