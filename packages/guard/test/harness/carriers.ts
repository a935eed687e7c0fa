// Every transport that the harness kills, restarts and rebalances. Another is one entry here.
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import * as platformatic from "@platformatic/kafka";
import { Redis as IoRedis } from "ioredis";
import { Kafka, logLevel } from "kafkajs";
import { KafkaTransport } from "../../src/adapters/kafka.ts";
import { KafkaJsTransport } from "../../src/adapters/kafkajs.ts";
import { NatsTransport } from "../../src/adapters/nats.ts";
import { RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import { SqsTransport } from "../../src/adapters/sqs.ts";
import type { Transport } from "../../src/ports/transport.ts";
import { brokersOf, createTopics, withAdmin } from "../adapters/kafka-topics.ts";
import { clientAt, makeQueues } from "../adapters/sqs-box.ts";
import { GROUP } from "./counted.ts";

export interface Opened {
  readonly transport: Transport;
  /** The client's end, after the transport's. */
  readonly close: () => Promise<unknown>;
}

export interface Carrier {
  readonly name: string;
  /** Its name in scripts/brokers. */
  readonly broker: string;
  /** Set so that what a dead member had comes again as soon as the broker can be asked for. */
  open(url: string): Promise<Opened>;
  /** What the broker must have been told before the first message, once for each destination. */
  declare?(url: string, destination: string, group: string): Promise<void>;
}

const ON_KAFKA = { minInSyncReplicas: 1, sessionMs: 1000 } as const;

const kafka = {
  broker: "kafka",
  declare: (url: string, destination: string, group: string): Promise<void> =>
    withAdmin(url, (admin) => createTopics(admin, "", { destinations: [destination], groups: [group], partitions: 3 })),
} as const;

const toNats = (url: string): Promise<NatsConnection> => connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
const onNats = (connection: NatsConnection): NatsTransport =>
  new NatsTransport({ connection, headers }, { reclaimAfterMs: 1000, answerWithinMs: 1000 });

const sqs = (fifo: boolean): Carrier => ({
  name: fifo ? "sqs-fifo" : "sqs",
  broker: "sqs",
  async open(url) {
    const client = clientAt(url);
    const transport = new SqsTransport(client, { groups: [GROUP], fifo, visibilityMs: 1000, waitMs: 1000, answerWithinMs: 1000 });
    return { transport, close: async () => client.destroy() };
  },
  async declare(url, destination, group) {
    const client = clientAt(url);
    await makeQueues(client, { prefix: "sallyport", fifo, destination, groups: [group] });
    client.destroy();
  },
});

export const CARRIERS: readonly Carrier[] = [
  {
    name: "redis-streams",
    broker: "redis",
    async open(url) {
      const client = new IoRedis(url);
      client.on("error", () => undefined);
      return { transport: new RedisStreamsTransport(client, { reclaimAfterMs: 300 }), close: async () => client.disconnect() };
    },
  },
  {
    ...kafka,
    name: "kafka",
    async open(url) {
      return { transport: new KafkaTransport(platformatic, { bootstrapBrokers: brokersOf(url) }, ON_KAFKA), close: async () => undefined };
    },
  },
  {
    ...kafka,
    name: "kafkajs",
    async open(url) {
      const client = new Kafka({ brokers: brokersOf(url), logLevel: logLevel.NOTHING });
      return { transport: new KafkaJsTransport(client, ON_KAFKA), close: async () => undefined };
    },
  },
  {
    name: "nats",
    broker: "nats",
    async open(url) {
      const connection = await toNats(url);
      return { transport: onNats(connection), close: () => connection.close() };
    },
    async declare(url, destination, group) {
      const connection = await toNats(url);
      await onNats(connection).declare(destination, [{ name: group, ordering: "key" }]);
      await connection.close();
    },
  },
  sqs(false),
  sqs(true),
];

export function carrierOf(name: string): Carrier {
  const found = CARRIERS.find((carrier) => carrier.name === name);
  if (found === undefined) throw new Error(`no carrier "${name}"`);
  return found;
}
