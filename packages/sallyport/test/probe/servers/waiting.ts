// A server with a tool that joins a group and waits until a message comes; nothing else of it consumes.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Channel } from "../../../src/demo/plain-broker.ts";
import { BROKER } from "../../../src/demo/targets/settings.ts";

const channel = new Channel(BROKER);
const come: string[] = [];
const waiting: ((text: string) => void)[] = [];
let joined: Promise<void> | undefined;

const join = (): Promise<void> =>
  channel.consume("notes", { prefetch: 10 }, (message) => {
    const first = waiting.shift();
    if (first === undefined) come.push(message.content);
    else first(message.content);
    void message.ack();
  });

async function next(): Promise<string> {
  await (joined ??= join());
  return come.shift() ?? new Promise((resolve) => waiting.push(resolve));
}

const inputSchema = { type: "object" as const, required: ["text"], properties: { text: { type: "string" } } };
const TOOLS = [
  { name: "receive_note", inputSchema: { type: "object" as const, properties: {} } },
  { name: "get_status", inputSchema: { type: "object" as const, properties: {} } },
  { name: "send_note", inputSchema },
];

serveStdio(() => {
  const server = new Server({ name: "waiting", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    if (params.name === "receive_note") return { content: [{ type: "text", text: await next() }] };
    if (params.name === "get_status") return { content: [{ type: "text", text: "all is well" }] };
    await channel.send("notes", JSON.stringify({ text: String(params.arguments?.["text"]) }));
    return { content: [{ type: "text", text: "sent" }] };
  });
  return server;
});
