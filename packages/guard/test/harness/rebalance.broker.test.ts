// Three workers share a group; every now and then one is killed and another comes. Nothing is lost, and where the broker
// can, the steps of each key stay in order.
import { setTimeout as after } from "node:timers/promises";
import { expect, test } from "vitest";
import { describeBrokers } from "../brokers.ts";
import { CARRIERS } from "./carriers.ts";
import { exitOf, World } from "./world.ts";

/** `npm run check:slow-brokers` takes five minutes. */
const LASTS_MS = Number(process.env["REBALANCE_MS"] ?? 6000);
const EVERY_MS = 2000;
const PACE_MS = 10;
const EVENTS = Math.floor(LASTS_MS / (2 * PACE_MS) / 10) * 10;
const FINISHES_WITHIN_MS = 30_000;

for (const carrier of CARRIERS) {
  describeBrokers([carrier.broker, "postgres"], `${carrier.name}, its group changing`, (url, postgres) => {
    test("[PSN-09] [PSN-12] [REP-15] nothing lost, nothing doubled, keys in order", { timeout: 3 * LASTS_MS + 180_000 }, async () => {
      const { transport, close } = await (await carrier.load()).open(url);
      const { ordersByKey } = transport.capabilities;
      await transport.close();
      await close();
      const place = { url, postgres, ordering: ordersByKey ? "key" : "none", events: EVENTS, paceMs: PACE_MS } as const;
      const world = await World.open(carrier, place);
      const workers = [...(await world.consumers(3))];
      const published = world.publish();
      for (let atMs = 0; atMs < LASTS_MS; atMs += EVERY_MS) {
        await after(EVERY_MS);
        const oldest = workers.shift()!;
        const gone = exitOf(oldest);
        oldest.kill("SIGKILL");
        await gone;
        workers.push(...(await world.consumers(1)));
      }
      expect(await published).toBe(0);
      await world.untilSettled(FINISHES_WITHIN_MS);
      await world.audit();
      if (ordersByKey) await world.auditOrder();
      const exits = workers.map(exitOf);
      for (const worker of workers) worker.kill("SIGTERM");
      expect(await Promise.all(exits)).toEqual([0, 0, 0]);
    });
  });
}
