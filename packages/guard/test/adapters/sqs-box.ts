// A transport on queues of a test's own.
import type { SQS } from "@aws-sdk/client-sqs";
import { onTestFinished } from "vitest";
import { type SqsClient, type SqsOptions, SqsTransport } from "../../src/adapters/sqs.ts";
import { freshPrefix, GROUPS, makeQueues } from "./sqs-queues.ts";

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

type Method = keyof SqsClient;
type Meddle = (input: any, ask: (input: any) => Promise<any>) => Promise<any>;

/** The real client, with one method that does with input and answer what it is told, and all inputs written down. */
export function meddled(client: SQS, method: Method, meddle: Meddle): SqsClient & { readonly asked: Map<Method, any[]> } {
  const asked = new Map<Method, any[]>();
  const methods = ["getQueueUrl", "getQueueAttributes", "sendMessageBatch", "receiveMessage"] as const;
  const more = ["deleteMessageBatch", "changeMessageVisibilityBatch"] as const;
  const entries = [...methods, ...more].map((name) => {
    const ask = (input: any, options: any): Promise<any> => {
      asked.set(name, [...(asked.get(name) ?? []), input]);
      const real = (changed: any): Promise<any> => (client[name] as any)(changed, options);
      return name === method ? meddle(input, real) : real(input);
    };
    return [name, ask] as const;
  });
  return { ...(Object.fromEntries(entries) as unknown as SqsClient), asked };
}

/** As it is, with all inputs written down. */
export const seen = (client: SQS): SqsClient & { readonly asked: Map<Method, any[]> } =>
  meddled(client, "sendMessageBatch", (input, ask) => ask(input));
