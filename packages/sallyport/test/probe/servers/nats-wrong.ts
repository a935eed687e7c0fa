// A server on NATS that publishes on whatever subject it is told to, and consumes orders itself: acknowledged when they
// were acted on, whatever they are.
import { appendFileSync } from "node:fs";
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { connect } from "@nats-io/transport-node";

const connection = await connect({ servers: process.env["NATS_URL"] ?? "" });
connection.subscribe("orders.new", {
  callback: (_error, message) => {
    const { text } = message.json<{ readonly text: string }>();
    appendFileSync("effects.txt", `${text}\n`);
  },
});

const TEXT = { type: "string" };
const TOOLS = [
  { name: "publish", inputSchema: { type: "object" as const, required: ["subject", "data"], properties: { subject: TEXT, data: TEXT } } },
  { name: "order", inputSchema: { type: "object" as const, required: ["text"], properties: { text: TEXT } } },
];

serveStdio(() => {
  const server = new Server({ name: "nats-wrong", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    const given = (params.arguments ?? {}) as Record<string, string>;
    if (params.name === "publish") connection.publish(String(given["subject"]), given["data"] ?? "");
    else connection.publish("orders.new", JSON.stringify({ id: crypto.randomUUID(), time: new Date().toISOString(), text: given["text"] }));
    return { content: [{ type: "text", text: "sent" }] };
  });
  return server;
});
