// A broker that comes up between the first address that is tried and the second, which are one: the client forgets the
// connection that it then makes.
import { createServer, connect, type Server, type Socket } from "node:net";
import { once } from "node:events";
import * as platformatic from "@platformatic/kafka";
import { expect, onTestFinished, test } from "vitest";
import { KafkaTransport } from "../../src/adapters/kafka.ts";
import { brokersOf, createTopics, freshPrefix, withAdmin } from "../adapters/kafka-topics.ts";
import { send } from "../adapters/stream-box.ts";
import { describeBroker } from "../brokers.ts";

const LOCAL = "127.0.0.1";

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Passes on what comes, and knows who is connected. */
function passingOn(to: string): { readonly server: Server; readonly sockets: Set<Socket> } {
  const [host, port] = to.split(":");
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const onward = connect(Number(port), host);
    socket.once("close", () => sockets.delete(socket));
    for (const one of [socket, onward]) one.on("error", () => undefined);
    socket.pipe(onward).pipe(socket);
  });
  return { server, sockets };
}

describeBroker("kafka", "Kafka, a connection that @platformatic/kafka has forgotten", (url) => {
  test("[PSN-12] is closed with the transport, so that the process can end", { timeout: 60_000 }, async () => {
    const prefix = freshPrefix();
    await withAdmin(url, (admin) => createTopics(admin, prefix));
    const { server, sockets } = passingOn(brokersOf(url)[0] as string);
    onTestFinished(() => void server.close());
    const port = await freePort();
    let failures = 0;
    const listen = (): void => {
      // Without a host it listens at once, before the second is tried.
      if (failures++ === 0) server.listen(port);
    };
    const Admin = class extends platformatic.Admin {
      constructor(options: ConstructorParameters<typeof platformatic.Admin>[0]) {
        super(options);
        this.on("client:broker:failed", listen);
      }
    };
    const connection = { bootstrapBrokers: [`${LOCAL}:${port}`, `${LOCAL}:${port}`] };
    const transport = new KafkaTransport({ ...platformatic, Admin }, connection, { prefix, minInSyncReplicas: 1 });
    onTestFinished(() => transport.close());
    await send(transport, ["a"]);
    expect([failures, sockets.size > 0]).toEqual([1, true]);
    await transport.close();
    await expect.poll(() => sockets.size).toBe(0);
  });
});
