// How NATS is asked: with a time to answer in, in JetStream's JSON, and told apart from whoever else might answer.
import { isSallyportError, SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { NatsClient, NatsHeaders, NatsMessage, NatsSubscription } from "./client.ts";
import { type ApiError, isNoResponder, JetStreamError, type Meaning, NO_LEADER, NOBODY_STORES, transportError } from "./failure.ts";

export interface LinkOptions {
  readonly apiPrefix: string;
  readonly inboxPrefix: string;
  readonly answerWithinMs: number;
  readonly clock: Clock;
}

export interface Place {
  readonly stream: string;
  readonly subject: string;
}

/** Nanoseconds, which JetStream counts in. */
export const nanos = (ms: number): number => Math.round(ms * 1e6);
export const KEY_HEADER = "Sallyport-Key";

export class NatsLink {
  readonly answerWithinMs: number;
  readonly inboxPrefix: string;
  readonly #client: NatsClient;
  readonly #api: string;
  readonly #clock: Clock;
  readonly #onReconnect = new Set<() => void>();
  #status: AsyncIterator<{ readonly type: string }> | undefined;

  constructor(client: NatsClient, options: LinkOptions) {
    refuseUnfit(client);
    this.#client = client;
    this.#api = options.apiPrefix;
    this.#clock = options.clock;
    this.inboxPrefix = options.inboxPrefix;
    this.answerWithinMs = options.answerWithinMs;
  }

  get info(): NonNullable<NatsClient["connection"]["info"]> | undefined {
    return this.#client.connection.info;
  }

  /**
   * What JetStream answers to a question of its API.
   * @throws {SallyportError} `ERR_TRANSPORT_*`, with a {@link JetStreamError} as its cause where it answered with one.
   */
  async api<T>(subject: string, question: object = {}): Promise<T> {
    try {
      const { data } = await this.#request(`${this.#api}.${subject}`, JSON.stringify(question));
      return answerOf(data) as T;
    } catch (error) {
      throw transportError(error);
    }
  }

  /** Stores a message in that stream. Resolves with its sequence there, and with whichever stream took it. */
  async store(to: Place, bytes: Uint8Array | string, key?: string): Promise<{ readonly stream: string; readonly seq: number }> {
    try {
      const { data } = await this.#request(to.subject, bytes, key === undefined ? undefined : this.#withKey(key));
      const { stream, seq, duplicate } = answerOf(data) as { stream?: unknown; seq?: unknown; duplicate?: unknown };
      if (typeof stream !== "string" || typeof seq !== "number") throw new Error("the answer is not a stream's");
      // We set no Nats-Msg-Id, so that nothing of ours can be taken for what somebody sent before.
      if (duplicate === true) throw new Error("the stream says that it had the message before");
      return { stream, seq };
    } catch (error) {
      throw transportError(error, isNoResponder(error) ? await this.#whyNobodyStores(to) : undefined);
    }
  }

  /** While the servers of a cluster choose a leader nobody takes what is sent, as when there is no stream at all. */
  async #whyNobodyStores({ stream, subject }: Place): Promise<Meaning> {
    try {
      const { config } = await this.api<{ config: { subjects?: readonly string[] } }>(`STREAM.INFO.${stream}`);
      return matches(config.subjects, subject) ? NO_LEADER : NOBODY_STORES;
    } catch (error) {
      return isUnavailable(error) ? NO_LEADER : NOBODY_STORES;
    }
  }

  /** Settles a delivery. Resolves when JetStream has taken it. */
  async settle(reply: string, how: string): Promise<void> {
    await this.#request(reply, how);
  }

  /** Without an answer: what is lost is made good by time. Nothing is thrown while the connection is closed. */
  say(subject: string, text: string, reply?: string): void {
    try {
      this.#client.connection.publish(subject, text, reply === undefined ? {} : { reply });
    } catch {
      // Closed: nobody hears.
    }
  }

  subscribe(subject: string, callback: (error: Error | null, message: NatsMessage) => void): NatsSubscription {
    // Closed: nothing comes, and whoever waits for it finds out.
    if (this.#client.connection.isClosed()) return { drain: () => Promise.resolve(), unsubscribe: () => undefined };
    return this.#client.connection.subscribe(subject, { callback });
  }

  pull(stream: string, consumer: string, question: object, inbox: string): void {
    this.say(`${this.#api}.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(question), inbox);
  }

  /** Resolves when the server has read what was sent before, or does not answer in time. */
  async flush(): Promise<void> {
    if (this.#client.connection.isClosed()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(this.answerWithinMs, resolve);
    this.#client.connection.flush().then(resolve, () => resolve());
    await promise;
    cancel();
  }

  /** The returned function ends it. */
  onReconnect(callback: () => void): () => void {
    this.#onReconnect.add(callback);
    if (this.#status === undefined) void this.#watch();
    return () => {
      this.#onReconnect.delete(callback);
      if (this.#onReconnect.size > 0) return;
      void this.#status?.return?.();
      this.#status = undefined;
    };
  }

  async #watch(): Promise<void> {
    const status = (this.#status = this.#client.connection.status()[Symbol.asyncIterator]());
    for (;;) {
      const { done, value } = await status.next();
      if (done === true) return;
      if (value.type === "reconnect") for (const callback of this.#onReconnect) callback();
    }
  }

  async #request(subject: string, payload: Uint8Array | string, headers?: NatsHeaders): Promise<NatsMessage> {
    const options = { timeout: this.answerWithinMs, ...(headers !== undefined && { headers }) };
    return this.#client.connection.request(subject, payload, options);
  }

  #withKey(key: string): NatsHeaders {
    const headers = this.#client.headers();
    // Not every text of a key is one of a header's. The empty key is one, too.
    headers.set(KEY_HEADER, `k${Buffer.from(key).toString("base64url")}`);
    return headers;
  }
}

const isUnavailable = (error: unknown): boolean => isSallyportError(error) && error.code === "ERR_TRANSPORT_UNAVAILABLE";

/** Of the subjects that a stream of ours has: itself, or with a `*` in the place of what differs. */
const matches = (subjects: readonly string[] = [], subject: string): boolean =>
  subjects.some((one) => {
    const [wanted, given] = [one.split("."), subject.split(".")];
    return wanted.length === given.length && wanted.every((token, index) => token === "*" || token === given[index]);
  });

function answerOf(data: Uint8Array): unknown {
  const answer = JSON.parse(Buffer.from(data).toString()) as { readonly error?: ApiError };
  if (answer.error !== undefined) throw new JetStreamError(answer.error);
  return answer;
}

function refuseUnfit({
  connection,
  headers,
}: {
  readonly connection?: Partial<NatsClient["connection"]>;
  readonly headers?: unknown;
}): void {
  const methods = ["publish", "request", "subscribe", "status", "flush", "isClosed"] as const;
  if (typeof headers === "function" && methods.every((method) => typeof connection?.[method] === "function")) {
    const given = (connection as { readonly options?: { readonly maxReconnectAttempts?: number } }).options?.maxReconnectAttempts;
    if (given === undefined || given < 0) return;
    throw new SallyportError("ERR_CONFIG_INVALID", `the connection gives up for good after ${given} attempts to connect again`, {
      place: "the client of the NATS transport",
      remedy: "Connect with maxReconnectAttempts: -1.",
    });
  }
  throw new SallyportError("ERR_CONFIG_INVALID", "this is no connection of NATS and its headers", {
    place: "the client of the NATS transport",
    remedy: "Hand in { connection: await connect(…), headers }, both of @nats-io/transport-node.",
  });
}
