// A server on Redis that leaves everything to the model: any channel, any list, any stream; and a tool that reads, and one
// that deletes.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Redis } from "ioredis";

const redis = new Redis(process.env["REDIS_URL"] ?? "");

const TEXT = { type: "string" };
const tool = (name: string, description: string, properties: Record<string, Record<string, string>>) => ({
  name,
  description,
  inputSchema: { type: "object" as const, required: Object.keys(properties), properties },
});

const TOOLS = [
  tool("publish", "Publish to a channel", { channel: TEXT, message: TEXT }),
  tool("enqueue", "Push a job", { queue: TEXT, payload: { type: "object" } }),
  tool("add", "Append to the orders", { text: TEXT, headers: { type: "object" } }),
  tool("peek_queue", "Look into a queue", { queue: TEXT }),
  tool("delete_stream", "Delete a stream", { stream: TEXT }),
];

async function call(name: string, given: Record<string, any>): Promise<string> {
  switch (name) {
    case "publish":
      return String(await redis.publish(given["channel"], given["message"]));
    case "enqueue":
      return String(await redis.lpush(given["queue"], JSON.stringify(given["payload"])));
    case "add": {
      const fields = Object.entries(given["headers"] ?? {}).flatMap(([field, value]) => [field, String(value)]);
      return String(await redis.xadd("orders", "*", "data", JSON.stringify({ id: crypto.randomUUID(), text: given["text"] }), ...fields));
    }
    case "peek_queue":
      return JSON.stringify(await redis.lrange(given["queue"], 0, -1));
    default:
      return String(await redis.del(given["stream"]));
  }
}

serveStdio(() => {
  const server = new Server({ name: "redis-wrong", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => ({
    content: [{ type: "text", text: await call(params.name, (params.arguments ?? {}) as Record<string, any>) }],
  }));
  return server;
});
