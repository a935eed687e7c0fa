// A server that publishes and takes its time to say so, and that ends when a call is cut off, with whatever else it was asked meanwhile.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Channel } from "../../../src/demo/plain-broker.ts";
import { BROKER } from "../../../src/demo/targets/settings.ts";

/** As long as a slow server has other calls open: nothing waits for it to pass. */
const TAKES_MS = 100;
const channel = new Channel(BROKER);
const inputSchema = { type: "object" as const, required: ["text"], properties: { text: { type: "string" } } };

serveStdio(() => {
  const server = new Server({ name: "frail", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: ["note", "post"].map((name) => ({ name, inputSchema })) }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    await channel.send(params.name, JSON.stringify({ text: String(params.arguments?.["text"]) }));
    await new Promise((resolve) => setTimeout(resolve, TAKES_MS));
    return { content: [{ type: "text", text: "sent" }] };
  });
  return server;
});
process.stdin.on("data", (said: Buffer) => {
  if (said.includes("notifications/cancelled")) process.exit(1);
});
