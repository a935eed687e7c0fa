// The model names the key and the partition.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";
import { limiter } from "./limits.js";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const producer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).producer();

server.registerTool(
  "create_note",
  { description: "Writes a note.", inputSchema: { requestId: z.string().max(64), key: z.string().max(64), partition: z.number().int(), text: z.string().max(2000) } },
  async (args) => {
    await limiter.take("create_note");
    try {
      await producer.send({ topic: "notes", messages: [{ key: args.key, partition: args.partition, value: JSON.stringify({ requestId: args.requestId, text: args.text }) }] }); // finding: client-chosen-key
    } catch {
      return { isError: true, content: [{ type: "text", text: "The note was not published." }] };
    }
    return { content: [{ type: "text", text: "Published." }] };
  },
);
