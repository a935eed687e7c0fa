// One transport, and a connection by either client.
import { RabbitMqTransport } from "../../../src/adapters/rabbitmq.ts";
import type { Opened as OpenedClient } from "../../adapters/rabbitmq-opened.ts";
import type { Carrier } from "./carrier.ts";

export const onRabbitMq = (connected: (url: string) => Promise<OpenedClient>): Carrier => ({
  async open(url) {
    const { client, close } = await connected(url);
    return { transport: new RabbitMqTransport(client, { answerWithinMs: 2000 }), close };
  },
  async declare(url, destination, group) {
    const { client, close } = await connected(url);
    const transport = new RabbitMqTransport(client);
    await transport.declare((["key", "none"] as const).map((ordering) => ({ destination, group, ordering, mostDelayMs: 1000 })));
    await transport.close();
    await close();
  },
});
