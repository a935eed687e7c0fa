// Which connections the clients of one transport have open. A client forgets one that it made for a broker right after
// another to the same had failed, as it does where a broker is named twice; it closes none that it has forgotten, and that
// would keep the process until Kafka closes it, after ten minutes.
import type { PlatformaticClient, PlatformaticOpened } from "./platformatic.ts";

export class OpenConnections {
  readonly #open = new Set<PlatformaticOpened>();
  #closed = false;

  /** The client, of which every connection is known from now on. */
  of<T extends PlatformaticClient>(client: T): T {
    client.on("client:broker:connect", ({ connection }) => {
      this.#open.add(connection);
      if (this.#closed) void this.#closeAll();
    });
    client.on("client:broker:disconnect", ({ connection }) => void this.#open.delete(connection));
    return client;
  }

  /** Whatever is left once the clients are closed, and what they were still making. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#closeAll();
  }

  async #closeAll(): Promise<void> {
    await Promise.allSettled([...this.#open].map((connection) => connection.close()));
    this.#open.clear();
  }
}
