// A server over Streamable HTTP, of both eras, that publishes for whoever asks: no token, and nobody looks at which page
// asks, or by which name.
import { createServer } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import { Channel } from "../../../src/demo/plain-broker.ts";
import { BROKER } from "../../../src/demo/targets/settings.ts";

const channel = new Channel(BROKER);
const TEXT = { type: "string" };
const TOOLS = [
  { name: "publish", inputSchema: { type: "object" as const, required: ["topic", "text"], properties: { topic: TEXT, text: TEXT } } },
];

const handler = createMcpHandler(() => {
  const server = new Server({ name: "http-wrong", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    const given = (params.arguments ?? {}) as Record<string, unknown>;
    await channel.send(String(given["topic"]), JSON.stringify({ text: given["text"] }));
    return { content: [{ type: "text", text: "published" }] };
  });
  return server;
});

const handle = toNodeHandler(handler);
createServer((request, response) => void handle(request as Parameters<typeof handle>[0], response)).listen(
  Number(process.argv[2]),
  "127.0.0.1",
);
