// Brokers of several nodes, whose leader changes under load: what was confirmed is there, happens once, and keys keep
// their order.
import { headers } from "@nats-io/transport-node";
import { expect, onTestFinished, test } from "vitest";
import { NatsTransport } from "../../src/adapters/nats.ts";
import { browserLaws, transportLaws } from "../../src/testing/index.ts";
import { describeBrokers } from "../brokers.ts";
import { kafkaNames } from "../../src/adapters/kafka.ts";
import { KafkaCluster } from "../kafka-cluster.ts";
import { NatsCluster } from "../nats-cluster.ts";
import { RabbitMqCluster } from "../rabbitmq-cluster.ts";
import { RedisCluster } from "../redis-cluster.ts";
import { type Listed, listedAs } from "./carriers.ts";
import { destinationOf, GROUP } from "./counted.ts";
import { exitOf, World } from "./world.ts";

const ROUNDS = Number(process.env["BROKER_LEADERS"] ?? 2);
const EVENTS = 100 * ROUNDS;
const PACE_MS = 5;
const FINISHES_WITHIN_MS = 60_000;
const within = { timeout: FINISHES_WITHIN_MS, interval: 50 };

interface Nodes {
  readonly url: string;
  /** What befalls the node which leads the world's destination; resolves when another leads, and all are there again. */
  readonly befalls: (world: string) => Promise<unknown>;
}

type Fate = (cluster: RedisCluster, stream: string) => Promise<unknown>;

const OF_REDIS: Readonly<Record<string, Fate>> = {
  "fails over as an operator tells it": (cluster, stream) => cluster.failover(stream),
  "is killed": async (cluster, stream) => {
    const killed = await cluster.kill(stream);
    await killed.server.restart();
    await cluster.untilWhole();
  },
  "hangs, and is found to be a replica": async (cluster, stream) => {
    const { paused, master } = await cluster.pause(stream);
    const { admin } = master;
    const had = await admin.xlen(stream);
    // Not before it was given up on: what it would confirm now, it would lose (docs/adapters/redis.md).
    await expect.poll(() => admin.xlen(stream), within).toBeGreaterThanOrEqual(Math.min(had + 1, EVENTS));
    paused.server.signal("SIGCONT");
    await cluster.untilWhole();
  },
  "gives the slot away": (cluster, stream) => cluster.migrate(stream),
};

describeBrokers(["redis", "postgres"], "a cluster of Redis, whose master", (_, postgres) => {
  test.each(Object.entries(OF_REDIS))("[REP-12] [PUB-11] [PSN-09] [PSN-11] %s", { timeout: 120_000 * ROUNDS }, async (__, befalls) => {
    const cluster = await RedisCluster.open();
    await counted(listedAs("redis-cluster"), postgres, {
      url: cluster.urls.join(","),
      befalls: (world) => befalls(cluster, `sallyport:{${destinationOf(world)}}`),
    });
  });
});

const OF_NATS: Readonly<Record<string, (cluster: NatsCluster, stream: string) => Promise<unknown>>> = {
  "steps down, and those of its consumers, and of the turn": async (cluster, stream) => {
    for (const one of [stream, `${stream}=order=${GROUP}`]) await cluster.stepDown(one);
    for (const one of [`${stream}.${GROUP}`, `${stream}=order=${GROUP}.turn`]) await cluster.api(`CONSUMER.LEADER.STEPDOWN.${one}`);
  },
  "is killed": async (cluster, stream) => {
    const killed = await cluster.killLeader(stream);
    await killed.restart();
    await cluster.untilWhole(stream);
  },
};

describeBrokers(["nats", "postgres"], "a cluster of NATS, the leader of whose stream", (_, postgres) => {
  test.each(Object.entries(OF_NATS))("[REP-12] [PUB-11] [PSN-09] [PSN-11] %s", { timeout: 120_000 * ROUNDS }, async (__, befalls) => {
    const cluster = await NatsCluster.open();
    await counted(listedAs("nats-cluster"), postgres, {
      url: cluster.url,
      befalls: (world) => befalls(cluster, `sallyport-${destinationOf(world)}`),
    });
  });

  test("[PSN-09] [PSN-11] [PUB-11] three replicas keep all laws", { timeout: 300_000 }, async () => {
    const cluster = await NatsCluster.open();
    const connection = await cluster.connect();
    onTestFinished(() => connection.close());
    let opened = 0;
    const open = async (): Promise<NatsTransport> => {
      const transport = new NatsTransport({ connection, headers }, { prefix: `laws${++opened}`, replicas: 3 });
      for (const destination of ["orders", "laws"]) await transport.declare(destination);
      return transport;
    };
    for (const law of [...transportLaws(open), ...browserLaws(open)]) await law.run();
  });
});

describeBrokers(["rabbitmq", "postgres"], "a cluster of RabbitMQ, the leader of whose queue", (_, postgres) => {
  test("[REP-12] [PUB-11] [PSN-09] [PSN-11] is killed", { timeout: 120_000 * (1 + ROUNDS) }, async () => {
    const cluster = await RabbitMqCluster.open();
    const befalls = async (world: string): Promise<void> => {
      const killed = await cluster.killLeader(`sallyport:${destinationOf(world)}:${GROUP}`);
      await killed.restart();
      await cluster.untilWhole();
    };
    await counted(listedAs("rabbitmq-cluster"), postgres, { url: cluster.url, befalls });
  });
});

const OF_KAFKA: Readonly<Record<string, (cluster: KafkaCluster, topic: string, group: string) => Promise<unknown>>> = {
  "that leads its topic is killed": async (cluster, topic) => {
    const leader = () => cluster.leaderOf(topic);
    const killed = (await leader())!;
    await killed.kill();
    await cluster.untilAnother(leader, killed);
    await killed.restart();
  },
  "that keeps its group together is killed": async (cluster, _, group) => {
    const coordinator = () => cluster.coordinatorOf(group);
    const killed = (await coordinator())!;
    await killed.kill();
    await cluster.untilAnother(coordinator, killed);
    await killed.restart();
  },
  "that leads its topic hangs": async (cluster, topic) => {
    const leader = () => cluster.leaderOf(topic);
    const paused = (await leader())!;
    cluster.pause(paused);
    await cluster.untilAnother(leader, paused);
    cluster.resume(paused);
  },
};

describeBrokers(["kafka", "postgres"], "a cluster of Kafka, the node of which", (_, postgres) => {
  const cases = ["kafka-cluster", "kafkajs-cluster"].flatMap((client) =>
    Object.entries(OF_KAFKA).map(([what, befalls]) => ({ client, what, befalls })),
  );
  test.each(cases)(
    "[REP-12] [PUB-11] [PSN-09] [PSN-11] $what ($client)",
    { timeout: 120_000 * (1 + ROUNDS) },
    async ({ client, befalls }) => {
      const cluster = await KafkaCluster.open();
      await counted(listedAs(client), postgres, {
        url: cluster.url,
        befalls: async (world) => {
          const { topic, group } = kafkaNames("", destinationOf(world), GROUP);
          await befalls(cluster, topic, group);
          await cluster.untilWhole(topic);
        },
      });
    },
  );
});

async function counted(carrier: Listed, postgres: string, { url, befalls }: Nodes): Promise<void> {
  const world = await World.open(carrier, { url, postgres, ordering: "key", events: EVENTS, paceMs: PACE_MS });
  const workers = await world.consumers(2);
  const exits = workers.map(exitOf);
  const published = world.publish();
  for (let round = 0; round < ROUNDS; round++) {
    await expect.poll(() => world.count("effects"), { timeout: FINISHES_WITHIN_MS }).toBeGreaterThan((EVENTS * round) / ROUNDS / 2);
    await befalls(world.name);
  }
  expect(await published).toBe(0);
  await world.untilSettled(FINISHES_WITHIN_MS);
  await world.audit();
  await world.auditOrder();
  for (const worker of workers) worker.kill("SIGTERM");
  expect(await Promise.all(exits)).toEqual([0, 0]);
}
