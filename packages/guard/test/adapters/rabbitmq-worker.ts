// A process that handles steps from RabbitMQ and writes down what it did in the transaction that commits its claim; ends
// itself with SIGKILL at a named point. Arguments: address, prefix, file, key file text, ordering, point (or "none"), how
// many passes of the point come before the end.
import { Connection } from "rabbitmq-client";
import { RabbitMqTransport } from "../../src/adapters/rabbitmq.ts";
import { commitWith, Consumer, parseKeys, retry } from "../../src/index.ts";
import { SqliteDatabase } from "../../src/sqlite/database.ts";
import { SqliteClaims, type SqliteTransaction } from "../../src/stores/sqlite-claims.ts";
import { SqliteDeadLetters } from "../../src/stores/sqlite-dead-letters.ts";
import { steps, STEPS_TABLE } from "../sqlite/steps.ts";

const [url = "", prefix = "", file = "", keyText = "", point = "none", passes = "0"] = process.argv.slice(2);
const client = new Connection({ url, retryLow: 20, retryHigh: 200 });
client.on("error", () => undefined);
const database = new SqliteDatabase(file);
database.define(STEPS_TABLE);
let left = Number(passes);
const transport = new RabbitMqTransport(client, { prefix });
const consumer = new Consumer({
  contract: steps,
  group: "g",
  transport,
  keys: parseKeys(keyText, "argument"),
  claims: new SqliteClaims(database),
  deadLetters: new SqliteDeadLetters(database),
  observer: {
    at: (name) => {
      if (name === point && left-- <= 0) process.kill(process.pid, "SIGKILL");
    },
  },
  policy: { concurrency: 4, leaseMs: 200, retryMs: 5, maxFailures: 3, maxCrashes: 1000 },
  handlers: {
    step: ({ data: { of, n } }, { attempt }) => {
      if (n % 3 === 1 && attempt === 1) return retry(5);
      return commitWith<SqliteTransaction>(
        (tx) => void tx.prepare("INSERT INTO done (of, n, pid) VALUES (?, ?, ?)").run(of, n, process.pid),
      );
    },
  },
});
await consumer.start();
await new Promise((resolve) => process.stdin.resume().once("end", resolve));
await consumer.drain(1000);
await transport.close();
await database.close();
// The connection is this process's own to close; whatever else is left would keep it from its end.
await client.close();
