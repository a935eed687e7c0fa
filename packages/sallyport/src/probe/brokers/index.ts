// Every broker that the probe can start and tap. Another is a file here, a tap, and a line.
import type { StartBroker } from "./broker.ts";
import { startEmbedded } from "./embedded.ts";
import { startKafka } from "./kafka.ts";
import { startNats } from "./nats.ts";
import { startNone } from "./none.ts";
import { startRabbitMq } from "./rabbitmq.ts";
import { startRedis } from "./redis.ts";
import { startSqs } from "./sqs.ts";

export const BROKERS = {
  embedded: startEmbedded,
  redis: startRedis,
  nats: startNats,
  rabbitmq: startRabbitMq,
  kafka: startKafka,
  sqs: startSqs,
  none: startNone,
} as const satisfies Record<string, StartBroker>;

export type BrokerKind = keyof typeof BROKERS;
export const BROKER_KINDS = Object.keys(BROKERS) as readonly BrokerKind[];
