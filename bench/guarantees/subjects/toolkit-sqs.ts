// message-queue-toolkit on SQS: deduplication in Redis, locks, retries and a dead-letter queue, all switched on.
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { RedisMessageDeduplicationStore } from "@message-queue-toolkit/redis-message-deduplication-store";
import { AbstractSqsConsumer, AbstractSqsPublisher, SqsConsumerErrorResolver } from "@message-queue-toolkit/sqs";
import { Redis } from "ioredis";
import type { Subject, Work, Write } from "../subject.ts";
import { DEADLINE_MS, LEASE_S, MOST_ATTEMPTS } from "../task.ts";
import { changed, handlersOf, type Message, messageOf, messageSchema, NAME, reporting, resolving } from "./toolkit.ts";
import { clientAt, deadOf, readAll, urlOf } from "./sqs-queues.ts";

const CONCURRENT = 4;
const MAX_RETRY_S = 60;

const creationOf = (world: string) => ({ queue: { QueueName: world, Attributes: { VisibilityTimeout: String(LEASE_S) } } });

const deduplicating = (redis: Redis) => ({
  messageDeduplicationConfig: { deduplicationStore: new RedisMessageDeduplicationStore({ redis }) },
});

class TaskPublisher extends AbstractSqsPublisher<Message> {
  constructor(client: SQSClient, redis: Redis, world: string) {
    const dependencies = { ...reporting, sqsClient: client };
    const options = { ...resolving, ...deduplicating(redis), enablePublisherDeduplication: true, messageSchemas: [messageSchema] };
    super(dependencies, { ...options, creationConfig: creationOf(world) });
  }
}

class TaskConsumer extends AbstractSqsConsumer<Message, undefined> {
  constructor(client: SQSClient, redis: Redis, world: string, work: Work, own: Write) {
    const dependencies = { ...reporting, sqsClient: client, consumerErrorResolver: new SqsConsumerErrorResolver() };
    const options = {
      ...resolving,
      ...deduplicating(redis),
      enableConsumerDeduplication: true,
      creationConfig: creationOf(world),
      deadLetterQueue: {
        redrivePolicy: { maxReceiveCount: MOST_ATTEMPTS },
        creationConfig: { queue: { QueueName: deadOf(world) } },
      },
      maxRetryDuration: MAX_RETRY_S,
      concurrentConsumersAmount: CONCURRENT,
      consumerOverrides: { heartbeatInterval: 3, handleMessageTimeout: DEADLINE_MS, waitTimeSeconds: 1 },
      handlers: handlersOf(work, own),
    };
    super(dependencies, options, undefined);
  }
}

export const toolkitOnSqs: Subject = {
  name: NAME,
  broker: "sqs",
  settings: [
    "deduplication of publisher and consumer in Redis, by an id of its own for each message",
    `lockTimeoutSeconds ${LEASE_S}, acquireTimeoutSeconds 2, refreshIntervalSeconds 3`,
    `deadLetterQueue with maxReceiveCount ${MOST_ATTEMPTS}`,
    `VisibilityTimeout ${LEASE_S}`,
    `maxRetryDuration ${MAX_RETRY_S}`,
    `concurrentConsumersAmount ${CONCURRENT}`,
    `heartbeatInterval 3, handleMessageTimeout ${DEADLINE_MS}`,
  ],
  async declare({ url, world }) {
    // It would make them itself, but for ElasticMQ's answer that there is none, which it does not know.
    const client = clientAt(url);
    await client.send(new CreateQueueCommand({ QueueName: deadOf(world) }));
    await client.send(new CreateQueueCommand({ QueueName: world, Attributes: creationOf(world).queue.Attributes }));
    client.destroy();
  },
  async publish(place, tasks) {
    const client = clientAt(place.url);
    const sent: Buffer[] = [];
    watched(client, (command) => void (command instanceof SendMessageCommand && sent.push(Buffer.from(command.input.MessageBody ?? ""))));
    const redis = new Redis(place.redis);
    const publisher = new TaskPublisher(client, redis, place.world);
    await publisher.init();
    for (const task of tasks) await publisher.publish(messageOf(task, place));
    await publisher.close();
    redis.disconnect();
    client.destroy();
    return sent;
  },
  async put({ url, world }, bytes) {
    const client = clientAt(url);
    await client.send(new SendMessageCommand({ QueueUrl: await urlOf(client, world), MessageBody: bytes.toString() }));
    client.destroy();
  },
  changed,
  async work(place, work, own) {
    const client = clientAt(place.url);
    watched(client, (command) => {
      if (command instanceof DeleteMessageCommand || command instanceof DeleteMessageBatchCommand) work.beforeAcknowledge();
    });
    const redis = new Redis(place.redis);
    const consumer = new TaskConsumer(client, redis, place.world, work, own);
    await consumer.start();
    return {
      async close() {
        await consumer.close();
        redis.disconnect();
        client.destroy();
      },
    };
  },
  async dead({ url, world }) {
    const client = clientAt(url);
    const found = await readAll(client, deadOf(world));
    client.destroy();
    return found;
  },
};

/** Shows every command to `see` before it is sent. */
function watched(client: SQSClient, see: (command: unknown) => void): void {
  const send = client.send.bind(client) as (...args: readonly unknown[]) => unknown;
  client.send = ((...args: readonly unknown[]) => {
    see(args[0]);
    return send(...args);
  }) as typeof client.send;
}
