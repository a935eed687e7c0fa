// A server in the manner of the article's wrong listings, on the clients that people use.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import amqp from "amqplib";
import { Kafka } from "kafkajs";
import { applyEvent } from "./effects.js";

const producer = new Kafka({ brokers: ["localhost:9092"] }).producer();
const server = new Server({ name: "wrong", version: "1.0.0" }, { capabilities: { tools: {} } });

server.setRequestHandler(CallToolRequestSchema, async (request) => {
  const { action, payload, topic } = request.params.arguments ?? {};
  if (request.params.name === "publish")
    await producer.send({ topic: "user-events", messages: [{ value: JSON.stringify({ action, payload }) }] });
  else await producer.send({ topic, messages: [{ value: JSON.stringify({ action, payload }) }] });
  return { content: [{ type: "text", text: "Event published" }] };
});

const channel = await (await amqp.connect("amqp://localhost")).createChannel();
await channel.assertQueue("user-events");
await channel.consume("user-events", async (message) => {
  if (!message) return;
  try {
    const event = JSON.parse(message.content.toString());
    await applyEvent(event.action, event.payload);
    channel.ack(message);
  } catch {
    channel.nack(message, false, true);
  }
});
