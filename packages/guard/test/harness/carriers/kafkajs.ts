import { connect, type Socket } from "node:net";
import { Kafka, logLevel } from "kafkajs";
import { KafkaJsTransport } from "../../../src/adapters/kafkajs.ts";
import type { Carrier } from "./carrier.ts";
import { brokersOf, declareWith, onKafka } from "./on-kafka.ts";

export const kafkaJsWith = (replicas: number): Carrier => ({
  declare: declareWith(replicas),
  async open(url) {
    const sockets = new Set<Socket>();
    const client = new Kafka({
      brokers: brokersOf(url),
      logLevel: logLevel.NOTHING,
      requestTimeout: 5000,
      socketFactory: ({ host, port, onConnect }) => {
        const socket = connect({ host, port }, onConnect);
        sockets.add(socket);
        return socket.once("close", () => sockets.delete(socket));
      },
    });
    // kafkajs forgets a broker whose connection was closed without closing the other that it has to it, and that one would
    // keep the process until Kafka closes it, after ten minutes.
    const close = async (): Promise<void> => sockets.forEach((socket) => socket.destroy());
    return { transport: new KafkaJsTransport(client, onKafka(replicas)), close };
  },
});
