// A server of a broker for one test file alone, which may be set wrong, ended and started anew.
import { afterAll, beforeAll } from "vitest";
import type { Broker } from "../../../../scripts/brokers/broker.ts";
import type { Running } from "../../../../scripts/brokers/running.ts";
import { end, start } from "../../../../scripts/brokers/start.ts";

/** Started before the tests of the suite that it is called in, and ended after them. */
export function ownServer(broker: Broker): () => Running {
  let own: Running | undefined;
  beforeAll(async () => {
    own = await start(broker);
  }, 90_000);
  afterAll(async () => {
    if (own !== undefined) await end(own);
  }, 60_000);
  return () => {
    if (own === undefined) throw new Error(`${broker.name} was not started`);
    return own;
  };
}
