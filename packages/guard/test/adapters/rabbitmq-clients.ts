// Clients of RabbitMQ, as a user would make them.
import { type ChannelModel, connect, type RecoveringChannelModel } from "amqplib";
import { Connection } from "rabbitmq-client";
import { onTestFinished } from "vitest";
import type { RabbitMqTransportClient } from "../../src/adapters/rabbitmq.ts";

export interface Opened<C = RabbitMqTransportClient> {
  readonly client: C;
  readonly close: () => Promise<void>;
}

/** Both connect again soon, since tests wait for it. */
export async function amqplib(url: string): Promise<Opened<RecoveringChannelModel>> {
  const client = await connect(url, { recovery: { initialDelay: 20, maxDelay: 200, waitForConnect: false } });
  client.on("error", () => undefined);
  return { client, close: () => client.close() };
}

export async function rabbitMqClient(url: string): Promise<Opened<Connection>> {
  const client = new Connection({ url, retryLow: 20, retryHigh: 200 });
  client.on("error", () => undefined);
  // It would wait for channels that tests leave open.
  return { client, close: async () => client.unsafeDestroy() };
}

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
