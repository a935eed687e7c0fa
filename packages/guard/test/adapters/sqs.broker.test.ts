import { describe, test } from "vitest";
import { transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { openOn } from "./sqs-box.ts";
import { clientAt } from "./sqs-queues.ts";

describeBroker("sqs", "SQS", (url) => {
  const client = clientAt(url);

  describe.each([
    ["standard queues", false],
    ["FIFO queues", true],
  ] as const)("over %s", (_name, fifo) => {
    const lawsFor = (groups: readonly string[]) => transportLaws(async () => (await openOn(client, { fifo, groups })).transport);
    const ofTwoGroups = lawsFor(["one", "two"]);
    for (const [index, alone] of lawsFor(["g"]).entries()) {
      const law = alone.name.includes("per group") ? ofTwoGroups[index]! : alone;
      // One of them sends 5,000 messages of one key, ten at a time.
      test(law.name, { timeout: 300_000 }, law.run);
    }
  });
});
