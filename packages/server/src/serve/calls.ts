// Tool calls in flight, so that shutting down waits for them and takes no new ones (PSN-12).
import type { McpServer } from "@modelcontextprotocol/server";
import { SallyportError } from "@sallyport/guard";
import { type McpServerLike, refusal } from "@sallyport/guard/mcp";

type Callback = (...given: readonly unknown[]) => Promise<unknown>;

export class CallsInFlight {
  #count = 0;
  #closed = false;
  #onIdle: (() => void) | undefined;

  get closed(): boolean {
    return this.#closed;
  }

  /** The same server; the tools registered through what is returned are counted. */
  around(server: McpServer): McpServerLike {
    return {
      server: server.server,
      registerTool: (name: string, config: never, callback: Callback) =>
        server.registerTool(name, config, this.#counted(callback) as never),
    };
  }

  /** Refuses new calls, and resolves when those in flight have ended or the deadline has passed. */
  async close(deadlineMs: number): Promise<void> {
    this.#closed = true;
    if (this.#count === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    const timer = setTimeout(resolve, deadlineMs);
    await promise;
    clearTimeout(timer);
  }

  #counted(callback: Callback): Callback {
    return async (...given) => {
      if (this.#closed) return refusal(stopping());
      this.#count++;
      try {
        return await callback(...given);
      } finally {
        this.#count--;
        if (this.#count === 0) this.#onIdle?.();
      }
    };
  }
}

const stopping = (): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "the server is shutting down", {
    publicMessage: "The server is shutting down. Nothing was done; repeating this call is safe.",
  });
