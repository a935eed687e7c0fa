// A server that is particular about where it is, and careless about what it has promised: one tool wants the folder that it
// runs in, two answer with what their output schema does not allow, one takes headers that are texts, and no others, and one
// attributes with their types, and says what is wrong in an answer like any other; one takes headers among properties.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Channel } from "../../../src/demo/plain-broker.ts";
import { BROKER } from "../../../src/demo/targets/settings.ts";

const channel = new Channel(BROKER);
const TEXT = { type: "string" };
const OUTPUT = { type: "object" as const, required: ["id"], properties: { id: { type: "integer" } } };
const tool = (name: string, ...names: readonly string[]) => ({
  name,
  inputSchema: { type: "object" as const, required: [...names], properties: Object.fromEntries(names.map((one) => [one, TEXT])) },
});
const TOOLS = [
  tool("file_note", "folder", "text"),
  { ...tool("misshapen_note", "text"), outputSchema: OUTPUT },
  { ...tool("shapeless_note", "text"), outputSchema: OUTPUT },
  {
    name: "headed_note",
    inputSchema: {
      type: "object" as const,
      required: ["text"],
      properties: { text: TEXT, headers: { type: "object", additionalProperties: TEXT } },
    },
  },
  {
    name: "propertied_note",
    inputSchema: { type: "object" as const, required: ["text"], properties: { text: TEXT, properties: { type: "object" } } },
  },
  {
    name: "typed_note",
    inputSchema: { type: "object" as const, required: ["text"], properties: { text: TEXT, MessageAttributes: { type: "object" } } },
  },
];

serveStdio(() => {
  const server = new Server({ name: "particular", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    const { folder, text, headers, properties, MessageAttributes } = (params.arguments ?? {}) as Record<string, unknown>;
    const attributes = (MessageAttributes ?? {}) as Record<string, unknown>;
    if (params.name === "file_note" && folder !== process.cwd())
      return { isError: true, content: [{ type: "text", text: "that is another folder" }] };
    if (params.name === "headed_note" && Object.values(headers ?? {}).some((value) => typeof value !== "string"))
      return { isError: true, content: [{ type: "text", text: "headers are texts" }] };
    const isTyped = (value: unknown): boolean => (value as { readonly DataType?: unknown }).DataType === "String";
    if (params.name === "typed_note" && !Object.values(attributes).every(isTyped))
      return { content: [{ type: "text", text: "error: attributes have types" }] };
    const written = Object.entries(attributes).map(([name, value]) => [name, (value as { readonly StringValue?: unknown }).StringValue]);
    const headersOf: Readonly<Record<string, unknown>> = {
      headed_note: headers,
      propertied_note: (properties as { readonly headers?: unknown } | undefined)?.headers,
      typed_note: Object.fromEntries(written),
    };
    await channel.send("notes", JSON.stringify({ text }), headersOf[params.name] as Record<string, string> | undefined);
    const content = [{ type: "text" as const, text: "noted" }];
    return params.name === "misshapen_note" ? { content, structuredContent: { id: "none" } } : { content };
  });
  return server;
});
