// One tool that sends to a topic, in the many forms that a program may have: open, guarded, and guarded falsely.
export type Files = Readonly<Record<string, string>>;
export type Forms = Readonly<Record<string, Files>>;

const TS_HEAD = `
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";
const server = new McpServer({ name: "s", version: "1" });
const producer = new Kafka({ brokers: [] }).producer();
`;
export const tool = (body: string, schema = "topic: z.string(), text: z.string().max(99)"): string =>
  `server.registerTool("send", { description: "d", inputSchema: { ${schema} } }, async (args) => { ${body} return { content: [] }; });`;
export const SEND = "await producer.send({ topic: args.topic, messages: [{ value: JSON.stringify({ text: args.text }) }] });";
export const ts = (rest: string): Files => ({ "src/a.ts": TS_HEAD + rest });

const PY_HEAD = `
import json
from typing import Literal
from aiokafka import AIOKafkaProducer
from mcp.server.fastmcp import FastMCP
mcp = FastMCP("s")
producer = AIOKafkaProducer()
`;
const py = (rest: string): Files => ({ "a.py": PY_HEAD + rest });

const GO_HEAD = `package a
import (
	"context"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/segmentio/kafka-go"
)
type Input struct {
	Topic string \`json:"topic"\`
	Text  string \`json:"text"\`
}
var writer = &kafka.Writer{}
func Register(server *mcp.Server) { mcp.AddTool(server, &mcp.Tool{Name: "send"}, handle) }
`;
const handler = (body: string): string =>
  `func handle(ctx context.Context, req *mcp.CallToolRequest, args Input) (*mcp.CallToolResult, any, error) {\n${body}\n\treturn &mcp.CallToolResult{}, nil, nil\n}\n`;
const GO_SEND = "\twriter.WriteMessages(ctx, kafka.Message{Topic: topic, Value: []byte(args.Text)})";
const go = (rest: string): Files => ({ "a.go": GO_HEAD + rest });

/** The model names the topic in all of these. */
export const OPEN: Forms = {
  "typescript, as it is": ts(tool(SEND)),
  "typescript, renamed": ts(
    tool("const { topic: where, text: words } = args; await producer.send({ topic: where, messages: [{ value: words }] });"),
  ),
  "typescript, through a helper": ts(
    `async function emit(where: string, words: string) { await producer.send({ topic: where, messages: [{ value: words }] }); } ${tool("await emit(args.topic, args.text);")}`,
  ),
  "typescript, in another file": {
    "src/emit.ts": `import { Kafka } from "kafkajs"; const producer = new Kafka({ brokers: [] }).producer(); export const emit = (where: string, value: string) => producer.send({ topic: where, messages: [{ value }] });`,
    "src/a.ts": `import { emit } from "./emit.js"; ${TS_HEAD} ${tool("await emit(args.topic, args.text);")}`,
  },
  "typescript, in a class": ts(
    `class Emitter { constructor(private readonly out = producer) {} async emit(where: string, value: string) { await this.out.send({ topic: where, messages: [{ value }] }); } } const emitter = new Emitter(); ${tool("await emitter.emit(args.topic, args.text);")}`,
  ),
  "typescript, in a closure": ts(
    `const emitTo = (where: string) => (value: string) => producer.send({ topic: where, messages: [{ value }] }); ${tool("await emitTo(args.topic)(args.text);")}`,
  ),
  "typescript, in a table of handlers": ts(
    `const handlers: Record<string, (args: any) => Promise<void>> = { send: async (args) => { await producer.send({ topic: args.topic, messages: [{ value: args.text }] }); } }; for (const [name, run] of Object.entries(handlers)) server.registerTool(name, { inputSchema: { topic: z.string(), text: z.string() } }, async (args) => { await run(args); return { content: [] }; });`,
  ),
  "typescript, in a table that is a module": {
    "src/tools.ts": `import { z } from "zod"; import { Kafka } from "kafkajs"; const producer = new Kafka({ brokers: [] }).producer(); const send = { name: "send", schema: z.object({ topic: z.string(), text: z.string() }), run: async (args: any) => { await producer.send({ topic: args.topic, messages: [{ value: args.text }] }); return { content: [] }; } }; export const TOOLS = [send];`,
    "src/all.ts": `export * from "./tools.js";`,
    "src/a.ts": `import * as all from "./all.js"; import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js"; const server = new McpServer({ name: "s", version: "1" }); for (const one of Object.values(all).flat()) server.tool(one.name, one.schema.shape, one.run);`,
  },
  "python, as it is": py(`@mcp.tool()\nasync def send(topic: str, text: str):\n    await producer.send_and_wait(topic, text)\n`),
  "python, renamed": py(`@mcp.tool()\nasync def send(a: str, b: str):\n    where = a\n    await producer.send_and_wait(where, b)\n`),
  "python, through a helper": py(
    `async def emit(where, words):\n    await producer.send_and_wait(where, words)\n\n@mcp.tool()\nasync def send(topic: str, text: str):\n    await emit(topic, text)\n`,
  ),
  "python, in another file": {
    "emit.py": `from aiokafka import AIOKafkaProducer\nproducer = AIOKafkaProducer()\n\nasync def emit(where, words):\n    await producer.send_and_wait(where, words)\n`,
    "a.py": `${PY_HEAD}\nfrom emit import emit\n\n@mcp.tool()\nasync def send(topic: str, text: str):\n    await emit(topic, text)\n`,
  },
  "python, in a class": py(
    `class Emitter:\n    def __init__(self, out):\n        self.out = out\n\n    async def emit(self, where, words):\n        await self.out.send_and_wait(where, words)\n\nemitter = Emitter(producer)\n\n@mcp.tool()\nasync def send(topic: str, text: str):\n    await emitter.emit(topic, text)\n`,
  ),
  "python, in a closure": py(
    `def emit_to(where):\n    async def emit(words):\n        await producer.send_and_wait(where, words)\n    return emit\n\n@mcp.tool()\nasync def send(topic: str, text: str):\n    await emit_to(topic)(text)\n`,
  ),
  "go, with what makes tool and handler in one": {
    "a.go": `package a
import (
	"context"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/segmentio/kafka-go"
)
var writer = &kafka.Writer{}
func sendTool() (tool mcp.Tool, handler server.ToolHandlerFunc) {
	return mcp.NewTool("send"), func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		writer.WriteMessages(ctx, kafka.Message{Topic: req.GetString("topic", ""), Value: []byte("x")})
		return nil, nil
	}
}
func Register(s *server.MCPServer) { s.AddTool(sendTool()) }
`,
  },
  "go, as it is": go(handler(`\ttopic := args.Topic\n${GO_SEND}`)),
  "go, through a helper": go(
    `func emit(ctx context.Context, where string, words string) { writer.WriteMessages(ctx, kafka.Message{Topic: where, Value: []byte(words)}) }\n${handler("\temit(ctx, args.Topic, args.Text)")}`,
  ),
  "go, in a method": go(
    `type Emitter struct { out *kafka.Writer }\nfunc (e *Emitter) Emit(ctx context.Context, where string, words string) { e.out.WriteMessages(ctx, kafka.Message{Topic: where, Value: []byte(words)}) }\nvar emitter = &Emitter{out: writer}\n${handler("\temitter.Emit(ctx, args.Topic, args.Text)")}`,
  ),
  "go, in a closure": go(
    `func emitTo(where string) func(context.Context, string) { return func(ctx context.Context, words string) { writer.WriteMessages(ctx, kafka.Message{Topic: where, Value: []byte(words)}) } }\n${handler("\temitTo(args.Topic)(ctx, args.Text)")}`,
  ),
};

/** What looks like a guard, and stops nobody. */
export const FALSELY_GUARDED: Forms = {
  "typescript, a check of characters": ts(tool(`if (!/^[a-z.]+$/.test(args.topic)) throw new Error("no"); ${SEND}`)),
  "typescript, a check that the caller switches off": ts(
    tool(
      `if (args.strict && !["a", "b"].includes(args.topic)) throw new Error("no"); ${SEND}`,
      "topic: z.string(), text: z.string().max(99), strict: z.boolean()",
    ),
  ),
  "typescript, a list in the description": ts(tool(SEND, `topic: z.string().describe("one of: a, b"), text: z.string().max(99)`)),
  "typescript, a schema of URLs": ts(tool(SEND, "topic: z.string().url(), text: z.string().max(99)")),
  "typescript, a check that only warns": ts(tool(`if (!["a", "b"].includes(args.topic)) console.warn("odd"); ${SEND}`)),
  "typescript, a helper whose answer is yes all the same": ts(
    `const TOPICS = new Set(["a", "b"]); function isKnown(topic: string): boolean { if (TOPICS.has(topic)) return true; console.warn("odd"); return true; } ${tool(`if (!isKnown(args.topic)) throw new Error("no"); ${SEND}`)}`,
  ),
  "typescript, a helper that is content with one of many": ts(
    `const TOPICS = new Set(["a", "b"]); function areKnown(topics: string[]): boolean { for (const topic of topics) if (TOPICS.has(topic)) return true; return false; } ${tool(`if (!areKnown(args.topics)) throw new Error("no"); for (const topic of args.topics) await producer.send({ topic, messages: [{ value: "x" }] });`, "topics: z.array(z.string())")}`,
  ),
  "typescript, a check of something else": ts(
    tool(`if (!["a", "b"].includes(args.text)) throw new Error("no"); ${SEND}`, "topic: z.string(), text: z.string().max(99)"),
  ),
  "python, a check of characters": py(
    `import re\n@mcp.tool()\nasync def send(topic: str, text: str):\n    if not re.fullmatch(r"[a-z.]+", topic):\n        raise ValueError("no")\n    await producer.send_and_wait(topic, text)\n`,
  ),
  "python, a check that the caller switches off": py(
    `@mcp.tool()\nasync def send(topic: str, text: str, strict: bool):\n    if strict and topic not in ("a", "b"):\n        raise ValueError("no")\n    await producer.send_and_wait(topic, text)\n`,
  ),
  "go, a check that only logs": go(
    `var topics = map[string]bool{"a": true}\n${handler(`\ttopic := args.Topic\n\tif !topics[topic] {\n\t\tprintln("odd")\n\t}\n${GO_SEND}`)}`,
  ),
};

/** The server decides. */
export const GUARDED: Forms = {
  "typescript, a set and an early exit": ts(
    `const TOPICS = new Set(["a", "b"]); ${tool(`if (!TOPICS.has(args.topic)) throw new Error("no"); ${SEND}`)}`,
  ),
  "typescript, a map": ts(
    `const TOPICS = new Map([["a", "topic-a"]]); ${tool(`const topic = TOPICS.get(args.topic); if (topic === undefined) throw new Error("no"); await producer.send({ topic, messages: [{ value: JSON.stringify({ text: args.text }) }] });`)}`,
  ),
  "typescript, an own property": ts(
    `const TOPICS: Record<string, string> = { a: "topic-a" }; ${tool(`if (!Object.hasOwn(TOPICS, args.topic)) throw new Error("no"); const topic = TOPICS[args.topic]; await producer.send({ topic, messages: [{ value: JSON.stringify({ text: args.text }) }] });`)}`,
  ),
  "typescript, an enum": ts(tool(SEND, `topic: z.enum(["a", "b"]), text: z.string().max(99)`)),
  "typescript, literals": ts(tool(SEND, `topic: z.union([z.literal("a"), z.literal("b")]), text: z.string().max(99)`)),
  "typescript, a prefix": ts(tool(`if (!args.topic.startsWith("public.")) throw new Error("no"); ${SEND}`)),
  "typescript, a check in a helper": ts(
    `function known(topic: string): string { if (topic !== "a" && topic !== "b") throw new Error("no"); return topic; } ${tool(`const topic = known(args.topic); await producer.send({ topic, messages: [{ value: JSON.stringify({ text: args.text }) }] });`)}`,
  ),
  "typescript, a helper that answers yes or no": ts(
    `const TOPICS = new Set(["a", "b"]); function isKnown(topic: string): boolean { if (TOPICS.has(topic)) return true; return false; } ${tool(`if (!isKnown(args.topic)) throw new Error("no"); ${SEND}`)}`,
  ),
  "typescript, a helper's answer beside a reason": ts(
    `const TOPICS = new Set(["a", "b"]); function check(topic: string) { return TOPICS.has(topic) ? { ok: true, why: "" } : { ok: false, why: "unknown" }; } ${tool(`const { ok, why } = check(args.topic); if (ok === false) throw new Error(why); ${SEND}`)}`,
  ),
  "typescript, a switch": ts(
    tool(
      `let topic: string; switch (args.topic) { case "a": topic = "topic-a"; break; default: throw new Error("no"); } await producer.send({ topic, messages: [{ value: JSON.stringify({ text: args.text }) }] });`,
    ),
  ),
  "python, a set and an early exit": py(
    `TOPICS = {"a", "b"}\n@mcp.tool()\nasync def send(topic: str, text: str):\n    if topic not in TOPICS:\n        raise ValueError("no")\n    await producer.send_and_wait(topic, json.dumps({"text": text}))\n`,
  ),
  "python, a helper's answer beside a reason": py(
    `TOPICS = {"a", "b"}\ndef check(topic):\n    return (True, "") if topic in TOPICS else (False, "unknown")\n\n@mcp.tool()\nasync def send(topic: str, text: str):\n    ok, why = check(topic)\n    if ok is False:\n        return why\n    await producer.send_and_wait(topic, json.dumps({"text": text}))\n`,
  ),
  "python, literals": py(
    `@mcp.tool()\nasync def send(topic: Literal["a", "b"], text: str):\n    await producer.send_and_wait(topic, json.dumps({"text": text}))\n`,
  ),
  "python, a dictionary": py(
    `TOPICS = {"a": "topic-a"}\n@mcp.tool()\nasync def send(topic: str, text: str):\n    where = TOPICS[topic]\n    await producer.send_and_wait(where, json.dumps({"text": text}))\n`,
  ),
  "python, a prefix": py(
    `@mcp.tool()\nasync def send(topic: str, text: str):\n    if not topic.startswith("public."):\n        return "no"\n    await producer.send_and_wait(topic, json.dumps({"text": text}))\n`,
  ),
  "go, a map and its ok": go(
    `var topics = map[string]string{"a": "topic-a"}\n${handler(`\ttopic, ok := topics[args.Topic]\n\tif !ok {\n\t\treturn nil, nil, nil\n\t}\n${GO_SEND}`)}`,
  ),
  "go, a helper that looks for it in a list": go(
    `var known = []string{"a", "b"}\nfunc isKnown(topic string) bool {\n\tfor _, one := range known {\n\t\tif one == topic {\n\t\t\treturn true\n\t\t}\n\t}\n\treturn false\n}\n${handler(`\ttopic := args.Topic\n\tif !isKnown(topic) {\n\t\treturn nil, nil, nil\n\t}\n${GO_SEND}`)}`,
  ),
  "go, a switch": go(
    handler(
      `\tvar topic string\n\tswitch args.Topic {\n\tcase "a":\n\t\ttopic = "topic-a"\n\tdefault:\n\t\treturn nil, nil, nil\n\t}\n${GO_SEND}`,
    ),
  ),
};
