import type { RabbitMqTransportClient } from "../../src/adapters/rabbitmq.ts";

export interface Opened<C = RabbitMqTransportClient> {
  readonly client: C;
  readonly close: () => Promise<void>;
}
