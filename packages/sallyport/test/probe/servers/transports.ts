// The guard's transports by the broker's name, each with what it needs declared. Clients are loaded when they are used.
import type { Transport } from "@sallyport/guard/ports";
import { clientSettings } from "./sqs-client.ts";

export const GROUP = "workers";

type Open = (url: string, destinations: readonly string[]) => Promise<Transport>;

const redis: Open = async (url) => {
  const [{ Redis }, { RedisStreamsTransport }] = await Promise.all([import("ioredis"), import("@sallyport/guard/adapters/redis-streams")]);
  return new RedisStreamsTransport(new Redis(url), { persists: false });
};

const nats: Open = async (url, destinations) => {
  const [{ connect, headers }, { NatsTransport }] = await Promise.all([
    import("@nats-io/transport-node"),
    import("@sallyport/guard/adapters/nats"),
  ]);
  const transport = new NatsTransport({ connection: await connect({ servers: url, maxReconnectAttempts: -1 }), headers });
  for (const destination of destinations) await transport.declare(destination);
  return transport;
};

const rabbitmq: Open = async (url) => {
  const [{ connect }, { RabbitMqTransport }] = await Promise.all([import("amqplib"), import("@sallyport/guard/adapters/rabbitmq")]);
  const client = await connect(url, { recovery: true });
  client.on("error", () => undefined);
  // No node of a probe is killed before it has written down which queues it has.
  return new RabbitMqTransport(client, { newQueueMs: 0 });
};

const WEEK_MS = 7 * 86_400_000;
/** Of a topic, as Kafka has it by default. */
const MOST_BYTES = 1_048_588;

const kafka: Open = async (brokers, destinations) => {
  const [client, { kafkaNames, KafkaTransport, RETRY_BYTES, topicSettings }] = await Promise.all([
    import("@platformatic/kafka"),
    import("@sallyport/guard/adapters/kafka"),
  ]);
  const connection = { clientId: "notes", bootstrapBrokers: [brokers] };
  const admin = new client.Admin(connection);
  admin.on("error", () => undefined);
  const settingsFor = (maxBytes: number) => {
    const needs = { minInSyncReplicas: 1, vouchesEnqueueTime: false, retentionMs: WEEK_MS, maxBytes, reads: ["producer"] };
    return Object.entries(topicSettings(needs)).map(([name, value]) => ({ name, value }));
  };
  // Server and worker start at once: whoever is second finds them made.
  const make = (topics: string[], maxBytes: number): Promise<unknown> =>
    admin.createTopics({ topics, partitions: 1, replicas: 1, configs: settingsFor(maxBytes) }).catch(() => undefined);
  for (const destination of destinations) {
    const { topic, retries } = kafkaNames("", destination, GROUP);
    await make([topic], MOST_BYTES);
    for (const retry of retries) await make([retry.topic], MOST_BYTES + RETRY_BYTES);
  }
  await admin.close();
  return new KafkaTransport(client, connection, { minInSyncReplicas: 1 });
};

const sqs: Open = async (url, destinations) => {
  const [{ SQS }, { queueNameOf, SqsTransport }] = await Promise.all([
    import("@aws-sdk/client-sqs"),
    import("@sallyport/guard/adapters/sqs"),
  ]);
  const client = new SQS(clientSettings(url));
  for (const destination of destinations) await client.createQueue({ QueueName: queueNameOf("sallyport", destination, GROUP, false) });
  return new SqsTransport(client, { groups: [GROUP], waitMs: 1000 });
};

const OPENERS = new Map([
  ["redis", redis],
  ["nats", nats],
  ["rabbitmq", rabbitmq],
  ["kafka", kafka],
  ["sqs", sqs],
]);

export async function transportFor(broker: string, url: string, destinations: readonly string[]): Promise<Transport> {
  const open = OPENERS.get(broker);
  if (open === undefined) throw new Error(`there is no transport for ${broker}`);
  return open(url, destinations);
}
