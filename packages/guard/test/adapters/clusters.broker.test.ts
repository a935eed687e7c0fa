// Transports on brokers of three servers: the same laws, and what is said while nobody leads.
import { Cluster } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import { browserLaws, transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { NatsCluster } from "../nats-cluster.ts";
import { RedisCluster } from "../redis-cluster.ts";
import { connected, opened } from "./nats-house.ts";
import { box, send, textsOf } from "./stream-box.ts";

const SLOW = { timeout: 120_000 };
const within = { timeout: 60_000, interval: 100 };
let prefixes = 0;
/** Of its own for every transport. */
const freshPrefix = (): string => `n${process.pid}_${++prefixes}`;

describeBroker("redis", "Redis Streams on three masters", () => {
  test("[PSN-09] [PSN-11] [PUB-11] keep all laws, wherever a stream is", SLOW, async () => {
    const cluster = await RedisCluster.open({ replicas: 0 });
    const client = new Cluster([...cluster.urls]);
    onTestFinished(() => client.disconnect());
    const fresh = async (): Promise<RedisStreamsTransport> =>
      new RedisStreamsTransport(client, { prefix: freshPrefix(), vouchesEnqueueTime: true });
    for (const law of [...transportLaws(fresh), ...browserLaws(fresh)]) await law.run();
    // A prefix makes no other slot: what they publish to are two, and these are on all three.
    const transport = await fresh();
    const destinations = Array.from({ length: 12 }, (_, n) => `d${n}`);
    for (const destination of destinations) await send(transport, [destination], undefined, destination);
    for (const destination of destinations) {
      const { take, subscription } = await box(transport, { destination, ordering: "key" });
      const [delivery] = await take(1);
      expect(textsOf([delivery!])).toEqual([destination]);
      await delivery!.ack();
      await subscription.close();
    }
    const sizes = await Promise.all(cluster.nodes.map(({ admin }) => admin.dbsize()));
    expect(
      sizes.every((size) => size > 0),
      "all three have streams",
    ).toBe(true);
  });
});

describeBroker("nats", "NATS of three servers", () => {
  test("[PUB-11] [REP-12] while nobody leads a stream it is unavailable, and not refused as one that is not there", SLOW, async () => {
    const cluster = await NatsCluster.open();
    const options = { prefix: "led", replicas: 3, answerWithinMs: 1000 };
    const transport = await opened(await connected(cluster.url.split(",")), options);
    await send(transport, ["a"]);
    const killed = await cluster.killMajority("led-orders");
    const unavailable = { code: "ERR_TRANSPORT_UNAVAILABLE" };
    await expect
      .poll(() => send(transport, ["b"]).catch((error: unknown) => error), within)
      .toMatchObject({
        ...unavailable,
        message: expect.stringContaining("none of its servers leads it") as string,
      });
    for (const server of killed) await server.restart();
    await expect
      .poll(
        () =>
          send(transport, ["c"]).then(
            () => "sent",
            (error: unknown) => error,
          ),
        within,
      )
      .toBe("sent");
    const { take } = await box(transport);
    expect(textsOf(await take(2))).toEqual(["a", "c"]);
  });
});
