// The model names the topic; a check of its characters is no list of topics.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";
import { limiter } from "./limits.js";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const producer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).producer();

server.registerTool(
  "create_note",
  { description: "Writes a note.", inputSchema: { requestId: z.string().max(64), topic: z.string().max(40), text: z.string().max(2000) } },
  async (args) => {
    await limiter.take("create_note");
    if (!/^[a-z.-]+$/.test(args.topic)) throw new Error("Not a topic");
    try {
      await producer.send({ topic: args.topic, messages: [{ value: JSON.stringify({ requestId: args.requestId, text: args.text }) }] }); // finding: client-chosen-destination, unvalidated-payload
    } catch {
      return { isError: true, content: [{ type: "text", text: "The note was not published." }] };
    }
    return { content: [{ type: "text", text: "Published." }] };
  },
);
