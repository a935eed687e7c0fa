// What the transport uses of an SQS client that the user hands in: methods of the aggregated class `SQS` of
// @aws-sdk/client-sqs, which needs no command of its package to be made here.

export interface SqsAttribute {
  readonly DataType: string | undefined;
  readonly StringValue?: string | undefined;
}

export interface SqsMessage {
  readonly MessageId?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
  readonly Body?: string | undefined;
  readonly Attributes?: { readonly [name: string]: string | undefined } | undefined;
  readonly MessageAttributes?: { readonly [name: string]: SqsAttribute } | undefined;
}

export interface SqsOutgoing {
  Id: string;
  MessageBody: string;
  MessageAttributes?: Record<string, { DataType: string; StringValue: string }>;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
}

export interface SqsFailure {
  readonly Id: string | undefined;
  readonly SenderFault: boolean | undefined;
  readonly Code: string | undefined;
  readonly Message?: string | undefined;
}

export interface SqsBatchAnswer {
  readonly Successful?: readonly { readonly Id: string | undefined }[] | undefined;
  readonly Failed?: readonly SqsFailure[] | undefined;
}

interface OnQueue {
  QueueUrl: string;
}

interface Batch<Entry> extends OnQueue {
  Entries: Entry[];
}

interface Receiving extends OnQueue {
  MaxNumberOfMessages: number;
  VisibilityTimeout: number;
  WaitTimeSeconds: number;
  MessageSystemAttributeNames: "SentTimestamp"[];
  MessageAttributeNames: string[];
}

interface Options {
  abortSignal: AbortSignal;
}

/** `new SQS({ region })` of @aws-sdk/client-sqs, or what behaves like it. */
export interface SqsClient {
  getQueueUrl(input: { QueueName: string }, options: Options): Promise<{ readonly QueueUrl?: string | undefined }>;
  getQueueAttributes(
    input: OnQueue & { AttributeNames: "All"[] },
    options: Options,
  ): Promise<{ readonly Attributes?: { readonly [name: string]: string | undefined } | undefined }>;
  sendMessageBatch(input: Batch<SqsOutgoing>, options: Options): Promise<SqsBatchAnswer>;
  receiveMessage(input: Receiving, options: Options): Promise<{ readonly Messages?: readonly SqsMessage[] | undefined }>;
  deleteMessageBatch(input: Batch<{ Id: string; ReceiptHandle: string }>, options: Options): Promise<SqsBatchAnswer>;
  changeMessageVisibilityBatch(
    input: Batch<{ Id: string; ReceiptHandle: string; VisibilityTimeout: number }>,
    options: Options,
  ): Promise<SqsBatchAnswer>;
}

export const METHODS = [
  "getQueueUrl",
  "getQueueAttributes",
  "sendMessageBatch",
  "receiveMessage",
  "deleteMessageBatch",
  "changeMessageVisibilityBatch",
] as const satisfies readonly (keyof SqsClient)[];
