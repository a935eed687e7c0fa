// Servers of claims ended with SIGKILL under load and started anew on the data that they then have: nothing is lost, and
// what is committed with its claim has happened once.
import { setTimeout as after } from "node:timers/promises";
import { Redis as IoRedis } from "ioredis";
import { Pool } from "pg";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Broker } from "../../../../scripts/brokers/broker.ts";
import { postgres as postgresServer } from "../../../../scripts/brokers/postgres.ts";
import { redis as redisServer } from "../../../../scripts/brokers/redis.ts";
import type { Running } from "../../../../scripts/brokers/running.ts";
import { end, restart, start } from "../../../../scripts/brokers/start.ts";
import { MemoryTransport } from "../../src/adapters/memory.ts";
import { commitWith, Consumer, contract, event, type Handlers, KeyRing, Publisher } from "../../src/index.ts";
import type { ClaimStore } from "../../src/ports/claim-store.ts";
import { Postgres } from "../../src/postgres/postgres.ts";
import { Redis } from "../../src/redis/redis.ts";
import { MemoryDeadLetters } from "../../src/stores/memory-dead-letters.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { PostgresClaims, type PostgresTransaction } from "../../src/stores/postgres-claims.ts";
import { RedisClaims } from "../../src/stores/redis-claims.ts";
import { describeBroker } from "../brokers.ts";
import { keySpec } from "../house.ts";

const KILLS = Number(process.env["SERVER_KILLS"] ?? 3);
/** So that what is published lasts for all the kills. */
const PACE_MS = 10;
const EVENTS = 100 * KILLS;
const WITHIN_MS = 60_000;

const counted = contract({
  name: "counted",
  events: {
    counted: event({
      description: "A number.",
      schema: z.strictObject({ n: z.number().int() }),
      destination: "numbers",
      rate: { limit: 1_000_000, windowMs: 1000 },
    }),
  },
});

class House {
  readonly keys = new KeyRing([keySpec({ issuer: "counted" })]);
  readonly transport = new MemoryTransport();
  readonly deadLetters = new MemoryDeadLetters();
  readonly ids: string[] = [];
  readonly consumers: Consumer<typeof counted>[] = [];

  /** Twice each: every event has a copy that comes at any time. */
  async publish(): Promise<void> {
    const { transport, keys } = this;
    const publisher = new Publisher({ contract: counted, transport, keys, limits: new MemoryLimits(), ledger: new MemoryLedger() });
    const spy: { send: MemoryTransport["send"] } = { send: transport.send.bind(transport) };
    transport.send = async (messages) => {
      await spy.send(messages);
      await spy.send(messages);
    };
    for (let n = 0; n < EVENTS; n++) {
      this.ids.push((await publisher.publish("counted", { n }, { principal: { id: "p" }, origin: "service" })).id);
      await after(PACE_MS);
    }
  }

  async consume(claims: ClaimStore, handlers: Handlers<typeof counted>, committed: (id: string) => void = () => undefined): Promise<void> {
    const at = (point: string, id: string | undefined): void => {
      if (point === "consume:committed" && id !== undefined) committed(id);
    };
    const { transport, deadLetters, keys } = this;
    const policy = { leaseMs: 1500, retryMs: 20, maxRetryMs: 200, concurrency: 8, maxCrashes: 20, rememberMs: 86_400_000 };
    const consumer = new Consumer({
      contract: counted,
      group: "g",
      transport,
      deadLetters,
      keys,
      claims,
      handlers,
      policy,
      observer: { at },
    });
    this.consumers.push(consumer);
    await consumer.start();
  }

  drain(): Promise<unknown> {
    return Promise.all(this.consumers.map((consumer) => consumer.drain(1000)));
  }
}

/** Kills it now and then while it is used. */
async function killing(broker: Broker, server: Running): Promise<Running> {
  let running = server;
  for (let kill = 0; kill < KILLS; kill++) {
    await after(250);
    running = await restart(broker, running);
  }
  return running;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAtMs = Date.now() + WITHIN_MS;
  while (!(await isSo()) && Date.now() < giveUpAtMs) await after(100);
}

describeBroker("postgres", "PostgreSQL ended under load", () => {
  test("[REP-13] every effect is there, once", { timeout: 2 * WITHIN_MS }, async () => {
    let server = await start(postgresServer);
    const pools = Array.from({ length: 2 }, () => new Pool({ connectionString: server.url, max: 6 }));
    for (const pool of pools) pool.on("error", () => undefined);
    try {
      const [first] = pools as [Pool];
      await first.query("CREATE TABLE effects (id text NOT NULL)");
      const home = new House();
      const insert = ({ id }: { readonly id: string }) =>
        commitWith<PostgresTransaction>(async ({ query }) => void (await query("INSERT INTO effects VALUES ($1)", [id])));
      for (const pool of pools) await home.consume(new PostgresClaims(new Postgres(pool, { answerWithinMs: 1000 })), { counted: insert });
      [server] = await Promise.all([killing(postgresServer, server), home.publish()]);
      const effects = async (): Promise<string[]> => (await first.query("SELECT id FROM effects")).rows.map(({ id }) => id as string);
      await until(async () => new Set(await effects()).size === EVENTS);
      await home.drain();
      expect((await effects()).toSorted()).toEqual(home.ids.toSorted());
      expect(await home.deadLetters.list({}, { limit: 10 })).toEqual([]);
    } finally {
      await Promise.all(pools.map((pool) => pool.end()));
      await end(server);
    }
  });
});

describeBroker("redis", "Redis ended under load", () => {
  test("[REP-01] every event is handled, and none again once its claim is committed", { timeout: 2 * WITHIN_MS }, async () => {
    let server = await start(redisServer);
    const clients = Array.from({ length: 2 }, () => new IoRedis(server.url));
    for (const client of clients) client.on("error", () => undefined);
    try {
      const home = new House();
      const [handled, committed, again]: [Set<string>, Set<string>, string[]] = [new Set(), new Set(), []];
      const counting = async ({ id }: { readonly id: string }): Promise<void> => {
        if (committed.has(id)) again.push(id);
        handled.add(id);
        await after(1);
      };
      for (const client of clients)
        await home.consume(new RedisClaims(new Redis(client, { answerWithinMs: 1000 })), { counted: counting }, (id) => committed.add(id));
      [server] = await Promise.all([killing(redisServer, server), home.publish()]);
      await until(() => handled.size === EVENTS);
      await home.drain();
      expect([...handled].toSorted()).toEqual(home.ids.toSorted());
      expect(again).toEqual([]);
      expect(await home.deadLetters.list({}, { limit: 10 })).toEqual([]);
    } finally {
      for (const client of clients) client.disconnect();
      await end(server);
    }
  });
});
