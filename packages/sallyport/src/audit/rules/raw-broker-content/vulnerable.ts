// What anybody wrote to the queue is handed to the model as it is.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Redis } from "ioredis";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const redis = new Redis(process.env.REDIS_URL ?? "");

server.registerTool("latest", { description: "The latest notes." }, async () => {
  const entries = await redis.xrange("notes", "-", "+", "COUNT", 10);
  return { content: [{ type: "text", text: JSON.stringify(entries) }] }; // finding: raw-broker-content
});
