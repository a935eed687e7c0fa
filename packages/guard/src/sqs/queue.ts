// One queue, asked for through the user's client: every request ends in time, and every entry of a batch is looked at.
import { SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import { Batches } from "./batches.ts";
import { ENCODING } from "./body.ts";
import { METHODS, type SqsBatchAnswer, type SqsClient, type SqsMessage, type SqsOutgoing } from "./client.ts";
import { entryError, isStale, transportError, unanswered } from "./failure.ts";

export interface Asking {
  readonly client: SqsClient;
  readonly clock: Clock;
  readonly answerWithinMs: number;
}

export type Outgoing = Omit<SqsOutgoing, "Id">;

export interface Invisible {
  readonly receipt: string;
  /** From now on, in whole seconds. */
  readonly seconds: number;
}

export interface Taking {
  readonly most: number;
  readonly visibleAfterMs: number;
  readonly waitMs: number;
  readonly stop: AbortSignal;
}

/** Of receipts: whether they were still good. */
export type Kept = "done" | "stale";

const REQUESTS = { sending: 16, settling: 4 };

export class Queue {
  readonly url: string;
  /** Of one message, in bytes. */
  readonly mostBytes: number;
  readonly #asking: Asking;
  readonly #sends: Batches<Outgoing>;
  readonly #deletes: Batches<string>;
  readonly #stale = new Set<string>();

  constructor(asking: Asking, { url, mostBytes, fifo }: { readonly url: string; readonly mostBytes: number; readonly fifo: boolean }) {
    this.#asking = asking;
    this.url = url;
    this.mostBytes = mostBytes;
    this.#sends = new Batches((entries) => this.#send(entries), fifo ? 1 : REQUESTS.sending);
    this.#deletes = new Batches((receipts) => this.#delete(receipts), REQUESTS.settling);
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_*`. */
  send(message: Outgoing, bytes: number): Promise<void> {
    return this.#sends.add(message, bytes);
  }

  async delete(receipt: string): Promise<Kept> {
    await this.#deletes.add(receipt);
    return this.#stale.delete(receipt) ? "stale" : "done";
  }

  async take({ most, visibleAfterMs, waitMs, stop }: Taking): Promise<readonly SqsMessage[]> {
    const input = {
      QueueUrl: this.url,
      MaxNumberOfMessages: most,
      VisibilityTimeout: Math.ceil(visibleAfterMs / 1000),
      WaitTimeSeconds: Math.floor(waitMs / 1000),
      MessageSystemAttributeNames: ["SentTimestamp" as const],
      MessageAttributeNames: [ENCODING],
    };
    const { Messages = [] } = await asked(this.#asking, (client, options) => client.receiveMessage(input, options), { waitMs, stop });
    return Messages;
  }

  /** Those whose receipt was not good any more. At most ten at a time. */
  async makeInvisible(messages: readonly Invisible[]): Promise<ReadonlySet<string>> {
    const Entries = messages.map(({ receipt, seconds }, index) => ({
      Id: String(index),
      ReceiptHandle: receipt,
      VisibilityTimeout: seconds,
    }));
    const answer = await asked(this.#asking, (client, options) =>
      client.changeMessageVisibilityBatch({ QueueUrl: this.url, Entries }, options),
    );
    const { failures, stale } = outcomesOf(answer, messages.length);
    const failure = failures.find((one) => one !== undefined);
    if (failure !== undefined) throw failure;
    return new Set(messages.flatMap(({ receipt }, index) => (stale.has(index) ? [receipt] : [])));
  }

  async #send(messages: readonly Outgoing[]): Promise<readonly (Error | undefined)[]> {
    const Entries = messages.map((message, index) => ({ ...message, Id: String(index) }));
    const answer = await asked(this.#asking, (client, options) => client.sendMessageBatch({ QueueUrl: this.url, Entries }, options));
    return outcomesOf(answer, messages.length, false).failures;
  }

  async #delete(receipts: readonly string[]): Promise<readonly (Error | undefined)[]> {
    const Entries = receipts.map((receipt, index) => ({ Id: String(index), ReceiptHandle: receipt }));
    const answer = await asked(this.#asking, (client, options) => client.deleteMessageBatch({ QueueUrl: this.url, Entries }, options));
    const { failures, stale } = outcomesOf(answer, receipts.length);
    for (const index of stale) this.#stale.add(receipts[index] as string);
    return failures;
  }
}

interface Outcomes {
  readonly failures: readonly (Error | undefined)[];
  readonly stale: ReadonlySet<number>;
}

/** An answer that says nothing of an entry says nothing about it. */
function outcomesOf({ Successful = [], Failed = [] }: SqsBatchAnswer, count: number, receipts = true): Outcomes {
  const failures: (Error | undefined)[] = Array.from({ length: count }, () => entryError({ Id: "", SenderFault: false, Code: undefined }));
  const stale = new Set<number>();
  for (const { Id } of Successful) failures[Number(Id)] = undefined;
  for (const failure of Failed) {
    const index = Number(failure.Id);
    if (receipts && isStale(failure)) stale.add(index);
    failures[index] = stale.has(index) ? undefined : entryError(failure);
  }
  return { failures, stale };
}

interface Patience {
  readonly waitMs: number;
  readonly stop: AbortSignal;
}

/** @throws {SallyportError} `ERR_TRANSPORT_*`, within `answerWithinMs` and what is waited for besides. */
export async function asked<T>(
  { client, clock, answerWithinMs }: Asking,
  ask: (client: SqsClient, options: { abortSignal: AbortSignal }) => Promise<T>,
  patience?: Patience,
): Promise<T> {
  const controller = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const give = (error: SallyportError): void => {
    reject(error);
    controller.abort();
  };
  const withinMs = answerWithinMs + (patience?.waitMs ?? 0);
  const cancel = clock.after(withinMs, () => give(unanswered(withinMs)));
  const onStop = (): void => give(new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "no longer waited for"));
  patience?.stop.addEventListener("abort", onStop, { once: true });
  try {
    return await Promise.race([ask(client, { abortSignal: controller.signal }), late]);
  } catch (error) {
    throw transportError(error);
  } finally {
    cancel();
    patience?.stop.removeEventListener("abort", onStop);
  }
}

/** @throws {SallyportError} `ERR_CONFIG_INVALID` */
export function refuseUnfit(client: SqsClient): void {
  const missing = METHODS.filter((method) => typeof (client as Partial<SqsClient> | undefined)?.[method] !== "function");
  if (missing.length === 0) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `the client has no method ${missing.join(", ")}`, {
    place: "the SQS transport's client",
    remedy: "Hand in `new SQS({ region })` of @aws-sdk/client-sqs, and not its SQSClient, whose commands are not in it.",
  });
}
