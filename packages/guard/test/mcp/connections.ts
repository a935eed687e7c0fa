// Real clients of both SDKs, connected to real servers of both SDKs, in both eras of the protocol.
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as PipeV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { createMcpHandler, InMemoryTransport as PipeV2, McpServer as ServerV2 } from "@modelcontextprotocol/server";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { onTestFinished } from "vitest";
import type { McpServerLike } from "../../src/mcp/index.ts";

export interface ToolCall {
  name: string;
  arguments?: Record<string, unknown>;
  _meta?: Record<string, unknown>;
}
export interface Answer {
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
  content: unknown;
  _meta?: Record<string, unknown>;
}
export interface Tool {
  name: string;
  inputSchema: object;
  outputSchema?: object | undefined;
  annotations?: object | undefined;
}
/** Registers tools on a server of either SDK. */
export type Bind = (server: McpServerLike) => void;
export interface Connection {
  call(call: ToolCall): Promise<Answer>;
  tools(): Promise<Tool[]>;
}
export type Elicited = { action: "accept" | "decline" | "cancel"; content?: { approve: boolean } };
/** What the person at the client answers; absent, the client cannot ask. */
export type Person = ((message: string) => Elicited) | undefined;

const info = { name: "test", version: "1" };

async function v1(bind: Bind, person?: Person): Promise<Connection> {
  const server = new ServerV1(info);
  bind(server);
  const client = new ClientV1(info, { capabilities: person ? { elicitation: {} } : {} });
  if (person) client.setRequestHandler(ElicitRequestSchema, async (request) => person(request.params.message));
  const [near, far] = PipeV1.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  onTestFinished(() => client.close());
  return { call: async (call) => (await client.callTool(call)) as Answer, tools: async () => (await client.listTools()).tools };
}

async function v2Http(bind: Bind, person?: Person): Promise<Connection> {
  const handler = createMcpHandler(() => {
    const server = new ServerV2(info);
    bind(server);
    return server;
  });
  const client = clientV2(person, true);
  await client.connect(
    new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch: (url, init) => handler.fetch(new Request(url, init)) }),
  );
  onTestFinished(() => client.close());
  return connectionOf(client);
}

/** As over standard input and output: one connection, on which every request says what its client can do. */
async function v2Stdio(bind: Bind, person?: Person): Promise<Connection> {
  const [near, far] = PipeV2.createLinkedPair();
  const serving = serveStdio(
    () => {
      const server = new ServerV2(info);
      bind(server);
      return server;
    },
    { transport: far },
  );
  const client = clientV2(person, true);
  await client.connect(near);
  onTestFinished(async () => {
    await client.close();
    await serving.close();
  });
  return connectionOf(client);
}

async function v2Legacy(bind: Bind, person?: Person): Promise<Connection> {
  const server = new ServerV2(info);
  bind(server);
  const client = clientV2(person, false);
  const [near, far] = PipeV2.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  onTestFinished(() => client.close());
  return connectionOf(client);
}

function clientV2(person: Person, modern: boolean): ClientV2 {
  const client = new ClientV2(info, {
    capabilities: person ? { elicitation: {} } : {},
    versionNegotiation: { mode: modern ? "auto" : "legacy" },
  });
  if (person) client.setRequestHandler("elicitation/create", async (request) => person((request.params as { message: string }).message));
  return client;
}

const connectionOf = (client: ClientV2): Connection => ({
  call: async (call) => (await client.callTool(call)) as Answer,
  tools: async () => (await client.listTools()).tools as Tool[],
});

export const kinds: readonly [string, (bind: Bind, person?: Person) => Promise<Connection>][] = [
  ["SDK v1", v1],
  ["SDK v2, protocol of 2026-07-28 over HTTP", v2Http],
  ["SDK v2, protocol of 2026-07-28 over one connection", v2Stdio],
  ["SDK v2, older protocol", v2Legacy],
];
