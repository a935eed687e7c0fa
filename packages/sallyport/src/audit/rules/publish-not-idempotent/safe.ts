// A key of the call is claimed before it is published.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";
import { limiter } from "./limits.js";
import { Redis } from "ioredis";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const producer = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).producer();

const redis = new Redis(process.env.REDIS_URL ?? "");

server.registerTool(
  "create_note",
  { description: "Writes a note.", inputSchema: { idempotencyKey: z.string().max(64), text: z.string().max(2000) } },
  async (args) => {
    await limiter.take("create_note");
    const first = await redis.set(`call:${args.idempotencyKey}`, "1", "EX", 3600, "NX");
    if (first === null) return { content: [{ type: "text", text: "Published before." }] };
    try {
      await producer.send({ topic: "notes", messages: [{ value: JSON.stringify({ text: args.text }) }] });
    } catch {
      return { isError: true, content: [{ type: "text", text: "The note was not published." }] };
    }
    return { content: [{ type: "text", text: "Published." }] };
  },
);
