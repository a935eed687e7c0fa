// A process that publishes or consumes on one SQLite file and ends itself with SIGKILL at a named point.
// Arguments: mode, file, key file text, point (or "none"), how many passes of the point come before the end.
import { z } from "zod";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import { commitWith, Consumer, contract, event, parseKeys, Publisher, retry } from "../../src/index.ts";
import type { Observer } from "../../src/ports/observer.ts";
import { SqliteDatabase } from "../../src/sqlite/database.ts";
import { SqliteClaims, type SqliteTransaction } from "../../src/stores/sqlite-claims.ts";
import { SqliteDeadLetters } from "../../src/stores/sqlite-dead-letters.ts";
import { SqliteLedger, SqliteLimits } from "../../src/stores/sqlite-limits.ts";

export const EVENTS = 40;

const counted = contract({
  name: "counted",
  events: {
    counted: event({
      description: "A number.",
      schema: z.strictObject({ n: z.number().int(), fate: z.enum(["fine", "flaky", "poison"]) }),
      destination: "numbers",
      rate: { limit: 1_000_000, windowMs: 1000 },
    }),
  },
});

const [mode, file = "", keyText = "", point = "none", passes = "0"] = process.argv.slice(2);
const database = new SqliteDatabase(file);
database.define(
  "CREATE TABLE IF NOT EXISTS effects (id TEXT NOT NULL, attempt INTEGER NOT NULL); CREATE TABLE IF NOT EXISTS attempts (id TEXT NOT NULL)",
);
const transport = new SqliteTransport(database, { visibilityMs: 150, pollMs: 5 });
const keys = parseKeys(keyText, "argument");

let left = Number(passes);
const dieAt = (name: string): void => {
  if (name === point && left-- <= 0) process.kill(process.pid, "SIGKILL");
};
const observer: Observer = { at: dieAt };

if (mode === "publish") await publishAll();
else await consumeAll();

async function publishAll(): Promise<void> {
  const limits = new SqliteLimits(database);
  const publisher = new Publisher({
    contract: counted,
    transport,
    keys,
    observer,
    limits,
    ledger: new SqliteLedger(database),
    callLeaseMs: 50,
  });
  for (let n = 0; n < EVENTS; n++) {
    const fate = n % 10 === 3 ? "poison" : n % 10 === 7 ? "flaky" : "fine";
    await publisher.publish("counted", { n, fate }, { principal: { id: "p" }, origin: "service", idempotencyKey: `n${n}` });
  }
  await database.close();
}

async function consumeAll(): Promise<void> {
  const insertAttempt = (id: string) => database.write((db) => void db.prepare("INSERT INTO attempts VALUES (?)").run(id));
  const consumer = new Consumer({
    contract: counted,
    group: "g",
    transport,
    keys,
    observer,
    claims: new SqliteClaims(database),
    deadLetters: new SqliteDeadLetters(database),
    policy: { leaseMs: 150, retryMs: 5, maxRetryMs: 20, maxFailures: 3, maxCrashes: 1000, concurrency: 4 },
    handlers: {
      counted: async ({ id, data }, { attempt }) => {
        await insertAttempt(id);
        dieAt("in-handler");
        if (data.fate === "poison" || (data.fate === "flaky" && attempt === 1)) return retry();
        return commitWith<SqliteTransaction>((transaction) => {
          transaction.prepare("INSERT INTO effects VALUES (?, ?)").run(id, attempt);
          dieAt("in-effect");
        });
      },
    },
  });
  await consumer.start();
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
  });
  await consumer.drain(1000);
  await database.close();
}
