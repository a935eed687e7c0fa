// The guard, on a transport that a file beside this one opens. With claims in Redis the effect is the handler's own; with
// claims in PostgreSQL it is in the transaction that commits the claim.
import { commitWith, Consumer, contract, event, KeyRing, Publisher, type PublisherOptions } from "@sallyport/guard";
import { Postgres } from "@sallyport/guard/postgres";
import { Redis as GuardRedis } from "@sallyport/guard/redis";
import { MemoryLedger, MemoryLimits } from "@sallyport/guard/stores/memory-limits";
import { PostgresClaims, type PostgresTransaction } from "@sallyport/guard/stores/postgres-claims";
import { PostgresDeadLetters } from "@sallyport/guard/stores/postgres-dead-letters";
import { RedisClaims } from "@sallyport/guard/stores/redis-claims";
import { RedisDeadLetters } from "@sallyport/guard/stores/redis-dead-letters";
import { Redis } from "ioredis";
import { Pool } from "pg";
import type { Place, Subject, Work, Write } from "../subject.ts";
import { DEADLINE_MS, LEASE_S, MOST_ATTEMPTS, TYPE, taskSchema } from "../task.ts";

export const GROUP = "workers";
const BOUNDS = { leaseMs: LEASE_S * 1000, deadlineMs: DEADLINE_MS, retryMs: 200, maxRetryMs: 1000 };

type Tasks = ReturnType<typeof tasksAt>;
type Transport = PublisherOptions<Tasks>["transport"];

export interface Carrier {
  readonly broker: string;
  readonly settings: readonly string[];
  declare(place: Place): Promise<void>;
  open(place: Place): Promise<{ readonly transport: Transport; readonly close: () => Promise<unknown> }>;
}

const tasksAt = (destination: string) =>
  contract({
    name: "tasks",
    events: {
      [TYPE]: event({
        description: "Something is to be done.",
        schema: taskSchema,
        destination,
        rate: { limit: 1_000_000, windowMs: 60_000 },
      }),
    },
  });

type Stores = Pick<ConstructorParameters<typeof Consumer<Tasks>>[0], "claims" | "deadLetters"> & { close(): Promise<unknown> };

function inRedis({ redis: url, world }: Place): Stores {
  const client = new Redis(url);
  const redis = new GuardRedis(client, { prefix: world });
  return { claims: new RedisClaims(redis), deadLetters: new RedisDeadLetters(redis), close: async () => client.disconnect() };
}

function inPostgres({ postgres: url, world }: Place): Stores {
  const pool = new Pool({ connectionString: url, max: 20 });
  const postgres = new Postgres(pool, { schema: world });
  return { claims: new PostgresClaims(postgres), deadLetters: new PostgresDeadLetters(postgres), close: () => pool.end() };
}

export function sallyport(carrier: Carrier, store: "redis" | "postgres"): Subject {
  const storesAt = store === "redis" ? inRedis : inPostgres;
  const shared = ({ world, secret }: Place) => ({
    contract: tasksAt(world),
    keys: new KeyRing([{ id: "k1", algorithm: "hmac-sha256", issuer: "tasks", secret }]),
  });
  return {
    name: store === "redis" ? "sallyport" : "sallyport, commitWith",
    broker: carrier.broker,
    settings: [
      `claims and dead letters in ${store === "redis" ? "Redis" : "PostgreSQL"}`,
      `maxFailures ${MOST_ATTEMPTS}, maxCrashes ${MOST_ATTEMPTS}`,
      ...Object.entries(BOUNDS).map(([name, value]) => `${name} ${value}`),
      ...carrier.settings,
    ],
    declare: (place) => carrier.declare(place),
    async publish(place, tasks) {
      const { transport, close } = await carrier.open(place);
      const sent: Buffer[] = [];
      const send = transport.send.bind(transport);
      transport.send = (messages) => {
        sent.push(...messages.map(({ bytes }) => Buffer.from(bytes)));
        return send(messages);
      };
      const publisher = new Publisher({ ...shared(place), transport, limits: new MemoryLimits(), ledger: new MemoryLedger() });
      for (const task of tasks) await publisher.publish(TYPE, task, { principal: { id: "bench" }, origin: "service" });
      await transport.close();
      await close();
      return sent;
    },
    async put(place, bytes) {
      const { transport, close } = await carrier.open(place);
      await transport.send([{ id: "put", destination: place.world, key: undefined, bytes }]);
      await transport.close();
      await close();
    },
    changed(bytes) {
      const envelope = JSON.parse(bytes.toString()) as Record<string, unknown>;
      return Buffer.from(JSON.stringify({ ...envelope, id: crypto.randomUUID(), time: new Date().toISOString() }));
    },
    async work(place, work, own) {
      const { transport, close } = await carrier.open(place);
      const stores = storesAt(place);
      const consumer = new Consumer({
        ...shared(place),
        ...stores,
        transport,
        group: GROUP,
        policy: { ...BOUNDS, maxFailures: MOST_ATTEMPTS, maxCrashes: MOST_ATTEMPTS, windowMs: place.windowS * 1000, skewMs: 1000 },
        observer: { at: (point) => void (point === "consume:committed" && work.beforeAcknowledge()) },
        handlers: { [TYPE]: ({ data }) => (store === "redis" ? work.handle(data, own) : within(work, data)) },
      });
      await consumer.start();
      return {
        async close() {
          await consumer.drain(5000);
          await transport.close();
          await close();
          await stores.close();
        },
      };
    },
    async dead(place) {
      const stores = storesAt(place);
      const letters = await stores.deadLetters.list({}, { limit: 1000 });
      await stores.close();
      return letters.map(({ bytes }) => Buffer.from(bytes));
    },
  };
}

/** What has an effect has it in the claim's transaction; what has none never comes to it. */
async function within(work: Work, task: Parameters<Work["handle"]>[0]) {
  if (task.kind !== "honest") {
    await work.handle(task, noEffect);
    return undefined;
  }
  return commitWith<PostgresTransaction>((transaction) => work.handle(task, (text, values) => transaction.query(text, values)));
}

const noEffect: Write = () => Promise.reject(new Error("only an honest task has an effect"));
