import { RabbitMqTransport } from "@sallyport/guard/adapters/rabbitmq";
import { Connection } from "rabbitmq-client";
import { type Carrier, GROUP } from "./sallyport.ts";

export const onRabbitMq: Carrier = {
  broker: "rabbitmq",
  settings: [],
  async declare({ url, world }) {
    const client = new Connection(url);
    const transport = new RabbitMqTransport(client);
    await transport.declare([{ destination: world, group: GROUP, ordering: "none", mostDelayMs: 1000 }]);
    await transport.close();
    await client.close();
  },
  async open({ url }) {
    const client = new Connection(url);
    return { transport: new RabbitMqTransport(client), close: () => client.close() };
  },
};
