// A server on Redis, and what it says when Redis is gone: MANNER tells what its client threw, at once or after tries that take
// longer than an honest answer may, or no more of it than its code; says that something failed in an ordinary answer, with the
// address or without, also as Python's clients write it; repeats what it was asked with; hushes it up, or needs no broker.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Redis } from "ioredis";

const url = process.env["REDIS_URL"] ?? "";
const manner = process.env["MANNER"] ?? "tells";
const text = (said: string) => ({ content: [{ type: "text" as const, text: said }] });

async function add(given: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  let thrown: unknown;
  redis.on("error", (error) => (thrown = error));
  try {
    await redis.connect();
    await redis.xadd("orders-of-today", "*", "text", given);
  } catch {
    throw thrown;
  } finally {
    redis.disconnect();
  }
}

async function order(given: string) {
  if (manner === "repeats") return text(`Noted: ${given}`);
  try {
    await add(given);
    return text("Placed.");
  } catch (error) {
    if (manner === "tells") throw error;
    if (manner === "tries") return new Promise<never>((_, reject) => setTimeout(reject, 3000, error));
    if (manner === "codes") return { ...text("Connection refused (ECONNREFUSED)"), isError: true };
    if (manner === "pairs") return text(`{"error":"Unable to bootstrap from [('127.0.0.1', ${new URL(url).port})]"}`);
    if (manner === "echoes") return { ...text(`nothing was placed: ${given}`), isError: true };
    if (manner === "says") return text(`Error: nothing was placed (${(error as Error).message})`);
    if (manner === "names") return { ...text("orders-of-today could not be reached"), isError: true };
    return { ...text("Nothing was placed: try again later."), isError: manner === "hushes" };
  }
}

serveStdio(() => {
  const server = new Server({ name: "outage", version: "1.0.0" }, { capabilities: { tools: {} } });
  const inputSchema = { type: "object" as const, required: ["text"], properties: { text: { type: "string" } } };
  server.setRequestHandler("tools/list", async () => ({ tools: [{ name: "order", inputSchema }] }));
  server.setRequestHandler("tools/call", async ({ params }) => order(String((params.arguments ?? {})["text"])));
  return server;
});
