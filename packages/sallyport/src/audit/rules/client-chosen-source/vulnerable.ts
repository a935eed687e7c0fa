// The model names what is read; a pattern reads everything.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Redis } from "ioredis";
import { z } from "zod";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const redis = new Redis(process.env.REDIS_URL ?? "");

server.registerTool("watch", { description: "Watches.", inputSchema: { channel: z.string().max(64) } }, async ({ channel }) => {
  await redis.psubscribe(channel); // finding: client-chosen-source
  return { content: [{ type: "text", text: "Watching." }] };
});
