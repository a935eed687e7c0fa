import { Admin } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, test } from "vitest";
import { transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { CLIENTS } from "./kafka-clients.ts";
import { brokersOf, createTopics, freshPrefix } from "./kafka-topics.ts";

describeBroker("kafka", "Kafka", (url) => {
  let admin: Admin;
  beforeAll(() => {
    admin = new Admin({ clientId: "tests", bootstrapBrokers: brokersOf(url) });
  });
  afterAll(() => admin.close());

  describe.each(CLIENTS)("through %s", (_name, over) => {
    const fresh = (partitions: number) => async () => {
      const prefix = freshPrefix();
      await createTopics(admin, prefix, { groups: ["g", "one", "two"], partitions });
      return over(url, { prefix, minInSyncReplicas: 1, vouchesEnqueueTime: true, sessionMs: 6000 });
    };
    // Members that share need one each; between two there is no order, and the other laws are of one message after another.
    const shared = transportLaws(fresh(2));
    for (const [index, law] of transportLaws(fresh(1)).entries())
      test(law.name, law.name.startsWith("members of a group share") ? shared[index]!.run : law.run);
  });
});
