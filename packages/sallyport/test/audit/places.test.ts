// Where findings stand: at the beginning of the broker call, or of the statement that settles, and to its end. In every
// language, in the report and in SARIF.
import { expect, test } from "vitest";
import type { Finding } from "../../src/finding/finding.ts";
import { sarifReport } from "../../src/report/sarif.ts";
import { audited, type Files, OPEN_SERVER, written } from "./written.ts";

const JAVASCRIPT = `const { Server } = require("@modelcontextprotocol/sdk/server/index.js");
const { CallToolRequestSchema } = require("@modelcontextprotocol/sdk/types.js");
const { connect } = require("nats");

const server = new Server({ name: "a", version: "1.0.0" }, { capabilities: { tools: {} } });
server.setRequestHandler(CallToolRequestSchema, async (request) => {
\tconst nc = await connect();
\tconst what = "😀", done = nc.publish(request.params.arguments.subject, request.params.arguments.text);
\treturn { content: [] };
});
`;

const PYTHON = `import json
import pika
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")
channel = pika.BlockingConnection().channel()


@mcp.tool()
def send(queue: str, body: str) -> str:
    result = (channel.basic_publish(
        "", queue, json.dumps({"body": body}),
    ))
    return "sent"
`;

const GO = `package main

import (
	"context"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/nats-io/nats.go"
)

func main() {
	nc, _ := nats.Connect("nats://localhost")
	s := server.NewMCPServer("notes", "1.0.0")
	s.AddTool(mcp.NewTool("send", mcp.WithString("subject")), func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if err := nc.Publish(r.GetString("subject", ""), []byte("x")); err != nil {
			return nil, err
		}
		return mcp.NewToolResultText("sent"), nil
	})
	server.ServeStdio(s)
}
`;

const CHAIN = OPEN_SERVER.replace("await producer.send(", "await producer\n    .send(");

const CONSUMER = `import amqp from "amqplib";

const channel = await (await amqp.connect("amqp://localhost")).createChannel();
await channel.consume("notes", async (message) => {
  if (message === null) return;
  channel.ack(message);
  await fetch("https://example.org", { method: "POST", body: message.content.toString() });
});
`;

const CASES: readonly (readonly [string, Files, string, string])[] = [
  ["TypeScript", { "server.ts": OPEN_SERVER }, "client-chosen-destination", "producer.send({ topic, messages: [{ value: message }] })"],
  [
    "JavaScript, behind a tab and a character of two units",
    { "server.js": JAVASCRIPT },
    "client-chosen-destination",
    "nc.publish(request.params.arguments.subject, request.params.arguments.text)",
  ],
  [
    "Python, in brackets and over lines",
    { "server.py": PYTHON },
    "client-chosen-destination",
    'channel.basic_publish(\n        "", queue, json.dumps({"body": body}),\n    )',
  ],
  ["Go", { "server.go": GO }, "client-chosen-destination", 'nc.Publish(r.GetString("subject", ""), []byte("x"))'],
  // The line is that of the name that is called, so the place begins there.
  ["a chain over lines", { "server.ts": CHAIN }, "client-chosen-destination", "send({ topic, messages: [{ value: message }] })"],
  ["the statement that settles", { "worker.ts": CONSUMER }, "acknowledged-before-processing", "channel.ack(message)"],
];

const textAt = (source: string, from: readonly [number, number], to: readonly [number, number]): string => {
  const lines = source.split("\n");
  const offset = ([line, column]: readonly [number, number]): number =>
    lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
  return source.slice(offset(from), offset(to));
};

const spanOf = (source: string, { line, column, endLine = 0, endColumn = 0 }: Finding): string =>
  textAt(source, [line, column], [endLine, endColumn]);

test.each(CASES)("a finding stands on the whole call, and nothing else: %s", async (_what, files, rule, call) => {
  const audit = await audited(written(files));
  const [source = ""] = Object.values(files) as string[];
  const found = audit.findings.find((finding) => finding.rule === rule);
  expect(found && spanOf(source, found)).toBe(call);

  const { results } = (JSON.parse(sarifReport(audit, { rules: [] } as never)) as Sarif).runs[0]!;
  const { region, contextRegion } = results.find(({ ruleId }) => ruleId === rule)!.locations[0]!.physicalLocation;
  expect(textAt(source, [region.startLine, region.startColumn], [region.endLine, region.endColumn])).toBe(call);
  // A context holds its region: a line is none of a call over several.
  expect(contextRegion === undefined).toBe(call.includes("\n"));
});

interface Sarif {
  readonly runs: readonly {
    readonly results: readonly {
      readonly ruleId: string;
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly region: Record<"startLine" | "startColumn" | "endLine" | "endColumn", number>;
          readonly contextRegion?: unknown;
        };
      }[];
    }[];
  }[];
}

test("the fingerprint of a call in a bundle does not hang on what it is called on", async () => {
  const bundle = (name: string): string => OPEN_SERVER.replaceAll("producer", name).replaceAll("\n", "");
  const [one, other] = await Promise.all(["a", "longer"].map((name) => audited(written({ "dist/index.js": bundle(name) }))));
  const destination = ({ findings }: typeof one & object) => findings.find(({ rule }) => rule === "client-chosen-destination");
  expect(destination(one!)?.fingerprint).toBe(destination(other!)?.fingerprint);
});
