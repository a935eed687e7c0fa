import { connect } from "nats";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";

const nats = await connect({ servers: process.env["NATS_URL"] ?? "", tls: {} });
const server = new McpServer({ name: "orders", version: "1.0.0" });
server.registerTool("next_orders", { description: "Takes the next orders" }, async () => {
  const consumer = await nats.jetstream().consumers.get("ORDERS", "desk");
  const orders: string[] = [];
  for await (const message of await consumer.fetch({ max_messages: 10 })) {
    orders.push(message.string().slice(0, 1_000));
    message.ack(); // finding: acknowledged-before-processing
  }
  return { content: [{ type: "text", text: JSON.stringify(orders) }] };
});
