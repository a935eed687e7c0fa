// message-queue-toolkit on RabbitMQ. Its consumer has no deduplication, no delay and no dead letters of its own, and it
// says to use the broker's: a quorum queue with a delivery limit and a dead-letter queue, which is what it gets here.
import {
  AbstractAmqpQueueConsumer,
  AbstractAmqpQueuePublisher,
  AmqpConnectionManager,
  AmqpConsumerErrorResolver,
} from "@message-queue-toolkit/amqp";
import { Connection } from "rabbitmq-client";
import type { Subject, Work, Write } from "../subject.ts";
import { MOST_ATTEMPTS } from "../task.ts";
import { changed, handlersOf, type Message, messageOf, messageSchema, NAME, reporting, resolving } from "./toolkit.ts";

const deadOf = (world: string): string => `${world}-dead`;

const creationOf = (world: string) => ({
  queueName: world,
  queueOptions: {
    durable: true,
    arguments: {
      "x-queue-type": "quorum",
      // Redeliveries: the first delivery is none.
      "x-delivery-limit": MOST_ATTEMPTS - 1,
      "x-dead-letter-exchange": "",
      "x-dead-letter-routing-key": deadOf(world),
      "x-dead-letter-strategy": "at-least-once",
      "x-overflow": "reject-publish",
    },
  },
});

export async function connectedTo(url: string): Promise<AmqpConnectionManager> {
  const { hostname, port, username, password } = new URL(url);
  const manager = new AmqpConnectionManager(
    { hostname, port: Number(port), username, password, vhost: "", useTls: false },
    reporting.logger,
  );
  await manager.init();
  return manager;
}

class TaskPublisher extends AbstractAmqpQueuePublisher<Message> {
  readonly sent: Buffer[] = [];

  constructor(manager: AmqpConnectionManager, world: string) {
    const dependencies = { ...reporting, amqpConnectionManager: manager };
    super(dependencies, { ...resolving, creationConfig: creationOf(world), messageSchemas: [messageSchema], isLazyInitEnabled: false });
  }

  protected override publishInternal(message: Buffer, options: Parameters<AbstractAmqpQueuePublisher<Message>["publish"]>[1]): void {
    this.sent.push(message);
    super.publishInternal(message, options as never);
  }
}

class TaskConsumer extends AbstractAmqpQueueConsumer<Message, undefined> {
  readonly #beforeAcknowledge: () => void;

  constructor(manager: AmqpConnectionManager, world: string, work: Work, own: Write) {
    const dependencies = { ...reporting, amqpConnectionManager: manager, consumerErrorResolver: new AmqpConsumerErrorResolver() };
    super(dependencies, { ...resolving, creationConfig: creationOf(world), handlers: handlersOf(work, own) }, undefined);
    this.#beforeAcknowledge = work.beforeAcknowledge;
  }

  override async createMissingEntities(): Promise<void> {
    await super.createMissingEntities();
    const { channel } = this;
    const ack = channel.ack.bind(channel);
    channel.ack = (message) => {
      this.#beforeAcknowledge();
      ack(message);
    };
  }
}

export const toolkitOnRabbitMq: Subject = {
  name: NAME,
  broker: "rabbitmq",
  settings: [
    "quorum queue",
    `x-delivery-limit ${MOST_ATTEMPTS - 1}`,
    "a dead-letter queue behind it, at least once",
    "persistent messages",
    "no deduplication: its AMQP consumer has none",
  ],
  async declare({ url, world }) {
    const client = new Connection(url);
    await client.queueDeclare({ queue: deadOf(world), durable: true, arguments: { "x-queue-type": "quorum" } });
    await client.close();
  },
  async publish(place, tasks) {
    const manager = await connectedTo(place.url);
    const publisher = new TaskPublisher(manager, place.world);
    await publisher.init();
    for (const task of tasks) publisher.publish(messageOf(task, place), { publishOptions: { persistent: true } });
    await publisher.close();
    await manager.close();
    return publisher.sent;
  },
  async put({ url, world }, bytes) {
    const client = new Connection(url);
    const publisher = client.createPublisher({ confirm: true });
    await publisher.send({ routingKey: world, durable: true }, bytes);
    await publisher.close();
    await client.close();
  },
  changed,
  async work(place, work, own) {
    const manager = await connectedTo(place.url);
    await new TaskConsumer(manager, place.world, work, own).start();
    return { close: () => manager.close() };
  },
  async dead({ url, world }) {
    const client = new Connection(url);
    const channel = await client.acquire();
    const found: Buffer[] = [];
    for (;;) {
      const message = await channel.basicGet({ queue: deadOf(world) });
      if (message === undefined) break;
      found.push(asBytes(message.body));
    }
    // What it was given and did not acknowledge goes back.
    await channel.close();
    await client.close();
    return found;
  },
};

/** The client parses what says that it is JSON. */
const asBytes = (body: unknown): Buffer =>
  Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
