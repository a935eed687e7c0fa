// Queues of a test's own, and a transport on them.
import { SQS } from "@aws-sdk/client-sqs";
import { onTestFinished } from "vitest";
import { type SqsClient, type SqsOptions, SqsTransport } from "../../src/adapters/sqs.ts";
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

/** Waits are short, since an answer that nobody reads keeps its messages for as long as they are invisible. */
export const SHORT = { waitMs: 1000, visibilityMs: 2000 } as const;

export interface House {
  readonly transport: SqsTransport;
  readonly prefix: string;
  readonly queues: readonly string[];
}

/** A transport on queues of its own; `through` is the client that it is given in place of that which makes them. */
export async function openOn(client: SQS, options: Partial<SqsOptions> = {}, through: SqsClient = client): Promise<House> {
  const prefix = options.prefix ?? freshPrefix();
  const queues = await makeQueues(client, { prefix, fifo: options.fifo ?? false });
  const transport = new SqsTransport(through, { groups: GROUPS, prefix, ...SHORT, ...options });
  return { transport, prefix, queues };
}

export async function open(client: SQS, options: Partial<SqsOptions> = {}, through: SqsClient = client): Promise<House> {
  const house = await openOn(client, options, through);
  onTestFinished(() => house.transport.close());
  return house;
}
