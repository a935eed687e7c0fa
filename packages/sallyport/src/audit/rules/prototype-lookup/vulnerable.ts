// The listing that is often called correct: a topic looked up in an object. `constructor` finds something there.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";
import { limiter } from "./limits.js";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const producer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).producer();

const TOPICS: Record<string, string> = { create_note: "notes", update_note: "notes" };

server.registerTool(
  "create_note",
  { description: "Writes a note.", inputSchema: { requestId: z.string().max(64), action: z.string().max(40), text: z.string().max(2000) } },
  async (args) => {
    await limiter.take("create_note");
    const topic = TOPICS[args.action];
    if (!topic) throw new Error("No such action");
    try {
      await producer.send({ topic: topic, messages: [{ value: JSON.stringify({ requestId: args.requestId, text: args.text }) }] }); // finding: prototype-lookup
    } catch {
      return { isError: true, content: [{ type: "text", text: "The note was not published." }] };
    }
    return { content: [{ type: "text", text: "Published." }] };
  },
);
