import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";
import { NatsTransport } from "@sallyport/guard/adapters/nats";
import { CONCURRENCY, GROUP, type Lane } from "./lane.ts";

export const nats: Lane = {
  name: "NATS JetStream",
  broker: "nats",
  async raw(url, destination) {
    const connection = await connect({ servers: url });
    const [client, manager] = [jetstream(connection), await jetstreamManager(connection)];
    await manager.streams.add({ name: destination, subjects: [destination] });
    await manager.consumers.add(destination, { durable_name: GROUP, ack_policy: AckPolicy.Explicit });
    return {
      publish: (bytes) => client.publish(destination, bytes),
      async consume(count, handle) {
        const consumer = await client.consumers.get(destination, GROUP);
        const messages = await consumer.consume({ max_messages: CONCURRENCY });
        const acknowledged: Promise<boolean>[] = [];
        for await (const message of messages) {
          const work = handle(message.data);
          acknowledged.push(work === undefined ? message.ackAck() : work.then(() => message.ackAck()));
          if (acknowledged.length === count) break;
          // The client hands over more than it is told to ask for at once.
          if (work !== undefined) await acknowledged.at(-CONCURRENCY);
        }
        await Promise.all(acknowledged);
        await messages.close();
      },
      async close() {
        await manager.streams.delete(destination);
        await connection.close();
      },
    };
  },
  async guarded(url, destination) {
    const connection = await connect({ servers: url, maxReconnectAttempts: -1 });
    const transport = new NatsTransport({ connection, headers });
    await transport.declare(destination);
    return { transport, close: () => connection.close() };
  },
};
