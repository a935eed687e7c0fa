// Brokers that the probe starts beside a target, each as a server expects to find it: with its defaults, on loopback, on
// a free port, in the stage's folder. Tests of the guard start theirs, set as the guard wants them, in scripts/brokers.
import { createServer } from "node:net";
import type { Tap } from "../taps/tap.ts";

export interface StartedBroker {
  /** What profiles may name: `url`, `host`, `port`, `file`. */
  readonly names: Readonly<Record<string, string>>;
  readonly tap: Tap;
  close(): Promise<void>;
}

export interface BrokerPlan {
  /** An empty folder of its own. */
  readonly folder: string;
  /** One that runs already. */
  readonly url?: string | undefined;
  readonly file?: string | undefined;
}

/** @throws {BrokerFailure} */
export type StartBroker = (plan: BrokerPlan) => Promise<StartedBroker>;

/** The broker is not there; `message` says why, for the report. */
export class BrokerFailure extends Error {}

/** Free now; nobody else is told of it. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
