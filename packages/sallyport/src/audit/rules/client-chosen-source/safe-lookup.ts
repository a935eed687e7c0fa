// A job and a consumer are looked up, and nothing of what they hold goes anywhere.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { Queue } from "bullmq";
import { z } from "zod";

const server = new McpServer({ name: "jobs", version: "1.0.0" });
const connection = await connect({ servers: process.env.NATS ?? "" });
const input = { queue: z.string().max(64), id: z.string().max(64) };

server.registerTool("promote", { description: "Promotes.", inputSchema: input }, async ({ queue, id }) => {
  const job = await new Queue(queue).getJob(id);
  if (job === undefined) return { content: [{ type: "text", text: "No such job." }] };
  await job.promote();
  return { content: [{ type: "text", text: "Promoted." }] };
});

server.registerTool("lag", { description: "How far behind.", inputSchema: input }, async ({ queue, id }) => {
  const consumer = await jetstream(connection).consumers.get(queue, id);
  const { num_pending } = await consumer.info();
  return { content: [{ type: "text", text: String(num_pending) }] };
});
