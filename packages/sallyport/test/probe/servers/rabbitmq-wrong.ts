// A server on RabbitMQ that leaves everything to the model: exchange, routing key, headers; and one tool for its orders.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { connect } from "amqplib";

const connection = await connect(process.env["RABBITMQ_URL"] ?? "");
const channel = await connection.createChannel();
await channel.assertQueue("orders");

const TEXT = { type: "string" };
const tool = (name: string, required: readonly string[], properties: Record<string, { readonly type: string }>) => ({
  name,
  inputSchema: { type: "object" as const, required: [...required], properties },
});
const TOOLS = [
  tool("publish", ["routingKey", "message"], { routingKey: TEXT, message: { type: "object" }, headers: { type: "object" } }),
  tool("order", ["text"], { text: TEXT }),
];

serveStdio(() => {
  const server = new Server({ name: "rabbitmq-wrong", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    const given = (params.arguments ?? {}) as Record<string, any>;
    const order = { id: crypto.randomUUID(), type: "order", text: given["text"] };
    if (params.name === "order") channel.publish("", "orders", Buffer.from(JSON.stringify(order)));
    else channel.publish("", String(given["routingKey"]), Buffer.from(JSON.stringify(given["message"])), { headers: given["headers"] });
    return { content: [{ type: "text", text: "published" }] };
  });
  return server;
});
