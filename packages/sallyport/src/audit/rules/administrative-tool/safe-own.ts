// A group that was made for one reading, under a name that chance gave it, is taken away again.
import { randomUUID } from "node:crypto";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const kafka = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") });
const admin = kafka.admin();

server.registerTool("count_notes", { description: "Counts." }, async () => {
  const groupId = `count-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId });
  let count = 0;
  await consumer.subscribe({ topic: "notes", fromBeginning: true });
  await consumer.run({ eachMessage: async () => void (count += 1) });
  await consumer.disconnect();
  await admin.deleteGroups([groupId]);
  return { content: [{ type: "text", text: String(count) }] };
});
