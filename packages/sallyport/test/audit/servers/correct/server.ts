// A server in the manner of the article's correct listings, on the clients that people use.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import amqp from "amqplib";
import { Kafka } from "kafkajs";
import { z } from "zod";
import { applyEvent } from "./effects.js";

const ALLOWED_ACTIONS = new Set(["create_note", "update_note"]);
const TOOL_TOPIC_MAP: Record<string, string> = { create_note: "user-note-events", update_note: "user-note-events" };
const NoteEvent = z.object({ action: z.string(), noteId: z.string(), content: z.string(), publishedAt: z.string() });
const SecureEvent = z.object({ messageId: z.string(), timestamp: z.string(), eventType: z.string(), payload: z.unknown() });
const PROCESSING_WINDOW_MS = 5 * 60 * 1000;
const MAX_RETRIES = 3;

const producer = new Kafka({ brokers: ["localhost:9092"] }).producer();
const server = new Server({ name: "correct", version: "1.0.0" }, { capabilities: { tools: {} } });

async function publishEvent(action: string, event: unknown): Promise<void> {
  const topic = TOOL_TOPIC_MAP[action];
  if (!topic) throw new Error(`No topic mapping for action: ${action}`);
  await producer.send({ topic, messages: [{ value: JSON.stringify(event) }] });
}

server.setRequestHandler(CallToolRequestSchema, async (request) => {
  const { action, noteId, content } = request.params.arguments as { action: string; noteId: string; content: string };
  if (request.params.name === "note") {
    if (!ALLOWED_ACTIONS.has(action)) throw new Error(`Invalid action: ${action}`);
    const event = NoteEvent.parse({ action, noteId, content, publishedAt: new Date().toISOString() });
    await producer.send({ topic: "note-events", messages: [{ value: JSON.stringify(event) }] });
  } else await publishEvent(action, { noteId, content });
  return { content: [{ type: "text", text: `Event ${action} published` }] };
});

const processedIds = new Set<string>();

async function consumeEvent(raw: string): Promise<void> {
  const event = SecureEvent.parse(JSON.parse(raw));
  const age = Date.now() - new Date(event.timestamp).getTime();
  if (age > PROCESSING_WINDOW_MS) throw new Error(`Message too old: ${age}ms`);
  if (processedIds.has(event.messageId)) return;
  processedIds.add(event.messageId);
  await applyEvent(event.eventType, event.payload);
}

const channel = await (await amqp.connect("amqp://localhost")).createChannel();
await channel.assertQueue("note-events", { deadLetterExchange: "dlx", deadLetterRoutingKey: "note-events-dlq" });
await channel.consume("note-events", async (message) => {
  if (!message) return;
  const retryCount = (message.properties.headers?.["x-retry-count"] as number) ?? 0;
  try {
    await consumeEvent(message.content.toString());
    channel.ack(message);
  } catch {
    if (retryCount >= MAX_RETRIES) channel.nack(message, false, false);
    else setTimeout(() => channel.nack(message, false, true), 2 ** retryCount * 1000);
  }
});
