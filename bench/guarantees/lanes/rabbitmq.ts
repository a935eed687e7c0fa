// Its publisher waits for no confirmation, and its consumer has no deduplication. The queue is what it is elsewhere here.
import {
  AbstractAmqpQueueConsumer,
  AbstractAmqpQueuePublisher,
  type AmqpConnectionManager,
  AmqpConsumerErrorResolver,
} from "@message-queue-toolkit/amqp";
import type { ToolkitLane } from "../../brokers/lane.ts";
import type { Order } from "../../event.ts";
import { connectedTo } from "../subjects/toolkit-rabbitmq.ts";
import { counter, handlersOf, type Message, messageOf, messageSchema, reporting, resolving } from "./message.ts";

const creationOf = (queueName: string) => ({
  queueName,
  queueOptions: { durable: true, arguments: { "x-queue-type": "quorum" } },
});

class OrderPublisher extends AbstractAmqpQueuePublisher<Message> {
  constructor(manager: AmqpConnectionManager, queue: string) {
    const dependencies = { ...reporting, amqpConnectionManager: manager };
    super(dependencies, { ...resolving, creationConfig: creationOf(queue), messageSchemas: [messageSchema], isLazyInitEnabled: false });
  }

  /** The broker has read what was written before. */
  async heard(): Promise<void> {
    await this.channel.checkQueue(this.queueName);
  }
}

class OrderConsumer extends AbstractAmqpQueueConsumer<Message, undefined> {
  readonly #acknowledged: () => void;

  constructor(manager: AmqpConnectionManager, queue: string, handle: (order: Order) => void, acknowledged: () => void) {
    const dependencies = { ...reporting, amqpConnectionManager: manager, consumerErrorResolver: new AmqpConsumerErrorResolver() };
    super(dependencies, { ...resolving, creationConfig: creationOf(queue), handlers: handlersOf(handle) }, undefined);
    this.#acknowledged = acknowledged;
  }

  override async createMissingEntities(): Promise<void> {
    await super.createMissingEntities();
    const { channel } = this;
    const ack = channel.ack.bind(channel);
    channel.ack = (message) => {
      ack(message);
      this.#acknowledged();
    };
  }

  async heard(queue: string): Promise<void> {
    await this.channel.checkQueue(queue);
  }
}

export const toolkitOnRabbitMq: ToolkitLane = async (url, destination) => {
  const manager = await connectedTo(url);
  const publisher = new OrderPublisher(manager, destination);
  await publisher.init();
  let consumer: OrderConsumer | undefined;
  return {
    publish: async (order) => publisher.publish(messageOf(order), { publishOptions: { persistent: true } }),
    published: () => publisher.heard(),
    async consume(count, handle) {
      const acknowledgements = counter(count);
      consumer = new OrderConsumer(manager, destination, handle, acknowledgements.one);
      await consumer.start();
      await acknowledgements.all;
      await consumer.heard(destination);
    },
    async close() {
      await consumer?.close();
      const channel = await manager.getConnectionSync()!.createChannel();
      await channel.deleteQueue(destination);
      await channel.close();
      await publisher.close();
      await manager.close();
    },
  };
};
