import * as client from "@platformatic/kafka";
import { KafkaTransport } from "../../../src/adapters/kafka.ts";
import type { Carrier } from "./carrier.ts";
import { brokersOf, declareWith, onKafka } from "./on-kafka.ts";

export const kafkaWith = (replicas: number): Carrier => ({
  declare: declareWith(replicas),
  async open(url) {
    const transport = new KafkaTransport(client, { bootstrapBrokers: brokersOf(url) }, onKafka(replicas));
    return { transport, close: async () => undefined };
  },
});
