// Queues of SQS by their names, and what is in them.
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

export const clientAt = (url: string): SQSClient =>
  new SQSClient({ region: "elasticmq", endpoint: url, credentials: { accessKeyId: "local", secretAccessKey: "local" } });

export const deadOf = (world: string): string => `${world}-dead`;

export async function urlOf(client: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
  return QueueUrl!;
}

/** Each message once; they are in the queue again after a second. */
export async function readAll(client: SQSClient, name: string): Promise<readonly Buffer[]> {
  const QueueUrl = await urlOf(client, name);
  const found = new Map<string, Buffer>();
  for (;;) {
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 1, WaitTimeSeconds: 0 });
    const { Messages = [] } = await client.send(command);
    const fresh = Messages.filter(({ MessageId }) => !found.has(MessageId!));
    if (fresh.length === 0) return [...found.values()];
    for (const { MessageId, Body = "" } of fresh) found.set(MessageId!, Buffer.from(Body));
  }
}
