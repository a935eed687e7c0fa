import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import { NatsTransport } from "../../../src/adapters/nats.ts";
import type { Carrier } from "./carrier.ts";

const connected = (url: string): Promise<NatsConnection> => connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
const on = (connection: NatsConnection): NatsTransport =>
  new NatsTransport({ connection, headers }, { reclaimAfterMs: 1000, answerWithinMs: 1000 });

export const nats: Carrier = {
  async open(url) {
    const connection = await connected(url);
    return { transport: on(connection), close: () => connection.close() };
  },
  async declare(url, destination, group) {
    const connection = await connected(url);
    await on(connection).declare(destination, [{ name: group, ordering: "key" }]);
    await connection.close();
  },
};
