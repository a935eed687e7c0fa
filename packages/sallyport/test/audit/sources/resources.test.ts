// Every way in which a server offers what a client reads by a URI: the parts of it that are filled in are the client's.
import { expect, test } from "vitest";
import { type Files, marks, places } from "./marked.ts";

const QUEUES = `import amqp from "amqplib";\nconst channel = await (await amqp.connect("amqps://u@mq")).createChannel();\n`;
const GET = "const message = await channel.get(queue, { noAck: false }); // HERE";
const ANSWER = 'return { contents: [{ uri: "queue://", text: String(message.content) }] };';
const ts = (text: string): Files => ({ "server.ts": QUEUES + text });

const PY_QUEUES = `import pika

channel = pika.BlockingConnection(pika.URLParameters("amqps://u@mq")).channel()


def peek(queue):
    return str(channel.basic_get(queue=queue))  # HERE


`;
const py = (text: string): Files => ({ "server.py": PY_QUEUES + text });

const go = (imports: string, text: string): Files => ({
  "main.go": `package main

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
${imports}
)

var connection, _ = amqp.Dial("amqps://u@mq")
var channel, _ = connection.Channel()

func peek(queue string) string {
	delivery, _, _ := channel.Get(queue, false) // HERE
	return string(delivery.Body)
}

${text}`,
});

const WAYS: Readonly<Record<string, Files>> = {
  "SDK v1, resource": ts(
    `import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";\nconst server = new McpServer({ name: "a", version: "1" });\nserver.resource("queue", new ResourceTemplate("queue://{queue}", { list: undefined }), async (uri, { queue }) => {\n${GET}\n${ANSWER}\n});\n`,
  ),
  "SDK v1, registerResource": ts(
    `import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";\nconst template = new ResourceTemplate("queue://{queue}", { list: undefined });\nexport const register = (server: McpServer) => server.registerResource("queue", template, { title: "Queue" }, async (uri, variables) => {\nconst queue = variables.queue as string;\n${GET}\n${ANSWER}\n});\n`,
  ),
  "SDK v1, by the URI itself": ts(
    `import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";\nconst server = new McpServer({ name: "a", version: "1" });\nserver.registerResource("queue", new ResourceTemplate("queue://{queue}", { list: undefined }), {}, async (uri) => {\nconst queue = uri.hostname;\n${GET}\n${ANSWER}\n});\n`,
  ),
  "SDK v1, low level": ts(
    `import { Server } from "@modelcontextprotocol/sdk/server/index.js";\nimport { ReadResourceRequestSchema } from "@modelcontextprotocol/sdk/types.js";\nconst server = new Server({ name: "a", version: "1" }, {});\nserver.setRequestHandler(ReadResourceRequestSchema, async (request) => {\nconst queue = request.params.uri.replace("queue://", "");\n${GET}\n${ANSWER}\n});\n`,
  ),
  "SDK v2, registerResource": ts(
    `import { McpServer, ResourceTemplate } from "@modelcontextprotocol/server";\nconst server = new McpServer({ name: "a", version: "1" });\nserver.registerResource("queue", new ResourceTemplate("queue://{queue}", { list: undefined }), {}, async (uri, { queue }, ctx) => {\n${GET}\n${ANSWER}\n});\n`,
  ),
  "SDK v2, low level": ts(
    `import { Server } from "@modelcontextprotocol/server";\nconst server = new Server({ name: "a", version: "1" }, {});\nserver.setRequestHandler("resources/read", async (request) => {\nconst queue = new URL(request.params.uri).hostname;\n${GET}\n${ANSWER}\n});\n`,
  ),
  "fastmcp, addResourceTemplate": ts(
    `import { FastMCP } from "fastmcp";\nconst server = new FastMCP({ name: "a", version: "1.0.0" });\nserver.addResourceTemplate({ uriTemplate: "queue://{queue}", name: "queue", arguments: [{ name: "queue" }], load: async ({ queue }) => {\n${GET}\nreturn { text: String(message.content) };\n} });\n`,
  ),
  "Python FastMCP of the SDK": py(
    `from mcp.server.fastmcp import Context, FastMCP\n\nmcp = FastMCP("a")\n\n\n@mcp.resource("queue://{queue}")\ndef read(queue: str, ctx: Context) -> str:\n    return peek(queue)\n`,
  ),
  "Python MCPServer": py(
    `from mcp.server.mcpserver import MCPServer\n\nmcp = MCPServer("a")\n\n\n@mcp.resource("queue://{queue}", title="Queue")\nasync def read(queue: str) -> str:\n    return peek(queue)\n`,
  ),
  "Python fastmcp": py(
    `from fastmcp import FastMCP\n\nmcp = FastMCP("a")\n\n\n@mcp.resource(uri="queue://{queue}")\ndef read(queue: str) -> str:\n    return peek(queue)\n`,
  ),
  "Python fastmcp, of a function": py(
    `from fastmcp import FastMCP\nfrom fastmcp.resources import ResourceTemplate\n\nmcp = FastMCP("a")\n\n\ndef read(queue: str) -> str:\n    return peek(queue)\n\n\nmcp.add_template(ResourceTemplate.from_function(read, uri_template="queue://{queue}"))\n`,
  ),
  "Python low level": py(
    `from mcp.server import Server\n\nserver = Server("a")\n\n\n@server.read_resource()\nasync def read(uri):\n    return peek(uri.host)\n`,
  ),
  "Python low level of the second version": py(
    `from mcp.server.lowlevel import Server\n\n\nasync def read(ctx, params):\n    return peek(str(params.uri).removeprefix("queue://"))\n\n\nserver = Server("a", on_read_resource=read)\n`,
  ),
  "mcp-go, AddResourceTemplate": go(
    `\t"github.com/mark3labs/mcp-go/mcp"\n\t"github.com/mark3labs/mcp-go/server"`,
    `func read(ctx context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {\n\ttext := peek(request.Params.Arguments["queue"].(string))\n\treturn []mcp.ResourceContents{mcp.TextResourceContents{Text: text}}, nil\n}\n\nfunc main() {\n\ts := server.NewMCPServer("a", "1")\n\ts.AddResourceTemplate(mcp.NewResourceTemplate("queue://{queue}", "queue"), read)\n}\n`,
  ),
  "go-sdk, AddResourceTemplate": go(
    `\t"strings"\n\t"github.com/modelcontextprotocol/go-sdk/mcp"`,
    `func read(ctx context.Context, request *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {\n\ttext := peek(strings.TrimPrefix(request.Params.URI, "queue://"))\n\treturn &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{Text: text}}}, nil\n}\n\nfunc main() {\n\ts := mcp.NewServer(&mcp.Implementation{Name: "a"}, nil)\n\ts.AddResourceTemplate(&mcp.ResourceTemplate{Name: "queue", URITemplate: "queue://{queue}"}, read)\n}\n`,
  ),
};

test.each(Object.entries(WAYS))("[DST-02] the client chooses the queue that is read: %s", async (_way, files) => {
  expect(await places("client-chosen-source", files)).toEqual(marks(files));
});

const FIXED: Readonly<Record<string, Files>> = {
  "a URI that is fixed": ts(
    `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\nconst server = new McpServer({ name: "a", version: "1" });\nserver.registerResource("queue", "queue://orders", {}, async (uri, extra) => {\nconst queue = extra.queue;\n${GET}\n${ANSWER}\n});\n`,
  ),
  "another request of the low level": ts(
    `import { Server } from "@modelcontextprotocol/sdk/server/index.js";\nimport { SetLevelRequestSchema } from "@modelcontextprotocol/sdk/types.js";\nconst server = new Server({ name: "a", version: "1" }, {});\nserver.setRequestHandler(SetLevelRequestSchema, async (request) => {\nconst queue = request.params.uri;\n${GET}\n${ANSWER}\n});\n`,
  ),
  "a list of the server's own": py(
    `from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP("a")\nQUEUES = {"1": "orders", "2": "notes"}\n\n\n@mcp.resource("queue://{number}")\ndef read(number: str) -> str:\n    return peek(QUEUES[number])\n`,
  ),
};

test.each(Object.entries(FIXED))("[DST-02] the server chooses the queue that is read: %s", async (_way, files) => {
  expect(await places("client-chosen-source", files)).toEqual([]);
});

test("[PSN-13] what a resource gives of a message leaves unmarked", async () => {
  const files = ts(
    `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\nconst server = new McpServer({ name: "a", version: "1" });\nserver.registerResource("newest", "queue://orders", {}, async (uri) => {\nconst message = await channel.get("orders");\nreturn { contents: [{ uri: uri.href, text: message.content.toString() }] }; // HERE\n});\n`,
  );
  expect(await places("raw-broker-content", files)).toEqual(marks(files));
});
