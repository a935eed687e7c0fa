import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import { NatsTransport } from "../../../src/adapters/nats.ts";
import type { Carrier } from "./carrier.ts";

const connected = (urls: string): Promise<NatsConnection> =>
  connect({ servers: urls.split(","), maxReconnectAttempts: -1, reconnectTimeWait: 50 });

/** `replicas`: of every stream. */
export const natsWith = (replicas: number): Carrier => {
  const on = (connection: NatsConnection): NatsTransport =>
    new NatsTransport({ connection, headers }, { reclaimAfterMs: 1000, answerWithinMs: 1000, replicas });
  return {
    async open(urls) {
      const connection = await connected(urls);
      return { transport: on(connection), close: () => connection.close() };
    },
    async declare(urls, destination, group) {
      const connection = await connected(urls);
      await on(connection).declare(destination, [{ name: group, ordering: "key" }]);
      await connection.close();
    },
  };
};
