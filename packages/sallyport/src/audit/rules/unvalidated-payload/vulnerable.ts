// The model writes the action and the payload: no schema of the event stands between.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";
import { limiter } from "./limits.js";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const producer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).producer();

server.registerTool(
  "create_note",
  { description: "Writes a note.", inputSchema: { requestId: z.string().max(64), action: z.string().max(40), payload: z.record(z.string(), z.any()) } },
  async (args) => {
    await limiter.take("create_note");
    try {
      await producer.send({ topic: "notes", messages: [{ value: JSON.stringify({ requestId: args.requestId, action: args.action, payload: args.payload }) }] }); // finding: unvalidated-payload, unbounded-payload
    } catch {
      return { isError: true, content: [{ type: "text", text: "The note was not published." }] };
    }
    return { content: [{ type: "text", text: "Published." }] };
  },
);
