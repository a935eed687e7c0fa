// One program in many forms. What changes nothing for an attacker changes nothing in the findings; a real guard makes
// them go, a false one does not.
import { describe, expect, test } from "vitest";
import { judge, rulesIn } from "./judging.ts";
import { FALSELY_GUARDED, type Files, type Forms, GUARDED, OPEN, tool, ts } from "./forms.ts";

const rows = (forms: Forms): readonly [string, Files][] => Object.entries(forms);

describe("the destination", () => {
  test.each(rows(OPEN))("is the model's in whatever form: %s", async (_form, files) => {
    expect(rulesIn(await judge(files))).toContain("client-chosen-destination");
  });

  test.each(rows(FALSELY_GUARDED))("is the model's behind a false guard: %s", async (_form, files) => {
    expect(rulesIn(await judge(files))).toContain("client-chosen-destination");
  });

  test.each(rows(GUARDED))("is the server's behind a real guard: %s", async (_form, files) => {
    const rules = rulesIn(await judge(files));
    expect(rules).not.toContain("client-chosen-destination");
    expect(rules).not.toContain("prototype-lookup");
  });

  test("a lookup in a plain object is told from a choice, and is no guard", async () => {
    const found = await judge(
      ts(
        `const TOPICS: Record<string, string> = { a: "topic-a" }; ${tool(`const topic = TOPICS[args.topic]; if (!topic) throw new Error("no"); await producer.send({ topic, messages: [{ value: JSON.stringify({ text: args.text }) }] });`)}`,
      ),
    );
    expect(rulesIn(found)).toContain("prototype-lookup");
    expect(rulesIn(found)).not.toContain("client-chosen-destination");
  });

  test("a false guard is named in the finding", async () => {
    const notesOf = async (form: string): Promise<string> => {
      const all = await judge(FALSELY_GUARDED[form] ?? {});
      return all.find(({ rule }) => rule === "client-chosen-destination")?.notes?.join("; ") ?? "";
    };
    expect(await notesOf("typescript, a check of characters")).toContain("characters");
    expect(await notesOf("typescript, a schema of URLs")).toContain("not which");
    expect(await notesOf("typescript, a list in the description")).toContain("not which");
  });

  test("a list is taken for its only word by an own-property test, unless somebody asks for a text", async () => {
    const low = (check: string): Files => ({
      "src/a.ts": `
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { Kafka } from "kafkajs";
const server = new Server({ name: "s", version: "1" });
const producer = new Kafka({ brokers: [] }).producer();
const ACTIONS: Record<string, boolean> = { create: true };
server.setRequestHandler(CallToolRequestSchema, async (request) => {
  const { action } = request.params.arguments as any;
  ${check}
  if (!Object.hasOwn(ACTIONS, action)) throw new Error("no");
  await producer.send({ topic: "notes", messages: [{ value: JSON.stringify({ action }) }] });
  return { content: [] };
});`,
    });
    const found = await judge(low(""));
    expect(found.find(({ rule }) => rule === "prototype-lookup")).toMatchObject({ severity: "low" });
    expect(rulesIn(await judge(low('if (typeof action !== "string") throw new Error("no");')))).not.toContain("prototype-lookup");
  });
});

describe("what was read", () => {
  const READ: Forms = {
    "typescript, through whom nobody knows": ts(
      `import { trace } from "@opentelemetry/api"; const tracer = trace.getTracer("t"); const consumer = new Kafka({ brokers: [] }).consumer({ groupId: "g" }); server.registerTool("read", { description: "d" }, () => tracer.startActiveSpan("read", async (span) => { const seen: string[] = []; await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) }); span.end(); return { content: [{ type: "text", text: seen.join() }] }; }));`,
    ),
    "python, through a future": {
      "a.py": `import asyncio
import paho.mqtt.client as mqtt
from mcp.server.fastmcp import FastMCP
mcp = FastMCP("s")
client = mqtt.Client()

@mcp.tool()
async def read() -> str:
    loop = asyncio.get_running_loop()
    answer = loop.create_future()

    def on_message(client, userdata, message):
        loop.call_soon_threadsafe(answer.set_result, message.payload.decode())

    client.on_message = on_message
    return await asyncio.wait_for(answer, 5)
`,
    },
  };

  test.each(rows(READ))("is handed out in whatever form: %s", async (_form, files) => {
    expect(rulesIn(await judge(files))).toContain("raw-broker-content");
  });
});

test("what the environment may leave out has its default", async () => {
  const found = await judge({
    "a.ts": `
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
const base = process.env.BASE || "/api";
const server = new McpServer({ name: "s", version: "1" });
server.registerTool("forget", { description: "d", inputSchema: { user: z.string() } }, async ({ user }) => {
  const url = new URL(\`http://localhost:15672\${base}/users/\${encodeURIComponent(user)}\`);
  await fetch(url.toString(), { method: "DELETE" });
  return { content: [] };
});
`,
  });
  expect(rulesIn(found)).toContain("administrative-tool");
});

describe("the message", () => {
  const message = (value: string, schema: string): Files =>
    ts(tool(`await producer.send({ topic: "notes", messages: [{ value: ${value} }] });`, schema));

  test.each([
    ["any JSON", "JSON.stringify(args.data)", "data: z.record(z.string(), z.any())"],
    ["a text", "args.data", "data: z.string()"],
    ["all arguments, of any shape", "JSON.stringify(args)", "data: z.any()"],
    [
      "an action of any name beside its data",
      "JSON.stringify({ action: args.action, data: args.data })",
      "action: z.string(), data: z.any()",
    ],
  ])("is the model's: %s", async (_what, value, schema) => {
    expect(rulesIn(await judge(message(value, schema)))).toContain("unvalidated-payload");
  });

  test.each([
    ["made of checked fields", `JSON.stringify({ type: "note", text: args.text })`, "text: z.string().max(99)"],
    ["of a closed set", "args.kind", `kind: z.enum(["on", "off"])`],
  ])("is the server's: %s", async (_what, value, schema) => {
    expect(rulesIn(await judge(message(value, schema)))).not.toContain("unvalidated-payload");
  });

  test("arguments laid over what the server set are found, and under it are not", async () => {
    const schema = "actor: z.string().max(9), text: z.string().max(99)";
    expect(rulesIn(await judge(message(`JSON.stringify({ actor: "server", ...args })`, schema)))).toContain("client-set-server-field");
    expect(rulesIn(await judge(message(`JSON.stringify({ ...args, actor: "server" })`, schema)))).not.toContain("client-set-server-field");
  });
});

test("a server that publishes through the guard has nothing to answer for", async () => {
  const found = await judge({
    "a.ts": `
import { McpServer } from "@modelcontextprotocol/server";
import { contract, event, Publisher } from "@sallyport/guard";
import { bindTools } from "@sallyport/guard/mcp";
import { z } from "zod";
const notes = contract({ name: "notes", events: { "note.created": event({ description: "d", schema: z.strictObject({ text: z.string().max(9) }), destination: "notes" }) } });
const publisher = new Publisher({ contract: notes });
const server = new McpServer({ name: "s", version: "1" });
bindTools(server, publisher, { principal: { id: "local" } });
`,
  });
  expect(found).toEqual([]);
});
