// A server and, started with `work`, its consumer, which do in their own time what others do at once: each as the options
// in its environment say. What the probe must not take for a defence, nor for a fault.
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Channel, type Consumed } from "../../../src/demo/plain-broker.ts";
import { BROKER } from "../../../src/demo/targets/settings.ts";

export interface Manner {
  /** Of the server: how many calls it takes in all, which of them it never answers, and what it does how much later. */
  readonly mostCalls?: number;
  readonly losesEvery?: number;
  readonly answersAfterMs?: number;
  readonly publishesAfterMs?: number;
  /** Its reader shows what it was given some time ago. */
  readonly readsAfterMs?: number;
  /** Of the consumer: acknowledged before it is dealt with, one after the other, and tried on in memory. */
  readonly acksFirst?: boolean;
  readonly tries?: number;
  readonly retriesAfterMs?: number;
  /** How many lines it writes for one message. */
  readonly lines?: number;
}

const manner = JSON.parse(process.env["MANNER"] ?? "{}") as Manner;
const channel = new Channel(BROKER);
const record = (line: string): void => appendFileSync("effects.txt", `${line}\n`);

async function attempt(text: string, tries: number): Promise<void> {
  record(`tried ${text}`);
  const how = text.split(" ")[0];
  if (how === "poison" || (how === "shaky" && tries === 0)) throw new Error("not now");
  if (how === "slow") await after(300);
  for (let line = 0; line < (manner.lines ?? 1); line++) record(`done ${text}`);
}

async function handle({ content }: Consumed): Promise<void> {
  const { text } = JSON.parse(content) as { readonly text: string };
  for (let tries = 0; tries < (manner.tries ?? 1); tries++) {
    try {
      return await attempt(text, tries);
    } catch {
      await after(manner.retriesAfterMs ?? 0);
    }
  }
}

let queue: Promise<unknown> = Promise.resolve();

async function take(message: Consumed): Promise<void> {
  if (manner.acksFirst === true) await message.ack();
  const handling = queue.then(() => handle(message)).catch(() => undefined);
  if (manner.acksFirst === true) queue = handling;
  await handling;
  if (manner.acksFirst !== true) await message.ack();
}

const shelf: string[] = [];
let calls = 0;

async function order(text: unknown): Promise<string> {
  if (typeof text !== "string" || text.length > 5000) throw new Error("a text of some length");
  if (++calls > (manner.mostCalls ?? Infinity)) throw new Error("too many calls");
  const content = JSON.stringify({ id: randomUUID(), text });
  const publish = (): Promise<void> => channel.send("orders", content);
  if (manner.publishesAfterMs !== undefined) setTimeout(() => void publish(), manner.publishesAfterMs);
  else if (manner.answersAfterMs !== undefined) void publish().catch(() => undefined);
  else await publish();
  await after(manner.answersAfterMs ?? 0);
  if (calls % (manner.losesEvery ?? Infinity) === 0) await new Promise(() => undefined);
  return "ordered";
}

function serve(): void {
  const ORDER = { type: "object" as const, required: ["text"], properties: { text: { type: "string" } } };
  const tools = [{ name: "order", inputSchema: ORDER }, ...(manner.readsAfterMs === undefined ? [] : [READ])];
  serveStdio(() => {
    const server = new Server({ name: "late", version: "1.0.0" }, { capabilities: { tools: {} } });
    server.setRequestHandler("tools/list", async () => ({ tools }));
    server.setRequestHandler("tools/call", async ({ params }) => {
      const text = params.name === "order" ? await order(params.arguments?.["text"]) : shelf.slice(-20).join("\n");
      return { content: [{ type: "text", text }] };
    });
    return server;
  });
}

const READ = { name: "read_orders", annotations: { readOnlyHint: true }, inputSchema: { type: "object" as const, properties: {} } };

async function read(afterMs: number): Promise<void> {
  await channel.consume("orders", { prefetch: 100 }, (message) => {
    setTimeout(() => shelf.push(message.content), afterMs);
    void message.ack();
  });
}

if (process.argv[2] === "work")
  for (const name of ["orders", "returns"]) await channel.consume(name, { prefetch: 50 }, (message) => void take(message));
else {
  if (manner.readsAfterMs !== undefined) await read(manner.readsAfterMs);
  serve();
}
