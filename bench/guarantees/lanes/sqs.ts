// Deduplication of publisher and consumer in Redis is on, as the guard has its claims there.
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { RedisMessageDeduplicationStore } from "@message-queue-toolkit/redis-message-deduplication-store";
import { AbstractSqsConsumer, AbstractSqsPublisher, SqsConsumerErrorResolver } from "@message-queue-toolkit/sqs";
import { CONCURRENCY, type ToolkitLane } from "../../brokers/lane.ts";
import type { Order } from "../../event.ts";
import { clientAt } from "../subjects/sqs-queues.ts";
import { counter, handlersOf, type Message, messageOf, messageSchema, reporting, resolving } from "./message.ts";

/** What SQS gives at most in one request; so many are out at once as for the others. */
const MOST = 10;

type Store = Parameters<ToolkitLane>[2];

const creationOf = (QueueName: string) => ({ queue: { QueueName } });

/** Its types ask for an older release of the client, of which it uses what has not changed. */
const deduplicating = (redis: Store) => ({
  messageDeduplicationConfig: { deduplicationStore: new RedisMessageDeduplicationStore({ redis: redis as never }) },
});

class OrderPublisher extends AbstractSqsPublisher<Message> {
  constructor(client: SQSClient, redis: Store, queue: string) {
    const options = { ...resolving, ...deduplicating(redis), enablePublisherDeduplication: true, messageSchemas: [messageSchema] };
    super({ ...reporting, sqsClient: client }, { ...options, creationConfig: creationOf(queue) });
  }
}

class OrderConsumer extends AbstractSqsConsumer<Message, undefined> {
  constructor(client: SQSClient, redis: Store, queue: string, handle: (order: Order) => void) {
    const dependencies = { ...reporting, sqsClient: client, consumerErrorResolver: new SqsConsumerErrorResolver() };
    const options = {
      ...resolving,
      ...deduplicating(redis),
      enableConsumerDeduplication: true,
      creationConfig: creationOf(queue),
      concurrentConsumersAmount: Math.floor(CONCURRENCY / MOST),
      consumerOverrides: { batchSize: MOST, waitTimeSeconds: 1 },
      handlers: handlersOf(handle),
    };
    super(dependencies, options, undefined);
  }
}

export const toolkitOnSqs: ToolkitLane = async (url, destination, redis) => {
  const client = clientAt(url);
  // It would make it itself, but for ElasticMQ's answer that there is none, which it does not know.
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: destination }));
  const publisher = new OrderPublisher(client, redis, destination);
  await publisher.init();
  let consumer: OrderConsumer | undefined;
  return {
    publish: (order) => publisher.publish(messageOf(order)),
    published: async () => undefined,
    async consume(count, handle) {
      const acknowledgements = counter(count);
      whenDeleted(client, acknowledgements.one);
      consumer = new OrderConsumer(client, redis, destination, handle);
      await consumer.start();
      await acknowledgements.all;
    },
    async close() {
      await consumer?.close();
      await publisher.close();
      await client.send(new DeleteQueueCommand({ QueueUrl }));
      client.destroy();
    },
  };
};

/** Told once for each message that SQS has said is deleted. */
function whenDeleted(client: SQSClient, one: () => void): void {
  const send = client.send.bind(client) as (...args: readonly unknown[]) => Promise<unknown>;
  client.send = (async (...args: readonly unknown[]) => {
    const answer = await send(...args);
    const [command] = args;
    if (command instanceof DeleteMessageCommand) one();
    if (command instanceof DeleteMessageBatchCommand) for (const _ of command.input.Entries ?? []) one();
    return answer;
  }) as typeof client.send;
}
