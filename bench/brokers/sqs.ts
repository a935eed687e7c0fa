import { SQS } from "@aws-sdk/client-sqs";
import { SqsTransport } from "@sallyport/guard/adapters/sqs";
import { toolkitOnSqs } from "../guarantees/lanes/sqs.ts";
import { CONCURRENCY, GROUP, InWork, type Lane } from "./lane.ts";

const PREFIX = "bench";
/** What SQS gives and takes at most in one request. */
const MOST = 10;

const clientAt = (url: string): SQS =>
  new SQS({ region: "elasticmq", endpoint: url, credentials: { accessKeyId: "local", secretAccessKey: "local" } });

export const sqs: Lane = {
  name: "SQS (ElasticMQ)",
  broker: "sqs",
  async raw(url, destination) {
    const client = clientAt(url);
    const { QueueUrl } = await client.createQueue({ QueueName: destination });
    return {
      publish: (bytes) => client.sendMessage({ QueueUrl, MessageBody: Buffer.from(bytes).toString() }),
      async consume(count, handle) {
        let left = count;
        const member = async (): Promise<void> => {
          const inWork = new InWork();
          while (left > 0) {
            const { Messages = [] } = await client.receiveMessage({ QueueUrl, MaxNumberOfMessages: MOST, WaitTimeSeconds: 1 });
            if (Messages.length === 0) continue;
            for (const { Body = "" } of Messages) inWork.add(handle(Buffer.from(Body)));
            await inWork.done();
            const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
            const { Failed = [] } = await client.deleteMessageBatch({ QueueUrl, Entries });
            if (Failed.length > 0) throw new Error(`not deleted: ${Failed[0]?.Code}`);
            left -= Messages.length;
          }
        };
        await Promise.all(Array.from({ length: Math.floor(CONCURRENCY / MOST) }, member));
      },
      async close() {
        await client.deleteQueue({ QueueUrl });
        client.destroy();
      },
    };
  },
  async guarded(url, destination) {
    const client = clientAt(url);
    const QueueName = `${PREFIX}__${destination}__${GROUP}`;
    const { QueueUrl } = await client.createQueue({ QueueName });
    const transport = new SqsTransport(client, { groups: [GROUP], prefix: PREFIX, waitMs: 1000 });
    return {
      transport,
      async close() {
        await client.deleteQueue({ QueueUrl });
        client.destroy();
      },
    };
  },
  toolkit: toolkitOnSqs,
};
