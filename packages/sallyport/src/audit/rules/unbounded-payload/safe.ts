// Every text and list has a greatest length, in the schema or before the call.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";
import { limiter } from "./limits.js";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const producer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).producer();

server.registerTool(
  "create_note",
  { description: "Writes a note.", inputSchema: { requestId: z.string().max(64), text: z.string(), title: z.string().max(100) } },
  async (args) => {
    await limiter.take("create_note");
    if (args.text.length > 2000) throw new Error("The text is too long");
    try {
      await producer.send({ topic: "notes", messages: [{ value: JSON.stringify({ requestId: args.requestId, title: args.title, text: args.text }) }] });
    } catch {
      return { isError: true, content: [{ type: "text", text: "The note was not published." }] };
    }
    return { content: [{ type: "text", text: "Published." }] };
  },
);
