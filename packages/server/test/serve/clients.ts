// Real MCP clients over real HTTP: SDK v1, SDK v2 in the era of sessions, SDK v2 of 2026-07-28.
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";

export interface Answer {
  readonly isError?: boolean;
  readonly structuredContent?: Record<string, unknown>;
}

export interface Connection {
  readonly call: (name: string, args: Record<string, unknown>) => Promise<Answer>;
  readonly tools: () => Promise<string[]>;
  readonly close: () => Promise<void>;
}

export interface ConnectOptions {
  readonly token?: string;
  /** What the person says who is asked; absent: nobody can be asked. */
  readonly approves?: boolean;
}

const info = { name: "test", version: "1" };
const requestInit = ({ token }: ConnectOptions) =>
  token === undefined ? {} : { requestInit: { headers: { authorization: `Bearer ${token}` } } };
const capabilities = ({ approves }: ConnectOptions) => (approves === undefined ? {} : { elicitation: {} });
const answered = ({ approves = false }: ConnectOptions) => ({ action: "accept" as const, content: { approve: approves } });

async function v1(url: string, options: ConnectOptions): Promise<Connection> {
  const client = new ClientV1(info, { capabilities: capabilities(options) });
  if (options.approves !== undefined) client.setRequestHandler(ElicitRequestSchema, async () => answered(options));
  await client.connect(new HttpV1(new URL(url), requestInit(options)) as never);
  onTestFinished(() => client.close());
  return {
    call: async (name, args) => (await client.callTool({ name, arguments: args })) as Answer,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    close: () => client.close(),
  };
}

const v2 =
  (mode: "legacy" | "auto") =>
  async (url: string, options: ConnectOptions): Promise<Connection> => {
    const client = new ClientV2(info, { capabilities: capabilities(options), versionNegotiation: { mode } });
    if (options.approves !== undefined) client.setRequestHandler("elicitation/create", async () => answered(options));
    await client.connect(new HttpV2(new URL(url), requestInit(options)));
    onTestFinished(() => client.close());
    return {
      call: async (name, args) => (await client.callTool({ name, arguments: args })) as Answer,
      tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
      close: () => client.close(),
    };
  };

export type Connect = (url: string, options: ConnectOptions) => Promise<Connection>;

export const CLIENTS: readonly (readonly [string, Connect])[] = [
  ["SDK v1", v1],
  ["SDK v2, older protocol", v2("legacy")],
  ["SDK v2, protocol of 2026-07-28", v2("auto")],
];
