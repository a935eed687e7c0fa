// Looks a queue up, and refuses one whose settings break a promise, with the command that mends it.
import { SallyportError } from "../errors.ts";
import { type Asking, asked, Queue } from "./queue.ts";

export interface Wanted {
  readonly name: string;
  readonly fifo: boolean;
  readonly retentionMs: number;
  readonly leastReceives: number;
}

/** A mebibyte, unless the queue says less. */
const MOST_BYTES = 1_048_576;

/** @throws {SallyportError} `ERR_TRANSPORT_*`, `ERR_CONFIG_CAPABILITY`, `ERR_CONFIG_RETENTION_SHORT` */
export async function openQueue(asking: Asking, wanted: Wanted): Promise<Queue> {
  const { QueueUrl: url } = await asked(asking, (client, options) => client.getQueueUrl({ QueueName: wanted.name }, options));
  if (url === undefined) throw new SallyportError("ERR_TRANSPORT_REFUSED", "SQS named no queue", { place: wanted.name });
  const { Attributes } = await asked(asking, (client, options) =>
    client.getQueueAttributes({ QueueUrl: url, AttributeNames: ["All"] }, options),
  );
  const attributes = new Map(Object.entries(Attributes ?? {}));
  refuseRedrive(attributes.get("RedrivePolicy"), url, wanted);
  refuseRetention(attributes.get("MessageRetentionPeriod"), url, wanted);
  return new Queue(asking, { url, mostBytes: Number(attributes.get("MaximumMessageSize") ?? MOST_BYTES), fifo: wanted.fifo });
}

/** SQS counts every receive, also those that no handler was told of, and moves the message away without a reason. */
function refuseRedrive(policy: string | undefined, url: string, { name, leastReceives }: Wanted): void {
  const most = policy === undefined || policy === "" ? Infinity : maxReceiveCountOf(policy);
  if (most >= leastReceives) return;
  throw new SallyportError(
    "ERR_CONFIG_CAPABILITY",
    `the queue gives a message up after ${most} receives, below the ${leastReceives} that are needed`,
    {
      place: name,
      remedy: `Raise maxReceiveCount, to 1000 at best, or take the policy away: ${setAttributes(url, '{"RedrivePolicy":""}')} (PSN-01).`,
    },
  );
}

function maxReceiveCountOf(policy: string): number {
  try {
    return Number((JSON.parse(policy) as { readonly maxReceiveCount?: unknown }).maxReceiveCount);
  } catch {
    return Number.NaN;
  }
}

/** A copy that the queue still has when its id is forgotten would be handled again. */
function refuseRetention(seconds: string | undefined, url: string, { name, retentionMs }: Wanted): void {
  if (seconds === undefined || Number(seconds) * 1000 <= retentionMs) return;
  const most = JSON.stringify({ MessageRetentionPeriod: String(Math.floor(retentionMs / 1000)) });
  throw new SallyportError(
    "ERR_CONFIG_RETENTION_SHORT",
    `the queue keeps messages for ${seconds} s, and the transport was told ${retentionMs / 1000}`,
    {
      place: name,
      remedy: `Set the transport's retentionMs to ${Number(seconds) * 1000}, or: ${setAttributes(url, most)} (REP-08).`,
    },
  );
}

const setAttributes = (url: string, attributes: string): string =>
  `aws sqs set-queue-attributes --queue-url ${url} --attributes '${attributes}'`;
