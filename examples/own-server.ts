// An MCP server of your own, whose tools are the events of a contract, and a consumer that handles them.
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Consumer, contract, event, keysFromEnv, Publisher } from "@sallyport/guard";
import { SqliteTransport } from "@sallyport/guard/adapters/sqlite";
import { bindTools } from "@sallyport/guard/mcp";
import { SqliteDatabase } from "@sallyport/guard/sqlite";
import { SqliteClaims } from "@sallyport/guard/stores/sqlite-claims";
import { SqliteDeadLetters } from "@sallyport/guard/stores/sqlite-dead-letters";
import { SqliteLedger, SqliteLimits } from "@sallyport/guard/stores/sqlite-limits";
import { SqliteTrail } from "@sallyport/guard/stores/sqlite-trail";
import { z } from "zod";

// What an event is, said once. No agent ever names a type, a topic, a key or a header.
const notes = contract({
  name: "notes",
  events: {
    "note.created": event({
      description: "A note was written.",
      schema: z.strictObject({ noteId: z.string().min(1).max(64), text: z.string().max(2000) }),
      destination: "notes",
      key: (data) => data.noteId,
      ordering: "key",
      rate: { limit: 30, windowMs: 60_000 },
    }),
  },
});

const database = new SqliteDatabase(process.env["NOTES_FILE"] ?? "./notes.sqlite");
const transport = new SqliteTransport(database);
const trail = new SqliteTrail(database);
const keys = keysFromEnv("SALLYPORT_KEYS"); // [{"id":"k1","algorithm":"hmac-sha256","issuer":"notes","secret":"…base64…"}]

// Out: one tool for each event, on your own McpServer.
const limits = new SqliteLimits(database);
const publisher = new Publisher({ contract: notes, transport, keys, trail, limits, ledger: new SqliteLedger(database) });
const serving = serveStdio(() => {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  bindTools(server, publisher, { principal: { id: "local" } });
  return server;
});

// In: verified, fresh, claimed once, tried a bounded number of times, dead-lettered with a reason.
const consumer = new Consumer({
  contract: notes,
  group: "indexer",
  transport,
  keys,
  trail,
  claims: new SqliteClaims(database),
  deadLetters: new SqliteDeadLetters(database),
  handlers: { "note.created": ({ actor, data }) => console.error(`${actor} wrote ${JSON.stringify(data.text)}`) },
  onFailure: ({ eventId, error }) => console.error(`event ${eventId} failed`, error),
});
await consumer.start();

async function stop(): Promise<void> {
  await serving.close();
  await consumer.drain(10_000);
  await database.close();
}
process.once("SIGTERM", () => void stop());
