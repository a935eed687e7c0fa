// One of several processes that share a group and retry: writes down what it committed, in the transaction that did.
// Arguments: file, key file text.
import { SqliteTransport } from "../../src/adapters/sqlite.ts";
import { commitWith, Consumer, parseKeys, retry } from "../../src/index.ts";
import { SqliteDatabase } from "../../src/sqlite/database.ts";
import { SqliteClaims, type SqliteTransaction } from "../../src/stores/sqlite-claims.ts";
import { SqliteDeadLetters } from "../../src/stores/sqlite-dead-letters.ts";
import { steps, STEPS_TABLE } from "./steps.ts";

const [file = "", keyText = ""] = process.argv.slice(2);
const database = new SqliteDatabase(file);
database.define(STEPS_TABLE);
const consumer = new Consumer({
  contract: steps,
  group: "g",
  transport: new SqliteTransport(database, { pollMs: 2 }),
  keys: parseKeys(keyText, "argument"),
  claims: new SqliteClaims(database),
  deadLetters: new SqliteDeadLetters(database),
  policy: { maxFailures: 3, retryMs: 5 },
  handlers: {
    step: ({ data: { of, n } }, { attempt }) => {
      // Some never succeed, some succeed at the second attempt, wherever that is.
      if (n % 7 === 3 || (n % 3 === 1 && attempt === 1)) return retry(5);
      return commitWith<SqliteTransaction>(
        (tx) => void tx.prepare("INSERT INTO done (of, n, pid) VALUES (?, ?, ?)").run(of, n, process.pid),
      );
    },
  },
});
await consumer.start();
await database.write((db) => void db.prepare("INSERT INTO ready VALUES (?)").run(process.pid));
await new Promise((resolve) => process.stdin.resume().once("end", resolve));
await consumer.drain(1000);
await database.close();
