// Every transport that the harness kills, restarts and rebalances. Another is one entry here.
import { Redis as IoRedis } from "ioredis";
import { RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import type { Transport } from "../../src/ports/transport.ts";

export interface Opened {
  readonly transport: Transport;
  /** The client's end, after the transport's. */
  readonly close: () => Promise<unknown>;
}

export interface Carrier {
  readonly name: string;
  /** Its name in scripts/brokers. */
  readonly broker: string;
  /** Set so that what a dead member had comes again as soon as the broker can be asked for. */
  open(url: string): Promise<Opened>;
  /** What the broker must have been told before the first message, once for each destination. */
  declare?(url: string, destination: string, group: string): Promise<void>;
}

export const CARRIERS: readonly Carrier[] = [
  {
    name: "redis-streams",
    broker: "redis",
    async open(url) {
      const client = new IoRedis(url);
      client.on("error", () => undefined);
      return { transport: new RedisStreamsTransport(client, { reclaimAfterMs: 300 }), close: async () => client.disconnect() };
    },
  },
];

export function carrierOf(name: string): Carrier {
  const found = CARRIERS.find((carrier) => carrier.name === name);
  if (found === undefined) throw new Error(`no carrier "${name}"`);
  return found;
}
