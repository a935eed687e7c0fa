// A process that publishes or consumes on one broker, with its stores and its effects in one PostgreSQL, and ends itself
// with SIGKILL at a named point. Its one argument: JSON of {@link Orders}.
import { setTimeout as after } from "node:timers/promises";
import { Pool } from "pg";
import { commitWith, Consumer, isSallyportError, parseKeys, Publisher, retry } from "../../src/index.ts";
import type { Observer } from "../../src/ports/observer.ts";
import { Postgres } from "../../src/postgres/postgres.ts";
import { PostgresClaims, type PostgresTransaction } from "../../src/stores/postgres-claims.ts";
import { PostgresLedger, PostgresLimits } from "../../src/stores/postgres-limits.ts";
import { listedAs } from "./carriers.ts";
import { countedIn, GROUP } from "./counted.ts";
import { PostgresLetters } from "./letters.ts";
import type { Orders } from "./world.ts";

/** Longer than any of the brokers keeps a message. */
const REMEMBER_MS = 8 * 86_400_000;
const orders = JSON.parse(process.argv[2] ?? "{}") as Orders;
const { world, ordering } = orders;
const contract = countedIn(world, ordering);
const keys = parseKeys(orders.keys, "argument");
const pool = new Pool({ connectionString: orders.postgres, max: 12 });
pool.on("error", () => undefined);
const postgres = new Postgres(pool, { schema: world });
const carrier = await listedAs(orders.carrier).load();
const { transport, close } = await carrier.open(orders.url);

let left = orders.passes;
const dieAt = (name: string): void => {
  if (name === orders.point && left-- <= 0) process.kill(process.pid, "SIGKILL");
};
const observer: Observer = { at: dieAt };

const REPEATABLE: ReadonlySet<string | undefined> = new Set(["ERR_TRANSPORT_UNAVAILABLE", "ERR_STORE_UNAVAILABLE", carrier.whileItStarts]);

await (orders.mode === "publish" ? publishAll() : consumeAll());
await close();
await pool.end();

async function publishAll(): Promise<void> {
  const publisher = new Publisher({
    contract,
    transport,
    keys,
    observer,
    limits: new PostgresLimits(postgres),
    ledger: new PostgresLedger(postgres),
    callLeaseMs: 50,
  });
  for (let n = 0; n < orders.events; n++) {
    await publishOne(publisher, n);
    if (orders.paceMs > 0) await after(orders.paceMs);
  }
  await transport.close();
}

/** Until it is confirmed: a call that is repeated goes out under the same id (PUB-10). */
async function publishOne(publisher: Publisher<typeof contract>, n: number): Promise<void> {
  const fate = n % 10 === 3 ? "poison" : n % 10 === 7 ? "flaky" : "fine";
  const caller = { principal: { id: "p" }, origin: "service", idempotencyKey: `n${n}` } as const;
  for (;;) {
    try {
      return void (await publisher.publish("step", { of: `k${n % 4}`, n, fate }, caller));
    } catch (error) {
      if (!isSallyportError(error) || !REPEATABLE.has(error.code)) throw error;
    }
  }
}

async function consumeAll(): Promise<void> {
  const consumer = new Consumer({
    contract,
    group: GROUP,
    transport,
    keys,
    observer,
    claims: new PostgresClaims(postgres),
    deadLetters: new PostgresLetters(postgres),
    // What is remembered is more than a busy machine takes between looking at a message and claiming it: a copy may be seen
    // late for as long as that leaves, and by default that is the greatest delay of a retry.
    policy: { rememberMs: REMEMBER_MS, leaseMs: 500, retryMs: 20, maxRetryMs: 100, maxFailures: 3, maxCrashes: 1000, concurrency: 4 },
    handlers: {
      step: ({ id, data: { of, n, fate } }, { attempt }) => {
        dieAt("in-handler");
        if (fate === "poison" || (fate === "flaky" && attempt === 1)) return retry();
        return commitWith<PostgresTransaction>(async ({ query }) => {
          await query(`INSERT INTO ${world}.effects (id, of, n) VALUES ($1, $2, $3)`, [id, of, n]);
          dieAt("in-effect");
        });
      },
    },
  });
  await consumer.start();
  process.stdout.write("joined\n");
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
  });
  await consumer.drain(2000);
  await transport.close();
  process.stdout.write("left\n");
}
