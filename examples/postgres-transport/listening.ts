// In Node an `error` event that nobody listens to ends the process, and a connection that is cut tells of it so.
import type { Pool, PoolClient } from "pg";

const heard = new WeakSet<object>();

export function hear(client: PoolClient): void {
  if (!heard.has(client)) client.on("error", () => undefined);
  heard.add(client);
}

/** New connections from the first: one may be cut before whoever waits for it has it. */
export function hearAll(pool: Pool): void {
  if (!heard.has(pool)) pool.on("connect", hear);
  heard.add(pool);
}
