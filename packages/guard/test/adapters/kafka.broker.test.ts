import * as kafka from "@platformatic/kafka";
import { afterAll, beforeAll, test } from "vitest";
import { KafkaTransport } from "../../src/adapters/kafka.ts";
import { transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { brokersOf, createTopics, freshPrefix } from "./kafka-topics.ts";

describeBroker("kafka", "Kafka", (url) => {
  let admin: kafka.Admin;
  beforeAll(() => {
    admin = new kafka.Admin({ clientId: "tests", bootstrapBrokers: brokersOf(url) });
  });
  afterAll(() => admin.close());

  const connection = { bootstrapBrokers: brokersOf(url), clientId: "tests" };
  const fresh = async (): Promise<KafkaTransport> => {
    const prefix = freshPrefix();
    await createTopics(admin, prefix, { groups: ["g", "one", "two"] });
    return new KafkaTransport(kafka, connection, { prefix, minInSyncReplicas: 1, vouchesEnqueueTime: true, sessionMs: 6000 });
  };
  for (const law of transportLaws(fresh)) test(law.name, law.run);
});
