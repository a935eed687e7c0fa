// message-queue-toolkit's own publisher and consumer for SQS, on a client that answers at once. Its polling loop is
// left out, in its favour: the function that it gives to sqs-consumer is called directly with each message.
// It signs nothing, checks no age and no destination, and its deduplication lets messages through when the store fails.
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  type Message,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { type MessageDeduplicationStore, MessageHandlerConfigBuilder } from "@message-queue-toolkit/core";
import { AbstractSqsConsumer, AbstractSqsPublisher } from "@message-queue-toolkit/sqs";
import { z } from "zod";
import { Handled, type Order, orderSchema, ordersOf, TYPE } from "../event.ts";
import type { Subject } from "../measure.ts";
import { logger } from "./silent.ts";

const QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/000000000000/orders";

/** Its messages carry type, id and time beside the payload; nothing covers them but the schema. */
const messageSchema = z.object({
  id: z.string(),
  type: z.literal(TYPE),
  timestamp: z.string(),
  deduplicationId: z.string().optional(),
  payload: orderSchema,
});
type ShopMessage = z.infer<typeof messageSchema>;

const messageOf = (order: Order): ShopMessage => ({
  id: order.orderId,
  type: TYPE,
  timestamp: "2026-01-01T00:00:00.000Z",
  deduplicationId: order.orderId,
  payload: order,
});

class AnsweringClient {
  readonly sent: string[] = [];

  async send(command: unknown): Promise<unknown> {
    if (command instanceof SendMessageCommand) {
      this.sent.push(command.input.MessageBody ?? "");
      return { MessageId: "m" };
    }
    if (command instanceof GetQueueAttributesCommand)
      return { Attributes: { QueueArn: "arn:aws:sqs:eu-central-1:0:orders", VisibilityTimeout: "30" } };
    if (command instanceof SetQueueAttributesCommand || command instanceof ChangeMessageVisibilityCommand) return {};
    throw new Error("the bench's SQS client was asked for something that it does not know");
  }
}

/** The toolkit ships a Redis store; this is the same three operations on a Map. */
class MapDeduplication implements MessageDeduplicationStore {
  readonly #keys = new Set<string>();

  async setIfNotExists(key: string): Promise<boolean> {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    return true;
  }

  async acquireLock(): Promise<{ result: { release(): Promise<void> } }> {
    return { result: { release: () => Promise.resolve() } };
  }

  async keyExists(key: string): Promise<boolean> {
    return this.#keys.has(key);
  }
}

const dependencies = (client: AnsweringClient) => ({
  sqsClient: client as unknown as SQSClient,
  logger: logger as never,
  errorReporter: { report: ({ error }: { error: unknown }) => console.error(error) },
  consumerErrorResolver: { processError: (error: unknown) => error as never },
  transactionObservabilityManager: undefined as never,
});

const common = (deduplicates: boolean) => ({
  locatorConfig: { queueUrl: QUEUE_URL },
  messageTypeResolver: { messageTypePath: "type" },
  ...(deduplicates && { messageDeduplicationConfig: { deduplicationStore: new MapDeduplication() } }),
});

class ShopPublisher extends AbstractSqsPublisher<ShopMessage> {
  constructor(client: AnsweringClient, deduplicates: boolean) {
    super(dependencies(client), { ...common(deduplicates), messageSchemas: [messageSchema], enablePublisherDeduplication: deduplicates });
  }
}

class ShopConsumer extends AbstractSqsConsumer<ShopMessage, Handled> {
  constructor(client: AnsweringClient, handled: Handled, deduplicates: boolean) {
    const handlers = new MessageHandlerConfigBuilder<ShopMessage, Handled>()
      .addConfig(messageSchema, async (message, context) => {
        context.take(message.payload);
        return { result: "success" };
      })
      .build();
    super(dependencies(client), { ...common(deduplicates), handlers, enableConsumerDeduplication: deduplicates }, handled);
  }

  /** What its SQS loop calls for each message. */
  door(): (message: Message) => Promise<unknown> {
    const made = (
      this as unknown as { createConsumer(options: object): { handleMessage(message: Message): Promise<unknown> } }
    ).createConsumer({
      visibilityTimeout: 30,
    });
    return (message) => made.handleMessage(message);
  }
}

const publishSubject = (name: string, does: string, deduplicates: boolean): Subject => ({
  name,
  does,
  async prepare(count) {
    const messages = ordersOf(count).map(messageOf);
    const client = new AnsweringClient();
    const publisher = new ShopPublisher(client, deduplicates);
    await publisher.init();
    return {
      async run() {
        for (const message of messages) await publisher.publish(message);
        if (client.sent.length !== count) throw new Error(`${client.sent.length} messages were sent instead of ${count}`);
      },
    };
  },
});

const consumeSubject = (name: string, does: string, deduplicates: boolean): Subject => ({
  name,
  does,
  async prepare(count) {
    const received = ordersOf(count).map((order): Message => ({ MessageId: order.orderId, Body: JSON.stringify(messageOf(order)) }));
    const handled = new Handled();
    const consumer = new ShopConsumer(new AnsweringClient(), handled, deduplicates);
    await consumer.init();
    const handle = consumer.door();
    return {
      async run() {
        for (const message of received) await handle(message);
        handled.expect(count);
      },
    };
  },
});

export const toolkitPublish: readonly Subject[] = [
  publishSubject("message-queue-toolkit", "schema, timestamps, JSON.stringify, client", false),
  publishSubject("message-queue-toolkit, dedup", "schema, timestamps, id in a set, JSON.stringify, client", true),
];

export const toolkitConsume: readonly Subject[] = [
  consumeSubject("message-queue-toolkit", "JSON.parse, schema, type, handler", false),
  consumeSubject("message-queue-toolkit, dedup", "JSON.parse, schema, type, id in a set, lock, handler", true),
];
