// The server chooses what is read.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Redis } from "ioredis";
import { z } from "zod";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const redis = new Redis(process.env.REDIS_URL ?? "");
const CHANNELS = new Map([["notes", "user-notes"]]);

server.registerTool("watch", { description: "Watches.", inputSchema: { list: z.string().max(64) } }, async ({ list }) => {
  const channel = CHANNELS.get(list);
  if (channel === undefined) throw new Error("No such list");
  await redis.subscribe(channel);
  return { content: [{ type: "text", text: "Watching." }] };
});
