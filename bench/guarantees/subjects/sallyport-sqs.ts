import { SQS } from "@aws-sdk/client-sqs";
import { queueNameOf, SqsTransport } from "@sallyport/guard/adapters/sqs";
import { LEASE_S } from "../task.ts";
import { type Carrier, GROUP } from "./sallyport.ts";

const PREFIX = "bench";

const clientAt = (url: string): SQS =>
  new SQS({ region: "elasticmq", endpoint: url, credentials: { accessKeyId: "local", secretAccessKey: "local" } });

export const onSqs: Carrier = {
  broker: "sqs",
  settings: [`visibilityMs ${(LEASE_S + 1) * 1000}`, "waitMs 1000"],
  async declare({ url, world }) {
    const client = clientAt(url);
    await client.createQueue({ QueueName: queueNameOf(PREFIX, world, GROUP, false) });
    client.destroy();
  },
  async open({ url }) {
    const client = clientAt(url);
    const transport = new SqsTransport(client, { groups: [GROUP], prefix: PREFIX, visibilityMs: (LEASE_S + 1) * 1000, waitMs: 1000 });
    return { transport, close: async () => client.destroy() };
  },
};
