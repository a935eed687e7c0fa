// A server on Kafka that leaves everything to the model: topic, key, headers; and one tool for its orders.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Producer, stringSerializers } from "@platformatic/kafka";

const bootstrapBrokers = [process.env["KAFKA_BROKERS"] ?? ""];
const producer = new Producer({ clientId: "wrong", bootstrapBrokers, serializers: stringSerializers, autocreateTopics: true });

const TEXT = { type: "string" };
const OBJECT = { type: "object" };
const tool = (name: string, required: readonly string[], properties: Record<string, { readonly type: string }>) => ({
  name,
  inputSchema: { type: "object" as const, required: [...required], properties },
});
const TOOLS = [
  tool("publish", ["topic", "message"], { topic: TEXT, message: OBJECT, key: TEXT, headers: OBJECT }),
  tool("order", ["text"], { text: TEXT }),
];

serveStdio(() => {
  const server = new Server({ name: "kafka-wrong", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    const given = (params.arguments ?? {}) as Record<string, any>;
    const order = { id: crypto.randomUUID(), type: "order", text: given["text"] };
    const headers = Object.fromEntries(Object.entries(given["headers"] ?? {}).map(([name, value]) => [name, String(value)]));
    const message =
      params.name === "order"
        ? { topic: "orders", value: JSON.stringify(order) }
        : { topic: String(given["topic"]), key: given["key"], value: JSON.stringify(given["message"]), headers };
    const sending = producer.send({ messages: [message] });
    // An order is said to be placed before anybody has it.
    if (params.name === "order") sending.catch(() => undefined);
    else await sending;
    return { content: [{ type: "text", text: "published" }] };
  });
  return server;
});
