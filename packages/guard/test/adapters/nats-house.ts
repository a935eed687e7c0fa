// Connections and transports on NATS that end with their test, and JetStream asked past them.
import { connect, type ConnectionOptions, headers, type NatsConnection } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";
import { type NatsOptions, NatsTransport } from "../../src/adapters/nats.ts";

/** Connects again for ever, at once. */
export async function connected(servers: string | string[], options: ConnectionOptions = {}): Promise<NatsConnection> {
  const connection = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 50, ...options });
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
