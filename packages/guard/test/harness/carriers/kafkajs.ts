import { Kafka, logLevel } from "kafkajs";
import { KafkaJsTransport } from "../../../src/adapters/kafkajs.ts";
import type { Carrier } from "./carrier.ts";
import { brokersOf, declareWith, onKafka } from "./on-kafka.ts";

export const kafkaJsWith = (replicas: number): Carrier => ({
  declare: declareWith(replicas),
  async open(url) {
    const client = new Kafka({ brokers: brokersOf(url), logLevel: logLevel.NOTHING, requestTimeout: 5000 });
    return { transport: new KafkaJsTransport(client, onKafka(replicas)), close: async () => undefined };
  },
});
