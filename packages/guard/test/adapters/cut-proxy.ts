// A proxy between a client and its broker, which a test cuts: at once, or so that what is asked arrives and is never answered.
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface CutProxy {
  readonly port: number;
  /** Of clients, that are open. */
  connections(): number;
  /** Who connects is passed on to it. */
  to(port: number): void;
  /** What is asked still arrives; of the answers none does. Resolves when there was one. */
  swallow(): Promise<void>;
  /** Every connection, at once; who connects next is passed on as before. */
  cut(): void;
  /** Every connection, and each that is tried, until it is `cut` again. */
  shut(): void;
}

export async function cutProxy(): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let target = 0;
  let swallows = false;
  let isShut = false;
  let swallowed = (): void => undefined;
  const server = createServer((client) => {
    if (isShut) return void client.destroy();
    const upstream = connect(target, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (data) => upstream.write(data));
    upstream.on("data", (data) => {
      if (swallows) swallowed();
      else client.write(data);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as { port: number }).port,
    connections: () => sockets.size / 2,
    to: (port) => (target = port),
    swallow: () =>
      new Promise((resolve) => {
        swallowed = resolve;
        swallows = true;
      }),
    shut() {
      isShut = true;
      for (const socket of sockets) socket.destroy();
    },
    cut() {
      [swallows, isShut] = [false, false];
      for (const socket of sockets) socket.destroy();
    },
  };
}
