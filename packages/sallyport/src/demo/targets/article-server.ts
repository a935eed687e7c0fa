// A server in the manner of the article's correct listings: an allowlist of actions, a schema for parameters, and
// topics from a map on the server.
import { randomUUID } from "node:crypto";
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";
import { Channel } from "../plain-broker.ts";
import { BROKER } from "./settings.ts";

const channel = new Channel(BROKER);

const ALLOWED_ACTIONS = new Set<unknown>(["create_note", "update_note", "list_notes"]);
const NoteEvent = z.object({ action: z.string(), noteId: z.string(), text: z.string(), publishedAt: z.string() });

const TOOL_TOPIC_MAP: Record<string, string> = {
  create_note: "user-note-events",
  update_note: "user-note-events",
  archive_note: "user-note-events",
};

/** The article's message with replay-resistant fields. */
const secured = (eventType: unknown, payload: unknown): string =>
  JSON.stringify({ messageId: randomUUID(), timestamp: new Date().toISOString(), eventType, payload });

async function publishNote({ action, noteId, text }: Record<string, unknown>): Promise<string> {
  if (!ALLOWED_ACTIONS.has(action)) throw new Error(`Invalid action: ${String(action)}`);
  const event = NoteEvent.parse({ action, noteId, text, publishedAt: new Date().toISOString() });
  await channel.send("note-events", secured(event.action, event));
  return `Event ${event.action} published`;
}

async function publishEvent({ action, payload }: Record<string, unknown>): Promise<string> {
  const topic = TOOL_TOPIC_MAP[action as string];
  if (!topic) throw new Error(`No topic mapping for action: ${String(action)}`);
  await channel.send(topic, secured(action, payload));
  return `Event ${String(action)} published`;
}

const ACTION = { type: "string", description: "What was done", examples: ["create_note"] };
const TEXT = { type: "string" };
const PAYLOAD = { type: "object", description: "The action's data" };

serveStdio(() => {
  const server = new Server({ name: "article", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({
    tools: [
      {
        name: "note_event",
        description: "Publish a note event",
        inputSchema: { type: "object", required: ["action", "noteId", "text"], properties: { action: ACTION, noteId: TEXT, text: TEXT } },
      },
      {
        name: "publish_event",
        description: "Publish an event",
        inputSchema: { type: "object", required: ["action", "payload"], properties: { action: ACTION, payload: PAYLOAD } },
      },
    ],
  }));
  server.setRequestHandler("tools/call", async (request) => {
    const given = (request.params.arguments ?? {}) as Record<string, unknown>;
    const text = request.params.name === "note_event" ? await publishNote(given) : await publishEvent(given);
    return { content: [{ type: "text", text }] };
  });
  return server;
});
