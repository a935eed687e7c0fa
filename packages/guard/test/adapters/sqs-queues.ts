// Queues for tests, under a prefix of the test's own.
import { SQS } from "@aws-sdk/client-sqs";
import { queueNameOf } from "../../src/sqs/names.ts";

/** Which asks there, and not where the server says that a queue is: a proxy is not known to it. */
export const clientAt = (url: string): SQS =>
  new SQS({
    region: "elasticmq",
    endpoint: url,
    useQueueUrlAsEndpoint: false,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });

export const GROUPS = ["g", "one", "two"];

let opened = 0;
export const freshPrefix = (): string => `s${process.pid}-${++opened}`;

interface Place {
  readonly prefix: string;
  readonly fifo?: boolean;
  readonly destination?: string;
  readonly groups?: readonly string[];
  readonly attributes?: Readonly<Record<string, string>>;
}

/** The addresses of the queues that it makes, in the groups' order. */
export function makeQueues(
  client: SQS,
  { prefix, fifo = false, destination = "orders", groups = GROUPS, attributes }: Place,
): Promise<string[]> {
  return Promise.all(
    groups.map(async (group) => {
      const QueueName = queueNameOf(prefix, destination, group, fifo);
      const { QueueUrl } = await client.createQueue({ QueueName, Attributes: { ...attributes, ...(fifo && { FifoQueue: "true" }) } });
      return QueueUrl!;
    }),
  );
}
