// Looks a queue up, and refuses one whose settings break a promise.
import { SallyportError } from "../errors.ts";
import { type Asking, asked, Queue } from "./queue.ts";
import { faultsOf, type QueueFault, type QueueNeeds, sizeTakenBy } from "./queue-faults.ts";

interface Looked {
  readonly url: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** @throws {SallyportError} `ERR_TRANSPORT_*` */
async function lookUp(asking: Asking, name: string): Promise<Looked> {
  const { QueueUrl: url } = await asked(asking, (client, options) => client.getQueueUrl({ QueueName: name }, options));
  if (url === undefined) throw new SallyportError("ERR_TRANSPORT_REFUSED", "SQS named no queue", { place: name });
  const { Attributes } = await asked(asking, (client, options) =>
    client.getQueueAttributes({ QueueUrl: url, AttributeNames: ["All"] }, options),
  );
  return {
    url,
    attributes: new Map(Object.entries(Attributes ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
  };
}

/** @throws {SallyportError} `ERR_TRANSPORT_*`, and the code of the first fault. */
export async function openQueue(asking: Asking, name: string, fifo: boolean, needs: QueueNeeds): Promise<Queue> {
  const { url, attributes } = await lookUp(asking, name);
  const [fault] = faultsOf(url, attributes, needs);
  if (fault !== undefined) {
    const { code, what, breaks, mend } = fault;
    throw new SallyportError(code, `the queue ${what}: ${breaks}`, { place: name, remedy: mend });
  }
  return new Queue(asking, { url, mostBytes: sizeTakenBy(attributes), fifo });
}

/** @throws {SallyportError} `ERR_TRANSPORT_*` */
export async function queueFaults(asking: Asking, name: string, needs: QueueNeeds): Promise<readonly QueueFault[]> {
  const { url, attributes } = await lookUp(asking, name);
  return faultsOf(url, attributes, needs);
}
