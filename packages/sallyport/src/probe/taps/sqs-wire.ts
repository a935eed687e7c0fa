// The way to SQS: a message is seen there when SQS has taken it, since whoever receives one counts as a receiver of it.
// Addresses of queues, which say where SQS itself is, are made to lead by here.
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type Asked, askedIn } from "./sqs-requests.ts";

/** Of those the answers name queues. */
const NAMES_QUEUES: ReadonlySet<string> = new Set(["CreateQueue", "GetQueueUrl", "ListQueues", "ListDeadLetterSourceQueues"]);
const TAKEN = 200;

export interface Told {
  asked(asked: Asked): void;
  /** What SQS did, before whoever asked for it is told. */
  answered(asked: Asked, answer: string): void;
}

export class SqsWire {
  readonly url: string;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #to: URL;
  readonly #told: Told;
  #held: Promise<void> | undefined;

  private constructor(server: Server, to: URL, told: Told) {
    this.#server = server;
    this.#to = to;
    this.#told = told;
    this.url = `http://127.0.0.1:${(server.address() as { readonly port: number }).port}`;
  }

  static async open(to: string, told: Told): Promise<SqsWire> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const wire = new SqsWire(server, new URL(to), told);
    server.on("request", (asking: IncomingMessage, answering: ServerResponse) => void wire.#pass(asking, answering));
    return wire;
  }

  /** Nothing is passed on until what is returned is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return () => {
      this.#held = undefined;
      resolve();
    };
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  async #pass(asking: IncomingMessage, answering: ServerResponse): Promise<void> {
    try {
      const body = await whole(asking);
      await this.#held;
      if (answering.destroyed) return;
      const asked = askedIn(asking.headers, asking.url ?? "", body.toString());
      this.#told.asked(asked);
      const answer = await this.#asked(asking, body, answering);
      const text = (await whole(answer)).toString();
      await this.#held;
      if (answer.statusCode === TAKEN) this.#told.answered(asked, text);
      const told = Buffer.from(NAMES_QUEUES.has(asked.action) ? text.replaceAll(/https?:\/\/[^/"<]+(?=\/)/g, this.url) : text);
      const { "transfer-encoding": _, ...headers } = answer.headers;
      answering.writeHead(answer.statusCode ?? 502, { ...headers, "content-length": told.length });
      answering.end(told);
    } catch {
      answering.destroy();
    }
  }

  #asked({ method, url, headers }: IncomingMessage, body: Buffer, answering: ServerResponse): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#to;
      const onward = request(
        { hostname, port, method, path: url, headers: { ...headers, host: this.#to.host }, agent: this.#agent },
        resolve,
      );
      onward.once("error", reject);
      // Who waits no longer must not be given a message.
      answering.once("close", () => answering.writableEnded || onward.destroy());
      onward.end(body);
    });
  }
}

async function whole(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
