// A server and, started with `work`, its consumer: ids are noted down as soon as they are seen, for all queues together;
// an attempt may take for ever; and what failed three times is rejected to a dead-letter exchange that nobody declared.
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Channel, type Consumed } from "../../../src/demo/plain-broker.ts";
import { BROKER } from "../../../src/demo/targets/settings.ts";

const channel = new Channel(BROKER);
const record = (line: string): void => appendFileSync("effects.txt", `${line}\n`);
const seen = new Set<string>();

async function attempt(text: string): Promise<void> {
  record(`tried ${text}`);
  const how = text.split(" ")[0];
  if (how === "poison") throw new Error("never");
  if (how === "slow") await new Promise((resolve) => setTimeout(resolve, 1000));
  if (how === "stuck") await new Promise(() => undefined);
  if (how === "spinning") for (;;);
  record(`done ${text}`);
}

async function take(message: Consumed): Promise<void> {
  const { id, text } = JSON.parse(message.content) as { readonly id: string; readonly text: string };
  if (seen.has(id)) return message.ack();
  seen.add(id);
  for (let tries = 0; tries < 3; tries++) {
    try {
      await attempt(text);
      return await message.ack();
    } catch {
      // Again, until it was tried often enough.
    }
  }
  await message.nack(false);
}

if (process.argv[2] === "work") {
  for (const queue of ["orders", "returns"])
    await channel.consume(
      queue,
      { prefetch: 5, deadLetterExchange: "dlx", deadLetterQueue: `${queue}-dlq` },
      (message) => void take(message),
    );
} else {
  const inputSchema = { type: "object" as const, required: ["text"], properties: { text: { type: "string" } } };
  serveStdio(() => {
    const server = new Server({ name: "sloppy", version: "1.0.0" }, { capabilities: { tools: {} } });
    server.setRequestHandler("tools/list", async () => ({ tools: [{ name: "order", inputSchema }] }));
    server.setRequestHandler("tools/call", async ({ params }) => {
      await channel.send("orders", JSON.stringify({ id: randomUUID(), text: String(params.arguments?.["text"]) }));
      return { content: [{ type: "text", text: "ordered" }] };
    });
    return server;
  });
}
