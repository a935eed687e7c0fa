// A tool deletes topics: administration is the operator's.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const admin = new Kafka({ brokers: (process.env.BROKERS ?? "").split(",") }).admin();

server.registerTool("delete_topic", { description: "Deletes.", inputSchema: { topic: z.string() } }, async ({ topic }) => {
  await admin.deleteTopics({ topics: [topic] }); // finding: administrative-tool
  return { content: [{ type: "text", text: "Gone." }] };
});
