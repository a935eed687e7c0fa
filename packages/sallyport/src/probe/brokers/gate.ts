// A way to a port that can be held up: to those who come by it the broker then is as one that does not answer, while
// others go on to talk to it.
import { connect, createServer, type Server, type Socket } from "node:net";

export class Gate {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  #isHeld = false;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as { readonly port: number }).port;
  }

  static async open(port: number): Promise<Gate> {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const gate = new Gate(server, sockets);
    server.on("connection", (socket) => gate.#pass(socket, connect({ port, host: "127.0.0.1", noDelay: true })));
    return gate;
  }

  /** Nothing passes until what is returned is called, and then everything that came meanwhile. */
  hold(): () => void {
    this.#isHeld = true;
    for (const socket of this.#sockets) socket.pause();
    return () => {
      this.#isHeld = false;
      for (const socket of this.#sockets) socket.resume();
    };
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #pass(...ends: readonly [Socket, Socket]): void {
    for (const [from, to] of [ends, ends.toReversed() as [Socket, Socket]]) {
      this.#sockets.add(from);
      from.on("data", (bytes) => {
        // What comes faster than it can be passed on waits where it comes from.
        if (to.write(bytes) || this.#isHeld) return;
        from.pause();
        to.once("drain", () => this.#isHeld || from.resume());
      });
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#isHeld) from.pause();
    }
  }
}
