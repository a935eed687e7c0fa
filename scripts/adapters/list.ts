// Every adapter of the guard: what it says of itself, without a broker, and where the laws are run on a real one. Another
// is an entry here; test/house/adapters.test.ts knows all files that have one.
import type { Browser, Capabilities, Transport } from "../../packages/guard/src/ports/index.ts";
import { MemoryTransport } from "../../packages/guard/src/adapters/memory.ts";
import { SqliteTransport } from "../../packages/guard/src/adapters/sqlite.ts";
import { RedisStreamsTransport } from "../../packages/guard/src/adapters/redis-streams.ts";
import { RedisPubSubTransport } from "../../packages/guard/src/adapters/redis-pubsub.ts";
import { KafkaTransport } from "../../packages/guard/src/adapters/kafka.ts";
import { KafkaJsTransport } from "../../packages/guard/src/adapters/kafkajs.ts";
import { NatsTransport } from "../../packages/guard/src/adapters/nats.ts";
import { RabbitMqTransport } from "../../packages/guard/src/adapters/rabbitmq.ts";
import { SqsTransport } from "../../packages/guard/src/adapters/sqs.ts";

export type Carrier = Transport & Partial<Browser>;

/** What the user may say of a broker, and the adapter then takes his word or looks whether it is so. */
export type Said = Partial<Pick<Capabilities, "vouchesEnqueueTime">>;

export interface Adapter {
  /** Of the broker, and of its client where there are two adapters. */
  readonly name: string;
  /** In packages/guard/src/adapters. */
  readonly file: string;
  /** Over a client that is never asked anything. */
  readonly make: (said: Said) => Carrier;
  /** The test file, and the suite in it for each client that is held to the laws. */
  readonly test: string;
  readonly suites: readonly string[];
}

const nothing = (): undefined => undefined;
/** Has whatever a constructor looks for, and fits each: nothing is asked of it. */
const client: any = new Proxy({}, { get: () => nothing, has: () => true });

export const ADAPTERS: readonly Adapter[] = [
  {
    name: "memory",
    file: "memory.ts",
    make: () => new MemoryTransport(),
    test: "transports.test.ts",
    suites: ["the transport in memory"],
  },
  {
    name: "SQLite",
    file: "sqlite.ts",
    make: () => new SqliteTransport(client),
    test: "transports.test.ts",
    suites: ["the transport in SQLite"],
  },
  {
    name: "Redis Streams",
    file: "redis-streams.ts",
    make: (said) => new RedisStreamsTransport(client, said),
    test: "redis-streams.broker.test.ts",
    suites: ["through ioredis", "through node-redis", "through a cluster's client of ioredis"],
  },
  {
    name: "Redis Pub/Sub",
    file: "redis-pubsub.ts",
    make: () => new RedisPubSubTransport(client),
    test: "redis-pubsub.broker.test.ts",
    suites: ["through ioredis", "through node-redis"],
  },
  {
    name: "Kafka (@platformatic/kafka)",
    file: "kafka.ts",
    make: (said) => new KafkaTransport(client, client, said),
    test: "kafka.broker.test.ts",
    suites: ["through @platformatic/kafka"],
  },
  {
    name: "Kafka (kafkajs)",
    file: "kafkajs.ts",
    make: (said) => new KafkaJsTransport(client, said),
    test: "kafka.broker.test.ts",
    suites: ["through kafkajs"],
  },
  {
    name: "NATS JetStream",
    file: "nats.ts",
    make: (said) => new NatsTransport({ connection: client, headers: client.headers }, said),
    test: "nats.broker.test.ts",
    suites: ["NATS JetStream"],
  },
  {
    name: "RabbitMQ",
    file: "rabbitmq.ts",
    make: () => new RabbitMqTransport(client),
    test: "rabbitmq.broker.test.ts",
    suites: ["through amqplib", "through rabbitmq-client"],
  },
  {
    name: "SQS, standard",
    file: "sqs.ts",
    make: () => new SqsTransport(client, { groups: ["g"] }),
    test: "sqs.broker.test.ts",
    suites: ["over standard queues"],
  },
  {
    name: "SQS, FIFO",
    file: "sqs.ts",
    make: () => new SqsTransport(client, { groups: ["g"], fifo: true }),
    test: "sqs.broker.test.ts",
    suites: ["over FIFO queues"],
  },
];
