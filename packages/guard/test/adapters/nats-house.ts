// Connections and transports on NATS that end with their test, and JetStream asked past them.
import { connect, type ConnectionOptions, headers, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { type NatsClient, type NatsOptions, NatsTransport } from "../../src/adapters/nats.ts";

/** Connects again for ever, at once. */
export async function connected(servers: string | string[], options: ConnectionOptions = {}): Promise<NatsConnection> {
  const connection = await connect({ servers, maxReconnectAttempts: -1, noAsyncTraces: true, reconnectTimeWait: 50, ...options });
  onTestFinished(() => connection.close());
  return connection;
}

/** With the streams of these destinations; closed before its connection. */
export async function opened(
  connection: NatsConnection,
  options: NatsOptions = {},
  destinations: readonly string[] = ["orders"],
): Promise<NatsTransport> {
  const transport = new NatsTransport({ connection, headers }, options);
  onTestFinished(() => transport.close());
  for (const destination of destinations) await transport.declare(destination);
  return transport;
}

/** An answer of JetStream's API; rejects where it is an error. */
export async function asked<T = unknown>(connection: NatsConnection, subject: string, question: object = {}): Promise<T> {
  const message = await connection.request(`$JS.API.${subject}`, JSON.stringify(question), { timeout: 5000 });
  const answer = message.json<{ error?: { description: string } }>();
  if (answer.error !== undefined) throw new Error(answer.error.description);
  return answer as T;
}

/** A client through which nothing that is only said comes, or whose settlements are carried out and not answered. */
interface Meddled {
  readonly client: NatsClient;
  isMute: boolean;
  /** Nobody answers that it is still there. */
  isDoubted: boolean;
  isUnanswered: boolean;
}

export async function meddling(url: string): Promise<Meddled> {
  const real = await connected(url);
  const timeout = (): Promise<never> => Promise.reject(Object.assign(new Error("timeout"), { name: "TimeoutError" }));
  const meddled: Meddled = {
    isMute: false,
    isDoubted: false,
    isUnanswered: false,
    client: {
      headers,
      connection: {
        publish: (subject, payload, given) => (meddled.isMute ? undefined : real.publish(subject, payload, given)),
        async request(subject, payload, given) {
          if ((meddled.isMute || meddled.isDoubted) && payload === "+WPI") return timeout();
          const answer = await real.request(subject, payload, given as never);
          return meddled.isUnanswered && subject.startsWith("$JS.ACK.") ? timeout() : answer;
        },
        subscribe: (subject, given) => real.subscribe(subject, given as never) as never,
        status: () => real.status(),
        flush: () => real.flush(),
        isClosed: () => real.isClosed(),
      },
    },
  };
  return meddled;
}

/** Of a consumer, what JetStream says of it. */
export interface Info {
  readonly num_ack_pending: number;
  readonly num_waiting: number;
  readonly delivered: { readonly consumer_seq: number };
}

let count = 0;

/** A connection while the tests of one description run. `letter`: one for each file, since files may be tested by one process. */
export function natsHouse(url: string, letter: string) {
  let connection: NatsConnection;
  beforeAll(async () => {
    connection = await connect({ servers: url, maxReconnectAttempts: -1 });
  });
  afterAll(() => connection.close());
  const freshPrefix = (): string => `${letter}${process.pid}_${++count}`;
  const open = (options: NatsOptions = {}): Promise<NatsTransport> => opened(connection, { prefix: freshPrefix(), ...options });
  const infoOf = (prefix: string, group = "g"): Promise<Info> => asked(connection, `CONSUMER.INFO.${prefix}-orders.${group}`);
  return {
    get connection(): NatsConnection {
      return connection;
    },
    freshPrefix,
    open,
    infoOf,
  };
}
