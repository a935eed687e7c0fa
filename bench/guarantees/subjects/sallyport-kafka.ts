import * as kafka from "@platformatic/kafka";
import { KafkaTransport, kafkaNames, RETRY_BYTES } from "@sallyport/guard/adapters/kafka";
import { LEASE_S } from "../task.ts";
import { connectionTo, createTopics, PARTITIONS } from "./kafka-topics.ts";
import { type Carrier, GROUP } from "./sallyport.ts";

const OPTIONS = { sessionMs: (LEASE_S + 1) * 1000, minInSyncReplicas: 1 };

export const onKafka: Carrier = {
  broker: "kafka",
  settings: [`${PARTITIONS} partitions`, ...Object.entries(OPTIONS).map(([name, value]) => `${name} ${value}`)],
  async declare({ url, world }) {
    const { topic, retries } = kafkaNames("", world, GROUP);
    await createTopics(url, [{ name: topic }, ...retries.map((retry) => ({ name: retry.topic, maxBytes: 1_048_588 + RETRY_BYTES }))]);
  },
  async open({ url }) {
    return { transport: new KafkaTransport(kafka, connectionTo(url), OPTIONS), close: async () => undefined };
  },
};
