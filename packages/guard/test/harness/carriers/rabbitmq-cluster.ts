import { Connection } from "rabbitmq-client";
import type { Opened } from "../../adapters/rabbitmq-opened.ts";
import type { Carrier } from "./carrier.ts";
import { onRabbitMq } from "./on-rabbitmq.ts";

/** Of several nodes, with `,` between: another is taken when one goes. */
async function connected(urls: string): Promise<Opened<Connection>> {
  const all = urls.split(",").map((url) => new URL(url));
  const [{ username, password }] = all as [URL];
  const client = new Connection({ hosts: all.map(({ host }) => host), username, password, retryLow: 20, retryHigh: 200 });
  client.on("error", () => undefined);
  return { client, close: async () => client.unsafeDestroy() };
}

export const rabbitMqCluster: Carrier = onRabbitMq(connected);
