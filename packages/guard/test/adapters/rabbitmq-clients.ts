// Clients of RabbitMQ, as a user would make them.
import { type ChannelModel, connect } from "amqplib";
import { onTestFinished } from "vitest";
import { amqplib } from "./rabbitmq-amqplib.ts";
import { rabbitMqClient } from "./rabbitmq-client.ts";
import type { Opened } from "./rabbitmq-opened.ts";

export const CLIENTS = [
  ["amqplib", amqplib],
  ["rabbitmq-client", rabbitMqClient],
] as const;

/** Closed when the test is over. */
export async function opened<C>(open: (url: string) => Promise<Opened<C>>, url: string): Promise<C> {
  const made = await open(url);
  onTestFinished(() => made.close());
  return made.client;
}

/** A plain connection, on which tests do what the transport does not. */
export async function plain(url: string): Promise<ChannelModel> {
  const client = await connect(url);
  client.on("error", () => undefined);
  onTestFinished(() => client.close().catch(() => undefined));
  return client;
}
