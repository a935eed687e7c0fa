// Looked up in a Map, or as an own property: only what the server wrote is found.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";
import { limiter } from "./limits.js";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const producer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).producer();

const TOPICS = new Map([["create_note", "notes"], ["update_note", "notes"]]);
const TITLES: Record<string, string> = { create_note: "New note", update_note: "Changed note" };

server.registerTool(
  "create_note",
  { description: "Writes a note.", inputSchema: { requestId: z.string().max(64), action: z.string().max(40), text: z.string().max(2000) } },
  async (args) => {
    await limiter.take("create_note");
    const topic = TOPICS.get(args.action);
    if (topic === undefined) throw new Error("No such action");
    if (!Object.hasOwn(TITLES, args.action)) throw new Error("No such action");
    const title = TITLES[args.action];
    try {
      await producer.send({ topic: topic, messages: [{ value: JSON.stringify({ requestId: args.requestId, title, text: args.text }) }] });
    } catch {
      return { isError: true, content: [{ type: "text", text: "The note was not published." }] };
    }
    return { content: [{ type: "text", text: "Published." }] };
  },
);
