// Stands between a client and a broker, and can cut what goes through it.
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface TcpProxy {
  /** The address that it was made for, by way of it. */
  readonly url: string;
  /** Ends every connection at once; new ones are taken. */
  cut(): void;
  /** On no connection that is open anything goes through any more, in either direction; on new ones it does. */
  swallow(): void;
  /** As where a host is gone: on new ones nothing either, and no end hears of the other's, until it is cut. */
  vanish(): void;
}

export async function tcpProxy(target: string): Promise<TcpProxy> {
  const to = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let isGone = false;
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    if (!isGone) near.pipe(far).pipe(near);
    for (const socket of pair) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        // Nor does the other end hear of it.
        if (isGone) return;
        for (const one of pair) one.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    isGone = false;
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  const url = new URL(target);
  url.port = String((server.address() as { port: number }).port);
  const swallow = (): void => {
    for (const [near, far] of pairs) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  };
  return {
    url: url.href,
    cut,
    swallow,
    vanish() {
      isGone = true;
      swallow();
    },
  };
}
