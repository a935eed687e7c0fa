import { Connection } from "rabbitmq-client";
import type { Opened } from "./rabbitmq-opened.ts";

/** Connects again soon, since tests wait for it. */
export async function rabbitMqClient(url: string): Promise<Opened<Connection>> {
  const client = new Connection({ url, retryLow: 20, retryHigh: 200 });
  client.on("error", () => undefined);
  // It would wait for channels that tests leave open.
  return { client, close: async () => client.unsafeDestroy() };
}
