// A way to a port that can be held up: to those who come by it the broker then is as one that does not answer, while
// others go on to talk to it.
import { connect, createServer, type Server, type Socket } from "node:net";

const MOST_GREETING = 256;

export class Gate {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Those that nothing comes through while it is held. */
  readonly #holdable = new Set<Socket>();
  readonly #greeting: RegExp | undefined;
  #isHeld = false;

  private constructor(server: Server, greeting: RegExp | undefined) {
    this.#server = server;
    this.#greeting = greeting;
    this.port = (server.address() as { readonly port: number }).port;
  }

  /**
   * `greeting`: what the broker says last to one who comes anew. Who asks for a connection at each call, and for nothing else, would
   * be held up there, and seem to wait for what it never asks for.
   */
  static async open(port: number, greeting?: RegExp): Promise<Gate> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const gate = new Gate(server, greeting);
    server.on("connection", (socket) => gate.#pass(socket, connect({ port, host: "127.0.0.1", noDelay: true })));
    return gate;
  }

  /** Nothing but greetings passes until what is returned is called, and then everything that came meanwhile. */
  hold(): () => void {
    this.#isHeld = true;
    for (const socket of this.#holdable) socket.pause();
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

  #pass(...ends: readonly [client: Socket, broker: Socket]): void {
    const greeted = (): void => {
      for (const end of ends) if (this.#sockets.has(end)) this.#holdable.add(end);
      if (this.#isHeld) for (const end of ends) end.pause();
    };
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
        this.#holdable.delete(from);
        to.destroy();
      });
    }
    if (this.#greeting === undefined) greeted();
    else this.#afterGreeting(ends[1], this.#greeting, greeted);
  }

  #afterGreeting(broker: Socket, greeting: RegExp, then: () => void): void {
    let said = "";
    const hear = (bytes: Buffer): void => {
      said = `${said}${bytes.toString("latin1")}`.slice(-MOST_GREETING);
      if (!greeting.test(said)) return;
      broker.off("data", hear);
      then();
    };
    broker.on("data", hear);
  }
}
