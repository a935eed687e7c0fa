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
    // ElasticMQ takes longer for each message of a key the more of it there are, and holds up everybody meanwhile.
    const lawsFor = (groups: readonly string[]) =>
      transportLaws(async () => (await openOn(client, { fifo, groups })).transport, undefined, { backlog: 1500 });
    const ofTwoGroups = lawsFor(["one", "two"]);
    for (const [index, alone] of lawsFor(["g"]).entries()) {
      const law = alone.name.includes("per group") ? ofTwoGroups[index]! : alone;
      test(law.name, law.run);
    }
  });
});
