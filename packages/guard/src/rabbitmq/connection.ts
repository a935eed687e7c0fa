// Which client was handed in.
import { SallyportError } from "../errors.ts";
import { type AmqplibClient, amqplibConnection } from "./amqplib.ts";
import type { AmqpConnection } from "./channel.ts";
import { type RabbitMqClient, rabbitMqClientConnection } from "./rabbitmq-client.ts";

export type RabbitMqTransportClient = AmqplibClient | RabbitMqClient;

/** @throws {SallyportError} `ERR_CONFIG_INVALID` for a client that cannot be used. */
export function connectionOf(client: RabbitMqTransportClient): AmqpConnection {
  if ("acquire" in client) return rabbitMqClientConnection(client);
  if ("waitForConnect" in client) return amqplibConnection(client);
  throw new SallyportError("ERR_CONFIG_INVALID", "this client does not connect again by itself", {
    place: "the client of the RabbitMQ transport",
    remedy: "Hand in a Connection of rabbitmq-client, or what amqplib's connect(url, { recovery: true }) resolves with.",
  });
}
