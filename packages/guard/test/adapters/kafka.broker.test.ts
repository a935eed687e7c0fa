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
    const fresh = async () => {
      const prefix = freshPrefix();
      await createTopics(admin, prefix, { groups: ["g", "one", "two"] });
      return over(url, { prefix, minInSyncReplicas: 1, vouchesEnqueueTime: true, sessionMs: 6000 });
    };
    for (const law of transportLaws(fresh)) test(law.name, law.run);
  });
});
