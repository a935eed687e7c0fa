import { RabbitMqTransport } from "@sallyport/guard/adapters/rabbitmq";
import { connect } from "amqplib";
import { Connection } from "rabbitmq-client";
import { toolkitOnRabbitMq } from "../guarantees/lanes/rabbitmq.ts";
import { CONCURRENCY, GROUP, type Lane } from "./lane.ts";

const QUORUM = { "x-queue-type": "quorum" };

export const amqplib: Lane = {
  name: "RabbitMQ (amqplib)",
  broker: "rabbitmq",
  async raw(url, destination) {
    const client = await connect(url);
    const channel = await client.createConfirmChannel();
    const queue = `${destination}:${GROUP}`;
    await channel.assertExchange(destination, "fanout", { durable: true });
    await channel.assertQueue(queue, { durable: true, arguments: QUORUM });
    await channel.bindQueue(queue, destination, "");
    return {
      publish: (bytes) =>
        new Promise((resolve, reject) => {
          const options = { persistent: true, mandatory: true };
          channel.publish(destination, "", Buffer.from(bytes), options, (error) => (error === null ? resolve(undefined) : reject(error)));
        }),
      async consume(count, handle) {
        const { promise: all, resolve, reject } = Promise.withResolvers<void>();
        let left = count;
        await channel.prefetch(CONCURRENCY);
        await channel.consume(queue, (message) => {
          if (message === null) return;
          const acknowledge = (): void => {
            channel.ack(message);
            if (--left === 0) resolve();
          };
          const work = handle(message.content);
          if (work === undefined) acknowledge();
          else work.then(acknowledge).catch(reject);
        });
        await all;
        // Answered when the last acknowledgement was taken.
        await channel.prefetch(CONCURRENCY);
      },
      async close() {
        await channel.deleteQueue(queue);
        await channel.deleteExchange(destination);
        await client.close();
      },
    };
  },
  async guarded(url) {
    const client = await connect(url, { recovery: true });
    return { transport: new RabbitMqTransport(client), close: () => client.close() };
  },
  toolkit: toolkitOnRabbitMq,
};

export const rabbitMqClient: Lane = {
  name: "RabbitMQ (rabbitmq-client)",
  broker: "rabbitmq",
  async raw(url, destination) {
    const client = new Connection(url);
    const channel = await client.acquire();
    const queue = `${destination}:${GROUP}`;
    await channel.exchangeDeclare({ exchange: destination, type: "fanout", durable: true });
    await channel.queueDeclare({ queue, durable: true, arguments: { "x-queue-type": "quorum" } });
    await channel.queueBind({ queue, exchange: destination, routingKey: "" });
    await channel.confirmSelect();
    return {
      publish: (bytes) => channel.basicPublish({ exchange: destination, durable: true, mandatory: true }, Buffer.from(bytes)),
      async consume(count, handle) {
        const { promise: all, resolve, reject } = Promise.withResolvers<void>();
        let left = count;
        await channel.basicQos({ prefetchCount: CONCURRENCY });
        await channel.basicConsume({ queue }, ({ body, deliveryTag }) => {
          const acknowledge = (): void => {
            channel.basicAck({ deliveryTag });
            if (--left === 0) resolve();
          };
          const work = handle(body as Buffer);
          if (work === undefined) acknowledge();
          else work.then(acknowledge).catch(reject);
        });
        await all;
        await channel.basicQos({ prefetchCount: CONCURRENCY });
      },
      async close() {
        await channel.queueDelete({ queue });
        await channel.exchangeDelete({ exchange: destination });
        await channel.close();
        await client.close();
      },
    };
  },
  async guarded(url) {
    const client = new Connection(url);
    return { transport: new RabbitMqTransport(client), close: () => client.close() };
  },
};
