// Where a destination has to be there to be published to, the probe makes those that it is about to name: that nobody had
// made one is no defence.
import { expect, test } from "vitest";
import { KAFKA_JARS } from "../../../../scripts/brokers/kafka.ts";
import { ELASTICMQ_JARS } from "../../../../scripts/brokers/sqs.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { expectEvidence, probed, verdictOf } from "./rulings.ts";
import { existing } from "./subjects-on-brokers.ts";

process.env["KAFKA_HOME"] ??= KAFKA_JARS;
process.env["ELASTICMQ_JAR"] ??= ELASTICMQ_JARS;

const SHOWS_ALL = new Set(["rabbitmq", "nats"]);

for (const kind of ["kafka", "rabbitmq", "sqs", "nats"])
  describeBroker(kind, `the probe beside ${kind}, on which nothing makes itself`, () => {
    test("[DST-01] [DST-03] what is published to whatever is there is proven, and a list is withstood", { timeout: 480_000 }, async () => {
      const result = await probed(existing(kind), { only: ["chosen-destination"] });
      expect(result.failure).toBeUndefined();
      const { cases } = verdictOf(result, "chosen-destination");
      const rulingOf = (name: string) => cases.find((one) => one.name === name)?.ruling;
      expect(cases.find(({ name }) => name === "produce: topic")).toMatchObject({ ruling: "proven", threats: ["DST-01"] });
      expect(cases.find(({ name }) => name === "note: tenant")).toMatchObject({ ruling: "proven", threats: ["DST-03", "DST-08"] });
      expect(rulingOf("say: room")).toBe("proven");
      // Which destination it asks for is not said: that there is none is no defence. Some show what nobody takes.
      expect(rulingOf("whisper: room")).toBe(SHOWS_ALL.has(kind) ? "proven" : "inconclusive");
      expect(rulingOf("closed: topic")).toBe("withstood");
      if (kind === "rabbitmq") expect(rulingOf("exchanged: exchange")).toBe("proven");
      // A made-up place is made before it is said that no honest call gets through: this one publishes nothing of the caller's.
      expect(cases.filter(({ at }) => at === "greet")).toEqual([]);
      expectEvidence(result);
      const { reproduce } = cases.find(({ name }) => name === "produce: topic")!;
      expect(reproduce.join("\n")).toMatch(/--create --topic|create-queue|-X PUT|stream add/);
    });
  });
