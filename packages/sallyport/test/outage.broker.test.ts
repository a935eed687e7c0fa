// Broker or store ended as by a power cut under running servers and workers, and started anew: who asks is told, nothing
// is lost or handled twice, and all of it goes on by itself.
import { expect, onTestFinished, test } from "vitest";
import type { Broker } from "../../../scripts/brokers/broker.ts";
import { postgres as postgresServer } from "../../../scripts/brokers/postgres.ts";
import { redis as redisServer } from "../../../scripts/brokers/redis.ts";
import type { Running } from "../../../scripts/brokers/running.ts";
import { end, restart, start } from "../../../scripts/brokers/start.ts";
import { describeBrokers } from "../../guard/test/brokers.ts";
import { Ear, houseOn } from "./shared-house.ts";

interface Mortal {
  readonly url: string;
  readonly kill: () => void;
  readonly revive: () => Promise<void>;
}

async function mortal(broker: Broker): Promise<Mortal> {
  let running: Running = await start(broker);
  onTestFinished(() => end(running));
  return {
    url: running.url,
    kill: () => void process.kill(running.pid, "SIGKILL"),
    revive: async () => {
      running = await restart(broker, running);
    },
  };
}

const SLOW = { timeout: 180_000 };

async function outlives(broker: Mortal, store: Mortal, dying: Mortal, what: "broker" | "store"): Promise<void> {
  const house = houseOn(broker.url, store.url);
  const publish = await house.serve();
  const worker = await house.work();
  const [, health = ""] = await worker.says(/"health":"([^"]+)"/);
  const ear = new Ear().listen(worker);
  const ready = async () => (await fetch(`${health}/readyz`)).json();
  await publish("before");
  await ear.untilSaid(/^handled/, 1);
  expect(await ready()).toEqual({ status: "ready" });

  dying.kill();
  await expect(publish("meanwhile")).rejects.toThrow("refused");
  await expect.poll(ready, { timeout: 30_000, interval: 200 }).toMatchObject({ failing: expect.arrayContaining([what]) });

  await dying.revive();
  await expect.poll(ready, { timeout: 60_000, interval: 200 }).toEqual({ status: "ready" });
  await expect
    .poll(
      () =>
        publish("meanwhile").then(
          () => true,
          () => false,
        ),
      { timeout: 60_000, interval: 500 },
    )
    .toBe(true);
  await publish("after");
  await ear.untilSaid(/^handled (?:meanwhile|after)/, 2);
  expect((await worker.stop()).code).toBe(0);
  const handled = ear.saying(/^handled/).map((line) => line.split(" ")[1] ?? "");
  // A call that was not confirmed may have been published; it carries no key, and its repetition is another event.
  expect(handled.filter((item) => item !== "meanwhile").toSorted()).toEqual(["after", "before"]);
  const trail = await house.command("trail", "verify", house.contract);
  expect([trail.code, trail.stdout]).toEqual([0, expect.stringMatching(/^intact/)]);
}

describeBrokers(["redis", "postgres"], "an outage", () => {
  test("[REP-12] [REP-10] of the store is told, held through and gone on from", SLOW, async () => {
    const [broker, store] = [await mortal(redisServer), await mortal(postgresServer)];
    await outlives(broker, store, store, "store");
  });

  test("[REP-12] [PUB-11] of the broker is told, held through and gone on from", SLOW, async () => {
    const [broker, store] = [await mortal(redisServer), await mortal(postgresServer)];
    await outlives(broker, store, broker, "broker");
  });
});
