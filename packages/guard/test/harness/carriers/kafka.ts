import * as client from "@platformatic/kafka";
import { KafkaTransport } from "../../../src/adapters/kafka.ts";

import type { Carrier } from "./carrier.ts";
import { brokersOf, declare, ON_KAFKA } from "./on-kafka.ts";

export const kafka: Carrier = {
  declare,
  async open(url) {
    return { transport: new KafkaTransport(client, { bootstrapBrokers: brokersOf(url) }, ON_KAFKA), close: async () => undefined };
  },
};
