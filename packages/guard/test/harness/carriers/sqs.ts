import { SqsTransport } from "../../../src/adapters/sqs.ts";
import { clientAt, makeQueues } from "../../adapters/sqs-queues.ts";
import { GROUP } from "../counted.ts";
import type { Carrier } from "./carrier.ts";

export const sqs = (fifo: boolean): Carrier => ({
  // ElasticMQ answers before it has read its queues (`ElasticMQServer.start`): there is none for a moment.
  whileItStarts: "ERR_TRANSPORT_REFUSED",
  async open(url) {
    const client = clientAt(url);
    const transport = new SqsTransport(client, { groups: [GROUP], fifo, visibilityMs: 1000, waitMs: 1000 });
    return { transport, close: async () => client.destroy() };
  },
  async declare(url, destination, group) {
    const client = clientAt(url);
    await makeQueues(client, { prefix: "sallyport", fifo, destination, groups: [group] });
    client.destroy();
  },
});
