// Every way in which a server registers its tools, each with a publish whose topic the model chooses.
import { expect, test } from "vitest";
import { type Files, marks, places } from "./marked.ts";

const KAFKA = `import { Kafka } from "kafkajs";\nimport { z } from "zod";\nconst producer = new Kafka({ clientId: "shop", brokers: [] }).producer();\n`;
const SEND = "await producer.send({ topic, messages: [{ value: JSON.stringify({ text }) }] }); // HERE";
const FIXED = SEND.replace("topic,", 'topic: "notes",');
const SHAPE = "{ topic: z.string(), text: z.string().max(99) }";
const ANSWER = 'return { content: [{ type: "text", text: "sent" }] };';

const ts = (text: string): Files => ({ "server.ts": KAFKA + text });

const PY_KAFKA = `import json
from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": "kafka"})


def send(topic, text):
    producer.produce(topic, json.dumps({"text": text}))  # HERE


`;
const py = (text: string): Files => ({ "server.py": PY_KAFKA + text });

const go = (imports: string, text: string): Files => ({
  "main.go": `package main

import (
	"context"

	"github.com/segmentio/kafka-go"
${imports}
)

type Args struct {
	Topic string \`json:"topic"\`
	Text  string \`json:"text"\`
}

var writer = &kafka.Writer{}

func send(ctx context.Context, topic string, text string) error {
	return writer.WriteMessages(ctx, kafka.Message{Topic: topic, Value: []byte(text)}) // HERE
}

${text}`,
});
const MCP_GO = `\t"github.com/mark3labs/mcp-go/mcp"\n\t"github.com/mark3labs/mcp-go/server"`;
const GO_SDK = `\t"github.com/modelcontextprotocol/go-sdk/mcp"`;

const WAYS: Readonly<Record<string, Files>> = {
  "SDK v1, tool": ts(
    `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\nconst server = new McpServer({ name: "a", version: "1" });\nserver.tool("publish", "Publishes", ${SHAPE}, { readOnlyHint: false }, async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n});\n`,
  ),
  "SDK v1, tool without a description": ts(
    `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp";\nnew McpServer({ name: "a", version: "1" }).tool("publish", ${SHAPE}, async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n});\n`,
  ),
  "SDK v1, registerTool": ts(
    `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\nexport const register = (server: McpServer) =>\nserver.registerTool("publish", { inputSchema: ${SHAPE} }, async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n});\n`,
  ),
  "SDK v1, a tool that is a task": ts(
    `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\nconst server = new McpServer({ name: "a", version: "1" });\nserver.experimental.tasks.registerToolTask("publish", { inputSchema: ${SHAPE} }, { createTask: async ({ topic, text }, extra) => {\n${SEND}\nreturn { task: {} };\n}, getTask: async () => ({}), getTaskResult: async () => ({}) });\n`,
  ),
  "SDK v1, low level": ts(
    `import { Server } from "@modelcontextprotocol/sdk/server/index.js";\nimport { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";\nconst server = new Server({ name: "a", version: "1" }, {});\nserver.setRequestHandler(CallToolRequestSchema, async (request, extra) => {\nconst { name, arguments: args } = request.params;\nswitch (name) {\ncase "publish": {\nconst { topic, text } = args as { topic: string; text: string };\n${SEND}\n${ANSWER}\n}\ndefault: throw new Error("unknown");\n}\n});\n`,
  ),
  "SDK v1, low level of a high-level server": ts(
    `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\nimport { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";\nconst mcp = new McpServer({ name: "a", version: "1" });\nmcp.server.setRequestHandler(CallToolRequestSchema, async (req) => {\nconst { topic, text } = req.params.arguments ?? {};\n${SEND}\n${ANSWER}\n});\n`,
  ),
  "SDK v2, in a factory": ts(
    `import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";\nexport default createMcpHandler(() => {\nconst server = new McpServer({ name: "a", version: "1" });\nserver.registerTool("publish", { inputSchema: z.object(${SHAPE}) }, async ({ topic, text }, ctx) => {\n${SEND}\n${ANSWER}\n});\nreturn server;\n});\n`,
  ),
  "SDK v2, over stdio": ts(
    `import { McpServer } from "@modelcontextprotocol/server";\nimport { serveStdio } from "@modelcontextprotocol/server/stdio";\nserveStdio(() => {\nconst server = new McpServer({ name: "a", version: "1" });\nserver.registerTool("publish", { inputSchema: z.object(${SHAPE}) }, async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n});\nreturn server;\n});\n`,
  ),
  "SDK v2, low level": ts(
    `import { Server } from "@modelcontextprotocol/server";\nconst server = new Server({ name: "a", version: "1" }, {});\nserver.setRequestHandler("tools/call", async (request, ctx) => {\nconst { topic, text } = request.params.arguments;\n${SEND}\n${ANSWER}\n});\n`,
  ),
  "SDK v2, the handler of what no other takes": ts(
    `import { Server } from "@modelcontextprotocol/server";\nconst server = new Server({ name: "a", version: "1" }, {});\nserver.fallbackRequestHandler = async (request) => {\nif (request.method !== "tools/call") throw new Error("unknown");\nconst { topic, text } = request.params.arguments;\n${SEND}\n${ANSWER}\n};\n`,
  ),
  "apps of the SDK": ts(
    `import { registerAppTool } from "@modelcontextprotocol/ext-apps/server";\nimport { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\nconst server = new McpServer({ name: "a", version: "1" });\nregisterAppTool(server, "publish", { inputSchema: ${SHAPE} }, async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n});\n`,
  ),
  "fastmcp, addTool": ts(
    `import { FastMCP } from "fastmcp";\nconst server = new FastMCP({ name: "a", version: "1.0.0" });\nserver.addTool({ name: "publish", parameters: z.object(${SHAPE}), execute: async ({ topic, text }, { session, log }) => {\n${SEND}\nreturn "sent";\n} });\n`,
  ),
  "fastmcp, addTools": ts(
    `import { EdgeFastMCP } from "fastmcp/edge";\nconst server = new EdgeFastMCP({ name: "a", version: "1.0.0" });\nserver.addTools([{ name: "publish", parameters: z.object(${SHAPE}), execute: async ({ topic, text }) => {\n${SEND}\nreturn "sent";\n} }]);\n`,
  ),
  litemcp: ts(
    `import { LiteMCP } from "litemcp";\nconst server = new LiteMCP("a", "1.0.0");\nserver.addTool({ name: "publish", parameters: z.object(${SHAPE}), execute: async ({ topic, text }) => {\n${SEND}\nreturn "sent";\n} });\n`,
  ),
  "mcp-framework": {
    "src/tools/Publish.ts": `import { MCPTool } from "mcp-framework";\n${KAFKA}interface Input { topic: string; text: string }\nexport default class Publish extends MCPTool<Input> {\nname = "publish";\ndescription = "Publishes";\nschema = { topic: { type: z.string() }, text: { type: z.string().max(99) } };\nasync execute({ topic, text }: Input) {\n${SEND}\nreturn "sent";\n}\n}\n`,
  },
  xmcp: {
    "src/kafka.ts": `${KAFKA}export { producer };\n`,
    "src/tools/publish.ts": `import { z } from "zod";\nimport { type InferSchema, type ToolMetadata } from "xmcp";\nimport { producer } from "../kafka";\nexport const schema = ${SHAPE};\nexport const metadata: ToolMetadata = { name: "publish", description: "Publishes" };\nexport default async function publish({ topic, text }: InferSchema<typeof schema>) {\n${SEND}\nreturn "sent";\n}\n`,
  },
  "Mastra, createTool": ts(
    `import { MCPServer } from "@mastra/mcp";\nimport { createTool } from "@mastra/core/tools";\nconst publish = createTool({ id: "publish", inputSchema: z.object(${SHAPE}), execute: async ({ topic, text }, options) => {\n${SEND}\nreturn {};\n} });\nnew MCPServer({ name: "a", version: "1", tools: { publish } });\n`,
  ),
  "Mastra, with a context": ts(
    `import { createTool } from "@mastra/core/tools";\nexport const publish = createTool({ id: "publish", inputSchema: z.object(${SHAPE}), execute: async ({ context }) => {\nconst { topic, text } = context;\n${SEND}\nreturn {};\n} });\n`,
  ),
  "Nest, by position": ts(
    `import { Injectable } from "@nestjs/common";\nimport { Tool, type Context } from "@rekog/mcp-nest";\n@Injectable()\nexport class Tools {\n@Tool({ name: "publish", parameters: z.object(${SHAPE}) })\nasync publish({ topic, text }, context: Context, request: Request) {\n${SEND}\nreturn "sent";\n}\n}\n`,
  ),
  "Nest, by its decorators": ts(
    `import { Ctx, Payload } from "@nestjs/microservices";\nimport { McpController, Tool } from "@rekog/mcp-nest";\n@McpController()\nexport class Tools {\n@Tool({ name: "publish", parameters: z.object(${SHAPE}) })\nasync publish(@Payload() args: { topic: string; text: string }, @Ctx() ctx: unknown) {\nconst { topic, text } = args;\n${SEND}\nreturn "sent";\n}\n}\n`,
  ),
  "mcp-handler": ts(
    `import { createMcpHandler } from "mcp-handler";\nconst handler = createMcpHandler((server) => {\nserver.registerTool("publish", { inputSchema: ${SHAPE} }, async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n});\n}, {}, { basePath: "/api" });\nexport { handler as GET, handler as POST };\n`,
  ),
  "mcp-handler by its old name": ts(
    `import createMcpHandler from "@vercel/mcp-adapter";\nexport const POST = createMcpHandler((server) => {\nserver.tool("publish", ${SHAPE}, async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n});\n});\n`,
  ),
  "agents, McpAgent": ts(
    `import { McpAgent } from "agents/mcp";\nimport { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\nexport class Shop extends McpAgent {\nserver = new McpServer({ name: "a", version: "1" });\nasync init() {\nthis.server.tool("publish", ${SHAPE}, async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n});\n}\n}\n`,
  ),
  "mcp-use": ts(
    `import { MCPServer } from "mcp-use/server";\nconst server = new MCPServer({ name: "a", version: "1" });\nserver.tool({ name: "publish", schema: z.object(${SHAPE}) }, async ({ topic, text }) => {\n${SEND}\nreturn { content: [] };\n});\n`,
  ),
  "mcp-lite": ts(
    `import { McpServer } from "mcp-lite";\nconst mcp = new McpServer({ name: "a", version: "1" });\nmcp.tool("publish", { inputSchema: z.object(${SHAPE}), handler: async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n} });\n`,
  ),
  "tmcp, tool": ts(
    `import { McpServer } from "tmcp";\nconst server = new McpServer({ name: "a", version: "1" }, {});\nserver.tool({ name: "publish", schema: z.object(${SHAPE}) }, async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n});\n`,
  ),
  "tmcp, defineTool": ts(
    `import { McpServer } from "tmcp";\nimport { defineTool } from "tmcp/tool";\nconst publish = defineTool({ name: "publish", schema: z.object(${SHAPE}) }, async ({ topic, text }) => {\n${SEND}\n${ANSWER}\n});\nnew McpServer({ name: "a", version: "1" }, {}).tools([publish]);\n`,
  ),
  muppet: ts(
    `import { Hono } from "hono";\nimport { describeTool, mValidator, muppet } from "muppet";\nconst app = new Hono();\napp.post("/publish", describeTool({ name: "publish" }), mValidator("json", z.object(${SHAPE})), async (c) => {\nconst { topic, text } = c.req.valid("json");\n${SEND}\nreturn c.json({ content: [] });\n});\nmuppet(app, { name: "a", version: "1" });\n`,
  ),
  "Python FastMCP of the SDK": py(
    `from mcp.server.fastmcp import Context, FastMCP\n\nmcp = FastMCP("a")\n\n\n@mcp.tool()\nasync def publish(topic: str, text: str, ctx: Context) -> str:\n    send(topic, text)\n    return "sent"\n`,
  ),
  "Python MCPServer": py(
    `from mcp.server.mcpserver import Context, MCPServer\n\nmcp = MCPServer("a")\n\n\n@mcp.tool(name="publish")\nasync def publish(topic: str, text: str, context: Context) -> str:\n    send(topic, text)\n    return "sent"\n`,
  ),
  "Python MCPServer, added": py(
    `from mcp.server import MCPServer\n\nmcp = MCPServer("a")\n\n\ndef publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n\n\nmcp.add_tool(publish)\n`,
  ),
  "Python fastmcp, bare": py(
    `from fastmcp import FastMCP\n\nmcp = FastMCP("a")\n\n\n@mcp.tool\ndef publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n`,
  ),
  "Python fastmcp, named": py(
    `from fastmcp import FastMCP\n\nmcp = FastMCP("a")\n\n\n@mcp.tool("publish")\ndef publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n`,
  ),
  "Python fastmcp, as a call": py(
    `from fastmcp import FastMCP\n\nmcp = FastMCP("a")\n\n\ndef publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n\n\nmcp.tool(publish, name="publish")\n`,
  ),
  "Python fastmcp, of a function": py(
    `from fastmcp import FastMCP\nfrom fastmcp.tools import Tool\n\nmcp = FastMCP("a")\n\n\ndef publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n\n\nmcp.add_tool(Tool.from_function(publish))\n`,
  ),
  "Python fastmcp, a decorator of its own": py(
    `from fastmcp.tools import tool\n\n\n@tool\ndef publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n`,
  ),
  "Python fastmcp, of a provider": py(
    `from fastmcp.server.providers import LocalProvider\n\nprovider = LocalProvider()\n\n\n@provider.tool\ndef publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n`,
  ),
  "Python fastmcp, mounted": py(
    `from fastmcp import FastMCP\n\nmcp = FastMCP("a")\nshop = FastMCP("b")\n\n\n@shop.tool()\ndef publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n\n\nmcp.mount(shop, prefix="shop")\n`,
  ),
  "Python fastmcp, imported": py(
    `from fastmcp import FastMCP\n\nmcp = FastMCP("a")\nshop = FastMCP("b")\n\n\n@shop.tool\ndef publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n\n\nasync def setup():\n    await mcp.import_server(shop, prefix="shop")\n`,
  ),
  "Python fastmcp, of an application": py(
    `from fastapi import FastAPI\nfrom fastmcp import FastMCP\n\napp = FastAPI()\n\n\n@app.post("/publish")\nasync def publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n\n\nmcp = FastMCP.from_fastapi(app=app)\n`,
  ),
  "Python fastapi_mcp": py(
    `from fastapi import FastAPI, Request\nfrom fastapi_mcp import FastApiMCP\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\nclass Event(BaseModel):\n    topic: str\n    text: str\n\n\n@app.post("/publish", operation_id="publish")\nasync def publish(event: Event, request: Request) -> str:\n    send(event.topic, event.text)\n    return "sent"\n\n\nFastApiMCP(app).mount()\n`,
  ),
  "Python low level": py(
    `from mcp.server import Server\nimport mcp.types as types\n\nserver = Server("a")\n\n\n@server.list_tools()\nasync def list_tools():\n    return []\n\n\n@server.call_tool()\nasync def call_tool(name: str, arguments: dict):\n    if name == "publish":\n        send(arguments["topic"], arguments.get("text"))\n    return [types.TextContent(type="text", text="sent")]\n`,
  ),
  "Python low level of the second version": py(
    `from mcp.server.lowlevel import Server\n\n\nasync def list_tools(ctx, params):\n    return []\n\n\nasync def call_tool(ctx, params):\n    send(params.arguments["topic"], params.arguments["text"])\n\n\nserver = Server("a", on_list_tools=list_tools, on_call_tool=call_tool)\n`,
  ),
  "Python low level, added by its method": py(
    `from mcp.server.lowlevel import Server\nfrom mcp_types import CallToolRequestParams\n\n\nasync def call_tool(ctx, params):\n    send(params.arguments["topic"], params.arguments["text"])\n\n\nserver = Server("a")\nserver.add_request_handler("tools/call", CallToolRequestParams, call_tool)\n`,
  ),
  "Python mcp_use": py(
    `from mcp_use.server import MCPServer\n\nserver = MCPServer(name="a")\n\n\n@server.tool()\nasync def publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n`,
  ),
  "Python chuk_mcp_server": py(
    `from chuk_mcp_server import tool\n\n\n@tool\ndef publish(topic: str, text: str) -> str:\n    send(topic, text)\n    return "sent"\n`,
  ),
  "mcp-go, AddTool": go(
    MCP_GO,
    `func publish(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {\n\ttopic, err := request.RequireString("topic")\n\tif err != nil {\n\t\treturn mcp.NewToolResultError("no"), nil\n\t}\n\treturn nil, send(ctx, topic, request.GetString("text", ""))\n}\n\nfunc main() {\n\ts := server.NewMCPServer("a", "1")\n\ts.AddTool(mcp.NewTool("publish", mcp.WithString("topic"), mcp.WithString("text")), publish)\n}\n`,
  ),
  "mcp-go, the arguments as a map": go(
    MCP_GO,
    `func main() {\n\ts := server.NewMCPServer("a", "1")\n\ts.AddTool(mcp.NewTool("publish"), func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {\n\t\targs := request.GetArguments()\n\t\treturn nil, send(ctx, args["topic"].(string), args["text"].(string))\n\t})\n}\n`,
  ),
  "mcp-go, typed": go(
    MCP_GO,
    `func publish(ctx context.Context, request mcp.CallToolRequest, args Args) (*mcp.CallToolResult, error) {\n\treturn nil, send(ctx, args.Topic, args.Text)\n}\n\nfunc main() {\n\ts := server.NewMCPServer("a", "1")\n\ts.AddTool(mcp.NewTool("publish"), mcp.NewTypedToolHandler(publish))\n}\n`,
  ),
  "mcp-go, a list of tools": go(
    MCP_GO,
    `func publish(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {\n\treturn nil, send(ctx, request.GetString("topic", ""), request.GetString("text", ""))\n}\n\nfunc main() {\n\ts := server.NewMCPServer("a", "1")\n\ts.AddTools(server.ServerTool{Tool: mcp.NewTool("publish"), Handler: publish})\n}\n`,
  ),
  "go-sdk, AddTool": go(
    GO_SDK,
    `func publish(ctx context.Context, request *mcp.CallToolRequest, args Args) (*mcp.CallToolResult, any, error) {\n\treturn nil, nil, send(ctx, args.Topic, args.Text)\n}\n\nfunc main() {\n\ts := mcp.NewServer(&mcp.Implementation{Name: "a"}, nil)\n\tmcp.AddTool(s, &mcp.Tool{Name: "publish"}, publish)\n}\n`,
  ),
  "go-sdk, of the server": go(
    `\t"encoding/json"\n${GO_SDK}`,
    `func publish(ctx context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {\n\tvar args Args\n\tif err := json.Unmarshal(request.Params.Arguments, &args); err != nil {\n\t\treturn nil, err\n\t}\n\treturn nil, send(ctx, args.Topic, args.Text)\n}\n\nfunc main() {\n\ts := mcp.NewServer(&mcp.Implementation{Name: "a"}, nil)\n\ts.AddTool(&mcp.Tool{Name: "publish"}, publish)\n}\n`,
  ),
};

const RULE = "client-chosen-destination";

test.each(Object.entries(WAYS))("the model chooses the topic: %s", async (_way, files) => {
  expect(marks(files)).toHaveLength(1);
  expect(await places(RULE, files)).toEqual(marks(files));
});

/** The same programs, with a topic of the server's own. */
const fixed = (files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).map(([file, text]) => [
      file,
      text.replace(SEND, FIXED).replace("producer.produce(topic,", 'producer.produce("notes",').replace("Topic: topic,", 'Topic: "notes",'),
    ]),
  );

test.each(Object.entries(WAYS))("the server chooses the topic: %s", async (_way, files) => {
  expect(fixed(files)).not.toEqual(files);
  expect(await places(RULE, fixed(files))).toEqual([]);
});
