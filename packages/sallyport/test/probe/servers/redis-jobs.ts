// A server whose queues keep their jobs as records, each under a number of its own, as job queues on Redis do: a list has
// the numbers of those that wait. With `closed`, it has to be connected first.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Redis } from "ioredis";

const redis = new Redis(process.env["REDIS_URL"] ?? "");
let isOpen = process.argv[2] !== "closed";

const ADD = `local id = redis.call("INCR", "jobs:" .. ARGV[1] .. ":id")
redis.call("HSET", "jobs:" .. ARGV[1] .. ":" .. id, "name", "job", "data", ARGV[2], "priority", ARGV[3])
redis.call("LPUSH", "jobs:" .. ARGV[1] .. ":wait", id)
return id`;

const TEXT = { type: "string" };
const tool = (name: string, properties: Record<string, Record<string, string>>) => ({
  name,
  inputSchema: { type: "object" as const, required: Object.keys(properties), properties },
});

const TOOLS = [
  tool("connect", {}),
  tool("add_job", { queue: TEXT, data: { type: "object" }, priority: { type: "integer" } }),
  tool("get_jobs", { queue: TEXT }),
  tool("get_count", { queue: TEXT }),
  tool("drain_queue", { queue: TEXT }),
  tool("range", { key: TEXT }),
  tool("delete", { key: TEXT }),
  tool("delete_all", {}),
];

async function call(name: string, given: Record<string, any>): Promise<string> {
  const queue = `jobs:${given["queue"]}`;
  const waiting = (): Promise<readonly string[]> => redis.lrange(`${queue}:wait`, 0, -1);
  switch (name) {
    case "add_job":
      return String(await redis.eval(ADD, 0, String(given["queue"]), JSON.stringify(given["data"]), String(given["priority"])));
    case "get_jobs":
      return JSON.stringify(
        await Promise.all((await waiting()).map(async (id) => JSON.parse((await redis.hget(`${queue}:${id}`, "data")) ?? "null"))),
      );
    case "get_count":
      return String((await waiting()).length);
    case "drain_queue":
      return String(await redis.del(...(await waiting()).map((id) => `${queue}:${id}`), `${queue}:wait`));
    case "range":
      return JSON.stringify(await redis.lrange(given["key"], 0, -1));
    case "delete":
      return String(await redis.del(given["key"]));
    default:
      return redis.flushall();
  }
}

serveStdio(() => {
  const server = new Server({ name: "redis-jobs", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    if (params.name === "connect") isOpen = true;
    if (!isOpen) return { isError: true, content: [{ type: "text" as const, text: "connect first" }] };
    const text = params.name === "connect" ? "connected" : await call(params.name, params.arguments ?? {});
    return { content: [{ type: "text" as const, text }] };
  });
  return server;
});
