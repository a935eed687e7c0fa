// A server in the manner of the article's wrong listings: the model chooses action, payload and topic.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Channel } from "../plain-broker.ts";
import { BROKER } from "./settings.ts";

const channel = new Channel(BROKER);

const ACTION = { type: "string", description: "What to do", examples: ["create_note"] };
const PAYLOAD = { type: "object", description: "The action's data" };
const TOPIC = { type: "string", description: "Where to publish" };

serveStdio(() => {
  const server = new Server({ name: "wrong", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({
    tools: [
      {
        name: "publish",
        description: "Publish an action",
        inputSchema: { type: "object", required: ["action", "payload"], properties: { action: ACTION, payload: PAYLOAD } },
      },
      {
        name: "publish_to_topic",
        description: "Publish to a topic",
        inputSchema: { type: "object", required: ["topic", "payload"], properties: { topic: TOPIC, action: ACTION, payload: PAYLOAD } },
      },
    ],
  }));
  server.setRequestHandler("tools/call", async (request) => {
    const { action, payload, topic } = (request.params.arguments ?? {}) as Record<string, unknown>;
    if (request.params.name === "publish") await channel.send("user-events", JSON.stringify({ action, payload }));
    else await channel.send(String(topic), JSON.stringify({ action, payload }));
    return { content: [{ type: "text", text: "Event published" }] };
  });
  return server;
});
