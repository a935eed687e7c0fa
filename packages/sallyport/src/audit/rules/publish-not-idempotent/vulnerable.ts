// A call that is made again is published again.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";
import { limiter } from "./limits.js";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const producer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).producer();

server.registerTool(
  "create_note",
  { description: "Writes a note.", inputSchema: { text: z.string().max(2000) } },
  async (args) => {
    await limiter.take("create_note");
    try {
      await producer.send({ topic: "notes", messages: [{ value: JSON.stringify({ text: args.text }) }] }); // finding: publish-not-idempotent
    } catch {
      return { isError: true, content: [{ type: "text", text: "The note was not published." }] };
    }
    return { content: [{ type: "text", text: "Published." }] };
  },
);
