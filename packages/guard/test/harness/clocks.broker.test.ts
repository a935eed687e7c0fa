// Hosts whose clocks are an hour apart, as processes that are told another time of day. What is too old or from the future
// by such a clock is refused and kept, what the broker vouches for is not, and nothing is lost or doubled.
import { expect, test } from "vitest";
import { describeBrokers } from "../brokers.ts";
import { listedAs } from "./carriers.ts";
import { exitOf, World } from "./world.ts";

const HOUR_MS = 3_600_000;
const EVENTS = 20;
const FINISHES_WITHIN_MS = 60_000;
const SLOW = { timeout: 180_000 };

interface Hosts {
  readonly publisherMs?: number;
  readonly consumerMs?: number;
}

/** Brokers that vouch for the time at which they took a message, and one that does not. */
for (const name of ["sqs", "kafka", "redis-streams"]) {
  const listed = listedAs(name);
  const vouches = name !== "redis-streams";

  describeBrokers([listed.broker, "postgres"], `an hour wrong on ${name}`, (url, postgres) => {
    const place = { url, postgres, ordering: "none", events: EVENTS, paceMs: 0 } as const;

    /** The world after all has ended, in whatever way. */
    async function run({ publisherMs = 0, consumerMs = 0 }: Hosts): Promise<World> {
      const world = await World.open(listed, place);
      const { transport, close } = await (await listed.load()).open(url);
      expect(transport.capabilities.vouchesEnqueueTime).toBe(vouches);
      await transport.close();
      await close();
      const [consumer] = await world.consumers(1, { aheadMs: consumerMs });
      expect(await world.publish({ aheadMs: publisherMs })).toBe(0);
      await world.untilSettled(FINISHES_WITHIN_MS);
      const exited = exitOf(consumer!);
      consumer!.kill("SIGTERM");
      expect(await exited).toBe(0);
      return world;
    }

    async function refusedAll(world: World, code: string): Promise<void> {
      expect([await world.count("effects"), await world.count(`letters WHERE code = '${code}'`)]).toEqual([0, EVENTS]);
      expect(await world.count("letters")).toBe(EVENTS);
    }

    test("[REP-04] what a host that is ahead has signed is from the future, and is kept as a dead letter", SLOW, async () => {
      await refusedAll(await run({ publisherMs: HOUR_MS }), "ERR_ENVELOPE_FUTURE");
    });

    test("[REP-02] what a host that is behind has signed is too old, and is kept as a dead letter", SLOW, async () => {
      await refusedAll(await run({ publisherMs: -HOUR_MS }), "ERR_ENVELOPE_STALE");
    });

    test("[REP-04] by a consumer's clock that is behind all is from the future, and is kept as a dead letter", SLOW, async () => {
      await refusedAll(await run({ consumerMs: -HOUR_MS }), "ERR_ENVELOPE_FUTURE");
    });

    test("[REP-09] a consumer's clock that is ahead makes nothing too old that the broker vouches for", SLOW, async () => {
      const world = await run({ consumerMs: HOUR_MS });
      if (vouches) await world.audit();
      else await refusedAll(world, "ERR_ENVELOPE_STALE");
    });
  });
}

for (const [name, orderings] of [
  ["sqs", ["none"]],
  ["sqs-fifo", ["key"]],
  ["kafka", ["none", "key"]],
  ["kafkajs", ["none", "key"]],
] as const) {
  const listed = listedAs(name);

  describeBrokers([listed.broker, "postgres"], `consumers of one group on ${name} whose clocks are an hour apart`, (url, postgres) => {
    test("[REP-07] [REP-10] share the work, lose nothing and double nothing", SLOW, async () => {
      const world = await World.open(listed, { url, postgres, ordering: "none", events: 5 * EVENTS, paceMs: 0 });
      const workers = [...(await world.consumers(1)), ...(await world.consumers(1, { aheadMs: HOUR_MS }))];
      expect(await world.publish()).toBe(0);
      await world.untilSettled(FINISHES_WITHIN_MS);
      await world.audit();
      const exits = workers.map(exitOf);
      for (const worker of workers) worker.kill("SIGTERM");
      expect(await Promise.all(exits)).toEqual([0, 0]);
    });

    test.each(orderings)(
      "[PSN-03] [PSN-11] what the one that is ahead has put off is retried by another in its time, ordered by %s",
      SLOW,
      async (ordering) => {
        const world = await World.open(listed, { url, postgres, ordering, events: EVENTS, paceMs: 0 });
        expect(await world.publish()).toBe(0);
        // By its fourth failure it has put some off, which are not all done.
        const ahead = world.start("consume", { aheadMs: HOUR_MS, point: "consume:failed", passes: 3 });
        expect(await exitOf(ahead)).toBe("SIGKILL");
        await world.finish(FINISHES_WITHIN_MS);
        await world.audit();
        if (ordering === "key") await world.auditOrder();
      },
    );
  });
}
