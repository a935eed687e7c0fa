// A server of two rooms, notes and news, each with a tool that publishes there and one that reads: the one of the news passes
// over what it cannot read, the one of the notes reads nothing any more, and a third repeats where it was to look. One tool
// empties a queue, which is noted under its name, and one only says so, one binds what nobody looks at, one takes a partition of
// two, one a record without a schema, one a room by its name, one a text behind three others, and one says what went wrong
// inside in an answer like any other.
import { DatabaseSync } from "node:sqlite";
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Channel } from "../../../src/demo/plain-broker.ts";
import { BROKER } from "../../../src/demo/targets/settings.ts";

const channel = new Channel(BROKER);
const database = new DatabaseSync(BROKER);
database.exec("PRAGMA busy_timeout = 5000");

const tool = (name: string, properties: Record<string, { readonly type: string }>, ...required: readonly string[]) => ({
  name,
  inputSchema: { type: "object" as const, required: [...required], properties },
});
const TEXT = { type: "string" };
const TOOLS = [
  tool("send_note", { text: TEXT }, "text"),
  tool("send_news", { text: TEXT }, "text"),
  tool("get_notes", {}),
  tool("get_news", {}),
  tool("read_room", { queue: TEXT }, "queue"),
  tool("purge_queue", { queue: TEXT }, "queue"),
  tool("purge_queue_never", { queue: TEXT }, "queue"),
  tool("create_binding", { queue: TEXT }, "queue"),
  tool("place_note", { text: TEXT, partition: { type: "integer" } }, "text"),
  tool("leaky_note", { text: TEXT }, "text"),
  tool("file_note", { record: { type: "object" } }, "record"),
  tool("named_note", { name: TEXT, text: TEXT }, "name", "text"),
  tool("signed_note", { greeting: TEXT, closing: TEXT, author: TEXT, text: TEXT }, "text"),
];

const publish = async (room: string, text: string): Promise<string> => {
  await channel.send(room, JSON.stringify({ text }));
  return "sent";
};

const kept = (room: string): readonly string[] =>
  database
    .prepare("SELECT bytes FROM sallyport_log WHERE destination = ? ORDER BY seq")
    .all(room)
    .map(({ bytes }) => new TextDecoder().decode(bytes as Uint8Array));

const textOf = (message: string): string =>
  (JSON.parse((JSON.parse(message) as { readonly content: string }).content) as { readonly text: string }).text;

function readable(message: string): readonly string[] {
  try {
    return [textOf(message)];
  } catch {
    return [];
  }
}

async function answer(name: string, given: Readonly<Record<string, unknown>>): Promise<string> {
  const { text, queue, partition = 0 } = name === "file_note" ? (given["record"] as Readonly<Record<string, unknown>>) : given;
  if (name === "get_notes") return kept("notes").map(textOf).join("\n");
  if (name === "get_news") return kept("news").flatMap(readable).join("\n");
  if (name === "read_room") return `nothing in ${String(queue)}`;
  if (name === "purge_queue") {
    database.prepare("DELETE FROM sallyport_log WHERE destination = ?").run(String(queue));
    await publish(`${String(queue)}.notices`, "purged");
  }
  if (name.startsWith("purge_queue")) return "purged";
  if (name === "create_binding") return `bound to ${String(queue)}`;
  if (name === "leaky_note" && text === null) return "error: Cannot read properties of null (reading 'trim')";
  if (typeof text !== "string") throw new Error("a text");
  if (partition !== 0 && partition !== 1) throw new Error("no such partition");
  return publish(
    name === "named_note" ? String(given["name"]) : name === "send_news" ? "news" : "notes",
    text.slice(0, name === "named_note" ? 100 : undefined),
  );
}

serveStdio(() => {
  const server = new Server({ name: "rooms", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    const said = await answer(params.name, params.arguments ?? {});
    return { content: [{ type: "text", text: said }] };
  });
  return server;
});
