// Each broker ended with SIGKILL under load, again and again, and started anew on what it had written: what was confirmed
// is there, and happens once.
import { setTimeout as after } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { BROKERS } from "../../../../scripts/brokers/list.ts";
import { end, restart, start } from "../../../../scripts/brokers/start.ts";
import { describeBrokers } from "../brokers.ts";
import { CARRIERS } from "./carriers.ts";
import { exitOf, World } from "./world.ts";

/** `npm run check:slow-brokers` makes 20. */
const RESTARTS = Number(process.env["BROKER_RESTARTS"] ?? 2);
/** How long it is up between two ends. */
const UP_MS = 1000;
const PACE_MS = 10;
/** So that what is published lasts for all of them. */
const EVENTS = 100 * RESTARTS;
/** Of every five events one is tried again, and SQS waits a second for that, FIFO with all of its key behind it. */
const FINISHES_WITHIN_MS = 30_000 + 200 * EVENTS;

for (const carrier of CARRIERS) {
  describeBrokers([carrier.broker, "postgres"], `${carrier.name}, its broker ended under load`, (_, postgres) => {
    test(
      "[REP-12] [PUB-11] [PSN-11] nothing confirmed is lost, and nothing is doubled",
      { timeout: 60_000 * RESTARTS + FINISHES_WITHIN_MS },
      async () => {
        const broker = BROKERS.find(({ name }) => name === carrier.broker)!;
        let server = await start(broker);
        onTestFinished(() => end(server), 60_000);
        const world = await World.open(carrier, { url: server.url, postgres, ordering: "none", events: EVENTS, paceMs: PACE_MS });
        const workers = await world.consumers(2);
        const exits = workers.map(exitOf);
        const published = world.publish();
        for (let round = 0; round < RESTARTS; round++) {
          await after(UP_MS);
          server = await restart(broker, server);
        }
        expect(await published).toBe(0);
        await world.untilSettled(FINISHES_WITHIN_MS);
        await world.audit();
        for (const worker of workers) worker.kill("SIGTERM");
        expect(await Promise.all(exits)).toEqual([0, 0]);
      },
    );
  });
}
