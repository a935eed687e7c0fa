// Amazon SQS, or what speaks as it does: whatever is sent is seen on the way, since a message that were received to be
// looked at would count as received. A queue is read by whoever has asked it for messages; what it owes is what is
// visible, what is out with somebody, and what is delayed. Dead letters are in queues of their own.
import type { SQS } from "@aws-sdk/client-sqs";
import { type Asked, queueOf, refusedIn } from "./sqs-requests.ts";
import { SqsWire } from "./sqs-wire.ts";
import { decoded, encoded, type Message, NotTaken, type Owed, quoted, type Seen, type Tap } from "./tap.ts";

const ASKED_WITHIN_MS = 5000;
const COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"] as const;
const FIFO = ".fifo";
const READS = "ReceiveMessage";
const NAME = /^[\w-]{1,75}(?:\.fifo)?$/;

export class SqsTap implements Tap {
  readonly broker = "sqs";
  readonly forms = ["queue"];
  readonly saysMissing = /NonExistentQueue|QueueDoesNotExist|queue does not exist/i;
  readonly #server: string;
  readonly #client: SQS;
  readonly #seen: Seen[] = [];
  readonly #read = new Set<string>();
  readonly #urls = new Map<string, string>();
  #wire: SqsWire | undefined;
  #sent = 0;

  private constructor(server: string, client: SQS) {
    this.#server = server;
    this.#client = client;
  }

  static async open(server: string): Promise<SqsTap> {
    const { SQS: Client } = await import("@aws-sdk/client-sqs");
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const client = new Client({ region: "elasticmq", endpoint: server, useQueueUrlAsEndpoint: false, credentials, maxAttempts: 1 });
    const tap = new SqsTap(server, client);
    try {
      await tap.destinations();
      tap.#wire = await SqsWire.open(server, {
        // Who waits for messages is not answered until there are any.
        asked: ({ action, queue }) => void (action === READS && tap.#read.add(queue)),
        answered: (asked, answer) => tap.#onAnswer(asked, answer),
      });
      return tap;
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  /** Where the target finds SQS. */
  get url(): string {
    return this.#wire?.url ?? this.#server;
  }

  seen(): Promise<readonly Seen[]> {
    return Promise.resolve([...this.#seen]);
  }

  async put(message: Message): Promise<void> {
    const { destination, headers, key, bytes } = message;
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      await this.#made(destination);
      const attributes = Object.entries(headers).map(([name, value]) => [name, { DataType: "String", StringValue: value }]);
      const first = destination.endsWith(FIFO)
        ? { MessageGroupId: key ?? "probe", MessageDeduplicationId: `probe-${process.pid}-${++this.#sent}` }
        : {};
      await this.#client.sendMessage({
        QueueUrl: this.#urls.get(destination) ?? destination,
        MessageBody: text,
        MessageAttributes: Object.fromEntries(attributes) as Record<string, { DataType: string; StringValue: string }>,
        ...first,
      });
      this.#seen.push({ ...message, text, form: "queue", own: true });
    } catch (error) {
      throw new NotTaken(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /** SQS refuses what goes to a queue that nobody has made. */
  async make(destination: string): Promise<string> {
    if (!NAME.test(destination)) throw new NotTaken(`no queue can be called ${destination}`);
    await this.#made(destination);
    const first = destination.endsWith(FIFO) ? ["--attributes", "FifoQueue=true"] : [];
    return ["aws", "--endpoint-url", quoted(this.#server), "sqs", "create-queue", "--queue-name", quoted(destination), ...first].join(" ");
  }

  async #made(destination: string): Promise<void> {
    if (this.#urls.has(destination) || (await this.destinations()).includes(destination)) return;
    const Attributes = destination.endsWith(FIFO) ? { FifoQueue: "true" } : {};
    const { QueueUrl } = await this.#client.createQueue({ QueueName: destination, Attributes });
    if (QueueUrl !== undefined) this.#urls.set(destination, QueueUrl);
  }

  async owed(): Promise<readonly Owed[]> {
    const there = new Set(await this.destinations());
    const read = [...this.#read].filter((queue) => there.has(queue)).sort();
    return Promise.all(read.map(async (queue) => ({ destination: queue, group: "queue", messages: await this.#depthOf(queue) })));
  }

  async destinations(): Promise<readonly string[]> {
    const { QueueUrls = [] } = await this.#client.listQueues({}, { abortSignal: AbortSignal.timeout(ASKED_WITHIN_MS) });
    for (const url of QueueUrls) this.#urls.set(queueOf(url), url);
    return QueueUrls.map(queueOf).sort();
  }

  async holds(destination: string): Promise<number> {
    return (await this.destinations()).includes(destination) ? this.#depthOf(destination) : 0;
  }

  silence(): Promise<() => Promise<void>> {
    const release = this.#wire?.hold();
    return Promise.resolve(() => Promise.resolve(release?.()));
  }

  /** To whoever comes by the way that is the probe's. */
  async vanish(): Promise<void> {
    await this.#wire?.close();
  }

  commandFor({ destination, bytes, headers, key }: Message): string {
    const attributes = Object.entries(headers).map(([name, value]) => [name, { DataType: "String", StringValue: value }]);
    const first = destination.endsWith(FIFO)
      ? ["--message-group-id", quoted(key ?? "probe"), "--message-deduplication-id", '"$(uuidgen)"']
      : [];
    const to = ["--queue-url", quoted(`${this.#server}/000000000000/${destination}`)];
    const what = ["--message-body", quoted(decoded(bytes))];
    const beside = attributes.length === 0 ? [] : ["--message-attributes", quoted(JSON.stringify(Object.fromEntries(attributes)))];
    return ["aws", "--endpoint-url", quoted(this.#server), "sqs", "send-message", ...to, ...what, ...beside, ...first].join(" ");
  }

  async close(): Promise<void> {
    await this.#wire?.close();
    this.#client.destroy();
  }

  #onAnswer({ queue, sendings }: Asked, answer: string): void {
    const refused = sendings.some(({ id }) => id !== undefined) ? refusedIn(answer) : new Set<string>();
    for (const { body, attributes, group, id } of sendings) {
      if (id !== undefined && refused.has(id)) continue;
      this.#seen.push({
        destination: queue,
        bytes: encoded(body),
        text: body,
        headers: attributes,
        key: group,
        form: "queue",
        own: false,
      });
    }
  }

  async #depthOf(queue: string): Promise<number> {
    const { Attributes = {} } = await this.#client.getQueueAttributes({
      QueueUrl: this.#urls.get(queue) ?? queue,
      AttributeNames: [...COUNTS],
    });
    return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  }
}
