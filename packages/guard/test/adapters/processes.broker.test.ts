// The laws of processes that die. A proxy stands before a broker and cuts what goes through it; clients of Kafka go where
// its brokers say that they are, past any proxy, and so one whose sockets can be handed in is cut there.
import { connect, headers } from "@nats-io/transport-node";
import { Redis as IoRedis } from "ioredis";
import { Kafka, logLevel } from "kafkajs";
import { connect as connectTo, Socket } from "node:net";
import { describe, onTestFinished, test } from "vitest";
import { KafkaJsTransport } from "../../src/adapters/kafkajs.ts";
import { NatsTransport } from "../../src/adapters/nats.ts";
import { RabbitMqTransport } from "../../src/adapters/rabbitmq.ts";
import { RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import { SqsTransport } from "../../src/adapters/sqs.ts";
import type { Transport } from "../../src/ports/transport.ts";
import { type Doomed, transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { openDatabase, temporaryFile } from "../temporary-database.ts";
import { cutProxy } from "./cut-proxy.ts";
import { brokersOf, createTopics, freshPrefix, withAdmin } from "./kafka-topics.ts";
import { amqplib } from "./rabbitmq-amqplib.ts";
import { openOn, SHORT } from "./sqs-box.ts";
import { clientAt, GROUPS } from "./sqs-queues.ts";

const LEASE_MS = 1500;
let prefixes = 0;

type Connect = (url: string, prefix: string) => Promise<Transport>;

interface More {
  /** Makes what the transport does not. */
  readonly prepare?: (prefix: string) => Promise<unknown>;
  readonly isOrdered?: boolean;
}

function holdToProcessLaws(url: string, transportOn: Connect, { prepare, isOrdered }: More = {}): void {
  let prefix = "";
  const open = async (): Promise<Transport> => {
    prefix = `p${process.pid}x${++prefixes}`;
    await prepare?.(prefix);
    return transportOn(url, prefix);
  };
  const doom = async (): Promise<Doomed> => {
    const proxy = await cutProxy();
    const through = new URL(url);
    proxy.to(Number(through.port));
    through.port = String(proxy.port);
    const transport = await transportOn(through.href, prefix);
    const die = async (): Promise<void> => {
      proxy.shut();
      // Nothing gets through: it is for its timers alone.
      void transport.close().catch(() => undefined);
    };
    return { transport, die };
  };
  registerProcessLaws(open, doom, isOrdered);
}

function registerProcessLaws(open: () => Promise<Transport>, doom: () => Promise<Doomed>, isOrdered = true): void {
  for (const { name, needs, run } of transportLaws(open, doom).slice(transportLaws(open).length))
    if (isOrdered || needs !== "ordersByKey") test(name, run);
}

describe("SQLite", () => {
  let file = "";
  const transportIn = (): { readonly transport: SqliteTransport; readonly die: () => Promise<void> } => {
    const database = openDatabase(file);
    const transport = new SqliteTransport(database, { pollMs: 5, visibilityMs: LEASE_MS });
    return { transport, die: async () => database.close() };
  };
  const open = async (): Promise<Transport> => {
    file = temporaryFile();
    return transportIn().transport;
  };
  registerProcessLaws(open, async () => transportIn());
});

describeBroker("redis", "Redis Streams", (url) => {
  holdToProcessLaws(url, async (to, prefix) => {
    const client = new IoRedis(to).on("error", () => undefined);
    onTestFinished(() => client.disconnect());
    return new RedisStreamsTransport(client, { prefix, reclaimAfterMs: LEASE_MS });
  });
});

describeBroker("nats", "NATS JetStream", (url) => {
  const transportOn = async (to: string, prefix: string): Promise<NatsTransport> => {
    const connection = await connect({ servers: to, maxReconnectAttempts: -1, ignoreClusterUpdates: true });
    onTestFinished(() => connection.close());
    return new NatsTransport({ connection, headers }, { prefix, reclaimAfterMs: LEASE_MS });
  };
  holdToProcessLaws(url, transportOn, { prepare: async (prefix) => (await transportOn(url, prefix)).declare("orders") });
});

describeBroker("rabbitmq", "RabbitMQ", (url) => {
  holdToProcessLaws(url, async (to, prefix) => {
    const { client, close } = await amqplib(to);
    onTestFinished(() => close().catch(() => undefined));
    return new RabbitMqTransport(client, { prefix, newQueueMs: 0 });
  });
});

describeBroker("sqs", "SQS", (url) => {
  describe.each([
    ["standard queues", false],
    ["FIFO queues", true],
  ] as const)("over %s", (_name, fifo) => {
    const transportOn: Connect = async (to, prefix) => new SqsTransport(clientAt(to), { groups: ["g"], prefix, fifo, ...SHORT });
    const prepare = (prefix: string) => openOn(clientAt(url), { prefix, fifo, groups: GROUPS });
    holdToProcessLaws(url, transportOn, { prepare, isOrdered: fifo });
  });
});

describeBroker("kafka", "Kafka", (url) => {
  let prefix = "";
  const transportOn = (): Doomed => {
    const sockets = new Set<Socket>();
    let isDead = false;
    const socketFactory = ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }): Socket => {
      const socket = isDead ? new Socket().destroy(new Error("it is dead")) : connectTo(port, host, onConnect);
      sockets.add(socket);
      return socket;
    };
    const kafka = new Kafka({ brokers: brokersOf(url), logLevel: logLevel.NOTHING, socketFactory, retry: { retries: 1 } });
    const transport = new KafkaJsTransport(kafka, { prefix, minInSyncReplicas: 1, sessionMs: 6000 });
    const die = async (): Promise<void> => {
      isDead = true;
      for (const socket of sockets) socket.destroy();
      void transport.close().catch(() => undefined);
    };
    return { transport, die };
  };
  const open = async (): Promise<Transport> => {
    prefix = freshPrefix();
    await withAdmin(url, (admin) => createTopics(admin, prefix, { partitions: 1 }));
    return transportOn().transport;
  };
  registerProcessLaws(open, async () => transportOn());
});
