// Every client that a model speaks of does what its model says: sends where the model of a language says, reads there,
// destroys, and hands over what it was sent.
import { describe, expect, test } from "vitest";
import type { Files } from "../sources/marked.ts";
import { type Client, DEEDS, expected, found, marked } from "./client.ts";
import { GO } from "./go.ts";
import { JAVASCRIPT } from "./javascript.ts";
import { JAVASCRIPT_SERVICES } from "./javascript-services.ts";
import { PYTHON } from "./python.ts";

const indent = (code: string, by = "  "): string => code.replaceAll("\n", `\n${by}`);

function typescript({ setup, consume, ...deeds }: Client): Files {
  const tools = DEEDS.filter((deed) => deed !== "consume").flatMap((deed) => {
    const code = deeds[deed];
    if (code === undefined) return [];
    const answer = deed === "read" ? "String(got.length)" : '"done"';
    return [
      `server.registerTool("${deed}", { inputSchema: { topic: z.string(), text: z.string().max(99) } }, async ({ topic, text }) => {\n  ${indent(marked(deed, code, "//"))}\n  return { content: [{ type: "text", text: ${answer} }] };\n});`,
    ];
  });
  const consumer = consume === undefined ? [] : [marked("consume", consume, "//")];
  return {
    "server.ts": [
      'import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";',
      'import { z } from "zod";',
      'import { charge } from "./bank.js";',
      setup,
      'const server = new McpServer({ name: "a", version: "1" });',
      ...tools,
      ...consumer,
      "",
    ].join("\n"),
  };
}

function python({ setup, consume, ...deeds }: Client): Files {
  const tools = DEEDS.filter((deed) => deed !== "consume").flatMap((deed) => {
    const code = deeds[deed];
    if (code === undefined) return [];
    const answer = deed === "read" ? "str(len(got))" : '"done"';
    return [
      `@mcp.tool()\nasync def ${deed}(topic: str, text: str) -> str:\n    ${indent(marked(deed, code, "#"), "    ")}\n    return ${answer}\n\n`,
    ];
  });
  const consumer = consume === undefined ? [] : [marked("consume", consume, "#")];
  return {
    "server.py": [
      "from mcp.server.fastmcp import FastMCP",
      "from bank import charge",
      setup,
      'mcp = FastMCP("a")\n\n',
      ...tools,
      ...consumer,
      "",
    ].join("\n"),
  };
}

function golang({ imports, setup, consume, ...deeds }: (typeof GO)[string]): Files {
  const given = DEEDS.filter((deed) => deed !== "consume").flatMap((deed) => {
    const code = deeds[deed];
    return code === undefined ? [] : [{ deed, code }];
  });
  const tools = given.map(
    ({ deed, code }) =>
      `func ${deed}(ctx context.Context, request *mcp.CallToolRequest, args Args) (*mcp.CallToolResult, any, error) {\n\ttopic, text := args.Topic, args.Text\n\t${indent(marked(deed, code, "//"), "\t")}\n\treturn nil, len(text), nil\n}\n`,
  );
  const added = given.map(({ deed }) => `\tmcp.AddTool(server, &mcp.Tool{Name: "${deed}"}, ${deed})`);
  return {
    "main.go": [
      'package main\n\nimport (\n\t"context"\n',
      `\t${indent(imports, "\t")}`,
      '\t"github.com/modelcontextprotocol/go-sdk/mcp"\n\t"example.com/shop/bank"\n)\n',
      'type Args struct {\n\tTopic string `json:"topic"`\n\tText  string `json:"text"`\n}\n',
      setup,
      ...tools,
      ...(consume === undefined ? [] : [marked("consume", consume, "//")]),
      `\nfunc main() {\n\tserver := mcp.NewServer(&mcp.Implementation{Name: "a"}, nil)\n${added.join("\n")}\n}\n`,
    ].join("\n"),
  };
}

describe("[PUB-02] [DST-01] [DST-02] [DST-09] [REP-01] what clients do is seen", () => {
  test.each(Object.entries({ ...JAVASCRIPT, ...JAVASCRIPT_SERVICES }))("in TypeScript, by %s", async (_name, client) => {
    const files = typescript(client);
    expect(await found(files)).toStrictEqual(expected(files));
  });

  test.each(Object.entries(PYTHON))("in Python, by %s", async (_name, client) => {
    const files = python(client);
    expect(await found(files)).toStrictEqual(expected(files));
  });

  test.each(Object.entries(GO))("in Go, by %s", async (_name, client) => {
    const files = golang(client);
    expect(await found(files)).toStrictEqual(expected(files));
  });

  test("each of several commands, where one place runs one of them", async () => {
    const { setup, imports } = GO["NATS's own program"]!;
    const one = `words := []string{"pub", topic, text}\nif text == "" {\n\twords = []string{"kv", "purge", topic}\n}\nrun(words...)`;
    const files = golang({ imports, setup, publish: one });
    const [line] = expected(files);
    expect(await found(files)).toStrictEqual([line!.replace("publish", "destroy"), line]);
  });
});
