// A bucket of tokens, asked before each publish.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";
import { TokenBucket } from "./token-bucket.js";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const producer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).producer();

const bucket = new TokenBucket({ perMinute: 30 });

server.registerTool(
  "create_note",
  { description: "Writes a note.", inputSchema: { requestId: z.string().max(64), text: z.string().max(2000) } },
  async (args) => {
    if (!bucket.takeToken()) throw new Error("Too many notes, try again later");
    try {
      await producer.send({ topic: "notes", messages: [{ value: JSON.stringify({ requestId: args.requestId, text: args.text }) }] });
    } catch {
      return { isError: true, content: [{ type: "text", text: "The note was not published." }] };
    }
    return { content: [{ type: "text", text: "Published." }] };
  },
);
