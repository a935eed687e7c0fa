import * as platformatic from "@platformatic/kafka";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, test } from "vitest";
import { KafkaTransport } from "../../src/adapters/kafka.ts";
import { KafkaJsTransport } from "../../src/adapters/kafkajs.ts";
import type { KafkaOptions } from "../../src/kafka/carrier.ts";
import { transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { brokersOf, createTopics, freshPrefix } from "./kafka-topics.ts";

describeBroker("kafka", "Kafka", (url) => {
  let admin: platformatic.Admin;
  beforeAll(() => {
    admin = new platformatic.Admin({ clientId: "tests", bootstrapBrokers: brokersOf(url) });
  });
  afterAll(() => admin.close());

  describe.each([
    ["@platformatic/kafka", (options: KafkaOptions) => new KafkaTransport(platformatic, { bootstrapBrokers: brokersOf(url) }, options)],
    [
      "kafkajs",
      (options: KafkaOptions) => new KafkaJsTransport(new Kafka({ brokers: brokersOf(url), logLevel: logLevel.NOTHING }), options),
    ],
  ] as const)("through %s", (_name, over) => {
    const fresh = async () => {
      const prefix = freshPrefix();
      await createTopics(admin, prefix, { groups: ["g", "one", "two"] });
      return over({ prefix, minInSyncReplicas: 1, vouchesEnqueueTime: true, sessionMs: 6000 });
    };
    for (const law of transportLaws(fresh)) test(law.name, law.run);
  });
});
