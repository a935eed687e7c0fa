// Server and workers on a cluster of Redis, broker and store in one, whose masters change while an agent publishes.
import { expect, test } from "vitest";
import { describeBroker } from "../../guard/test/brokers.ts";
import { RedisCluster } from "../../guard/test/redis-cluster.ts";
import { Ear, houseOn, plainest } from "./shared-house.ts";

const STREAM = "sallyport:{orders}";

describeBroker("redis", "replicas on a cluster of Redis", () => {
  test("[REP-07] [OPS-01] what is published through failovers is handled once, and on the trail once", { timeout: 180_000 }, async () => {
    const cluster = await RedisCluster.open();
    // One of the servers is enough to find the others by.
    const address = cluster.urls[0]!;
    const house = houseOn(address, address, plainest);
    expect((await house.command("topology", house.contract, "--apply")).code).toBe(0);
    expect((await house.command("doctor", house.contract)).stdout).toContain("all in order");
    const publish = await house.serve();
    const all = new Ear().listen(...(await Promise.all([house.work(), house.work()])));
    const befalls: ReadonlyMap<number, () => Promise<unknown>> = new Map([
      [10, () => cluster.failover(STREAM)],
      [20, () => cluster.migrate(STREAM)],
      [30, () => cluster.kill("sallyport:{trail}").then(({ server }) => server.restart())],
    ]);
    const items = Array.from({ length: 40 }, (_, n) => `i${n}`);
    for (const [n, item] of items.entries()) {
      await befalls.get(n)?.();
      await publish(item);
    }
    await all.untilSaid(/^handled/, items.length);
    expect(all.saying(/^handled/).toSorted()).toEqual(items.map((item) => `handled ${item} 1`).toSorted());
    await expect
      .poll(async () => (await house.command("trail", "verify", house.contract)).stdout, { timeout: 30_000 })
      .toMatch(/^intact: 80 entries/);
  });
});
