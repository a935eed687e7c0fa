// The guard on a broker: tools bound to a contract on one's own server, and a consumer beside it.
import { appendFileSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Consumer, contract, event, keysFromEnv, Publisher, type ReceivedEvent } from "@sallyport/guard";
import { bindTools } from "@sallyport/guard/mcp";
import { SqliteDatabase } from "@sallyport/guard/sqlite";
import { SqliteClaims } from "@sallyport/guard/stores/sqlite-claims";
import { SqliteDeadLetters } from "@sallyport/guard/stores/sqlite-dead-letters";
import { SqliteLedger, SqliteLimits } from "@sallyport/guard/stores/sqlite-limits";
import { SqliteTrail } from "@sallyport/guard/stores/sqlite-trail";
import { z } from "zod";
import { GROUP, transportFor } from "./transports.ts";

const notes = contract({
  name: "notes",
  events: {
    "note.created": event({
      description: "A note was written.",
      schema: z.strictObject({ noteId: z.string().min(1).max(64), text: z.string().max(2000) }),
      destination: "notes",
      key: (data) => data.noteId,
      rate: { limit: 150, windowMs: 60_000 },
    }),
    "task.due": event({
      description: "A task is due.",
      schema: z.strictObject({ text: z.string().max(200) }),
      destination: "tasks",
      rate: { limit: 150, windowMs: 60_000 },
    }),
  },
});

const database = new SqliteDatabase("stores.db");
const transport = await transportFor(process.env["BROKER"] ?? "", process.env["BROKER_URL"] ?? "", ["notes", "tasks"]);
const [keys, trail] = [keysFromEnv("SALLYPORT_KEYS"), new SqliteTrail(database)];

if (process.argv[2] === "serve") {
  const limits = new SqliteLimits(database);
  const publisher = new Publisher({ contract: notes, transport, keys, trail, limits, ledger: new SqliteLedger(database) });
  serveStdio(() => {
    const server = new McpServer({ name: "notes", version: "1.0.0" });
    bindTools(server, publisher, { principal: { id: "local" } });
    return server;
  });
} else {
  const handle = ({ data }: ReceivedEvent<{ readonly text: string }>): void => {
    appendFileSync("effects.txt", `tried ${data.text}\n`);
    if (data.text.startsWith("poison")) throw new Error("never");
    appendFileSync("effects.txt", `done ${data.text}\n`);
  };
  const consumer = new Consumer({
    contract: notes,
    group: GROUP,
    transport,
    keys,
    trail,
    claims: new SqliteClaims(database),
    deadLetters: new SqliteDeadLetters(database),
    handlers: { "note.created": handle, "task.due": handle },
    policy: { retryMs: 100, maxRetryMs: 500 },
  });
  // Before anything is taken: a stop may come at any time.
  const starting = consumer.start();
  const stop = async (): Promise<void> => {
    await starting;
    await consumer.drain(2000);
    await transport.close();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  await starting;
}
