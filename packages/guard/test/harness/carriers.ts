// Every transport that the harness kills, restarts and rebalances. Another is one file in carriers/ and one line here.
import type { Carrier } from "./carriers/carrier.ts";

export interface Listed {
  readonly name: string;
  /** Its name in scripts/brokers. */
  readonly broker: string;
  /** A process that is killed a hundred times loads the client that it needs, and not the seven others. */
  readonly load: () => Promise<Carrier>;
}

export const CARRIERS: readonly Listed[] = [
  { name: "redis-streams", broker: "redis", load: async () => (await import("./carriers/redis-streams.ts")).redisStreams },
  { name: "kafka", broker: "kafka", load: async () => (await import("./carriers/kafka.ts")).kafkaWith(1) },
  { name: "kafkajs", broker: "kafka", load: async () => (await import("./carriers/kafkajs.ts")).kafkaJsWith(1) },
  { name: "nats", broker: "nats", load: async () => (await import("./carriers/nats.ts")).natsWith(1) },
  { name: "sqs", broker: "sqs", load: async () => (await import("./carriers/sqs.ts")).sqs(false) },
  { name: "sqs-fifo", broker: "sqs", load: async () => (await import("./carriers/sqs.ts")).sqs(true) },
  { name: "rabbitmq-amqplib", broker: "rabbitmq", load: async () => (await import("./carriers/rabbitmq-amqplib.ts")).rabbitMqAmqplib },
  { name: "rabbitmq-client", broker: "rabbitmq", load: async () => (await import("./carriers/rabbitmq-client.ts")).rabbitMqClient },
];

/** Those of several nodes, which a test starts for itself. */
export const REPLICATED: readonly Listed[] = [
  { name: "redis-cluster", broker: "redis", load: async () => (await import("./carriers/redis-cluster.ts")).redisCluster },
  { name: "nats-cluster", broker: "nats", load: async () => (await import("./carriers/nats.ts")).natsWith(3) },
  { name: "rabbitmq-cluster", broker: "rabbitmq", load: async () => (await import("./carriers/rabbitmq-cluster.ts")).rabbitMqCluster },
  { name: "kafka-cluster", broker: "kafka", load: async () => (await import("./carriers/kafka.ts")).kafkaWith(3) },
  { name: "kafkajs-cluster", broker: "kafka", load: async () => (await import("./carriers/kafkajs.ts")).kafkaJsWith(3) },
];

export function listedAs(name: string): Listed {
  const found = [...CARRIERS, ...REPLICATED].find((carrier) => carrier.name === name);
  if (found === undefined) throw new Error(`no carrier "${name}"`);
  return found;
}
