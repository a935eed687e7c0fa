import { Kafka, logLevel } from "kafkajs";
import { KafkaJsTransport } from "../../../src/adapters/kafkajs.ts";

import type { Carrier } from "./carrier.ts";
import { brokersOf, declare, ON_KAFKA } from "./on-kafka.ts";

export const kafkaJs: Carrier = {
  declare,
  async open(url) {
    const client = new Kafka({ brokers: brokersOf(url), logLevel: logLevel.NOTHING });
    return { transport: new KafkaJsTransport(client, ON_KAFKA), close: async () => undefined };
  },
};
