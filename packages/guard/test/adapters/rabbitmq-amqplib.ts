import { connect, type RecoveringChannelModel } from "amqplib";
import type { Opened } from "./rabbitmq-opened.ts";

/** Connects again soon, since tests wait for it. */
export async function amqplib(url: string): Promise<Opened<RecoveringChannelModel>> {
  const client = await connect(url, { recovery: { initialDelay: 20, maxDelay: 200, waitForConnect: false } });
  client.on("error", () => undefined);
  return { client, close: () => client.close() };
}
