// One of several processes on one file: publishes its share and consumes with the others, until its input ends.
// Arguments: file, key file text, name of this process, how many events.
import { z } from "zod";
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import { commitWith, Consumer, contract, event, parseKeys, Publisher } from "../../src/index.ts";
import { SqliteDatabase } from "../../src/sqlite/database.ts";
import { SqliteClaims, type SqliteTransaction } from "../../src/stores/sqlite-claims.ts";
import { SqliteDeadLetters } from "../../src/stores/sqlite-dead-letters.ts";
import { SqliteLedger, SqliteLimits } from "../../src/stores/sqlite-limits.ts";

const counted = contract({
  name: "counted",
  events: {
    counted: event({
      description: "A number.",
      schema: z.strictObject({ n: z.number().int(), from: z.string() }),
      destination: "numbers",
      rate: { limit: 1_000_000, windowMs: 1000 },
    }),
  },
});

const [file = "", keyText = "", name = "", events = "0"] = process.argv.slice(2);
const database = new SqliteDatabase(file);
database.define("CREATE TABLE IF NOT EXISTS runs (id TEXT, peer TEXT); CREATE TABLE IF NOT EXISTS effects (id TEXT, peer TEXT)");
const transport = new SqliteTransport(database, { pollMs: 5 });
const keys = parseKeys(keyText, "argument");
const insert = "VALUES (?, ?)";

const publisher = new Publisher({
  contract: counted,
  transport,
  keys,
  limits: new SqliteLimits(database),
  ledger: new SqliteLedger(database),
});
const consumer = new Consumer({
  contract: counted,
  group: "g",
  transport,
  keys,
  claims: new SqliteClaims(database),
  deadLetters: new SqliteDeadLetters(database),
  handlers: {
    counted: async ({ id }) => {
      await database.write((db) => void db.prepare(`INSERT INTO runs ${insert}`).run(id, name));
      return commitWith<SqliteTransaction>((transaction) => void transaction.prepare(`INSERT INTO effects ${insert}`).run(id, name));
    },
  },
});

await consumer.start();
for (let n = 0; n < Number(events); n++) {
  // Both processes make every call: the ledger lets one of them through (PUB-10).
  await publisher.publish("counted", { n, from: "either" }, { principal: { id: "p" }, origin: "service", idempotencyKey: `n${n}` });
  await publisher.publish("counted", { n, from: name }, { principal: { id: name }, origin: "service", idempotencyKey: `n${n}` });
}
await new Promise((resolve) => process.stdin.resume().once("end", resolve));
await consumer.drain(1000);
await database.close();
