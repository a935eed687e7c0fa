// Real clients of both SDKs against real servers of both SDKs, in both eras of the protocol.
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as PipeV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { createMcpHandler, InMemoryTransport as PipeV2, McpServer as ServerV2 } from "@modelcontextprotocol/server";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, onTestFinished, test } from "vitest";
import { bindTools, IDEMPOTENCY_META, type McpServerLike } from "../../src/mcp/index.ts";
import type { Publisher } from "../../src/index.ts";
import { house, type House, note, type Notes } from "../house.ts";

interface ToolCall {
  name: string;
  arguments?: Record<string, unknown>;
  _meta?: Record<string, unknown>;
}
interface Answer {
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
  content: unknown;
}
interface Tool {
  name: string;
  inputSchema: object;
  outputSchema?: object | undefined;
  annotations?: object | undefined;
}
interface Connection {
  call(call: ToolCall): Promise<Answer>;
  tools(): Promise<Tool[]>;
}
type Elicited = { action: "accept" | "decline" | "cancel"; content?: { approve: boolean } };
/** What the person at the client answers; absent, the client cannot ask. */
type Person = ((message: string) => Elicited) | undefined;

const principal = { id: "alice", tenant: "acme", scopes: ["notes:remove"] };
const bind = (server: McpServerLike, publisher: Publisher<Notes>): void => bindTools(server, publisher, { principal });
const info = { name: "test", version: "1" };

async function v1(publisher: Publisher<Notes>, person?: Person): Promise<Connection> {
  const server = new ServerV1(info);
  bind(server, publisher);
  const client = new ClientV1(info, { capabilities: person ? { elicitation: {} } : {} });
  if (person) client.setRequestHandler(ElicitRequestSchema, async (request) => person(request.params.message));
  const [near, far] = PipeV1.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  onTestFinished(() => client.close());
  return { call: async (call) => (await client.callTool(call)) as Answer, tools: async () => (await client.listTools()).tools };
}

async function v2Http(publisher: Publisher<Notes>, person?: Person): Promise<Connection> {
  const handler = createMcpHandler(() => {
    const server = new ServerV2(info);
    bind(server, publisher);
    return server;
  });
  const client = clientV2(person, true);
  await client.connect(
    new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch: (url, init) => handler.fetch(new Request(url, init)) }),
  );
  onTestFinished(() => client.close());
  return connectionOf(client);
}

async function v2Legacy(publisher: Publisher<Notes>, person?: Person): Promise<Connection> {
  const server = new ServerV2(info);
  bind(server, publisher);
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

const kinds: readonly [string, (publisher: Publisher<Notes>, person?: Person) => Promise<Connection>][] = [
  ["SDK v1", v1],
  ["SDK v2, protocol of 2026-07-28 over HTTP", v2Http],
  ["SDK v2, older protocol", v2Legacy],
];

describe.each(kinds)("%s", (_kind, connect) => {
  const open = async (person?: Person): Promise<{ home: House; client: Connection }> => {
    const home = house();
    return { home, client: await connect(home.publisher(), person) };
  };
  const approve = (yes: boolean): Elicited => ({ action: "accept", content: { approve: yes } });

  test("[PUB-01] [DST-01] there is one tool per event, closed, annotated, and with an output schema", async () => {
    const { client } = await open();
    const tools = await client.tools();
    expect(tools.map((tool) => tool.name)).toEqual(["note_created", "note_removed", "note_shared"]);
    expect(tools[0]).toMatchObject({
      inputSchema: { type: "object", additionalProperties: false, properties: { noteId: { type: "string" }, text: { type: "string" } } },
      outputSchema: { type: "object", required: ["id", "type", "time", "repeated"] },
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    });
    expect(tools[1]).toMatchObject({ annotations: { destructiveHint: true } });
  });

  test("[PUB-11] a call is answered with the receipt of what the broker has", async () => {
    const { home, client } = await open();
    const answer = await client.call({ name: "note_created", arguments: note() });
    expect(answer.isError).toBeFalsy();
    expect(answer.structuredContent).toMatchObject({ id: home.transport.sent[0]?.id, type: "note.created", repeated: false });
  });

  test.each([
    ["[PUB-02] an unknown key", { ...note(), topic: "admin" }],
    ["[PUB-04] a field of the server's", { ...note(), actor: "root" }],
    ["[PUB-03] a number for a text", { noteId: 1, text: "x" }],
    ["nothing", undefined],
  ])("%s is refused with a stable code", async (_what, args) => {
    const { home, client } = await open();
    const answer = await client.call({ name: "note_created", ...(args && { arguments: args }) });
    expect(answer).toMatchObject({ isError: true, structuredContent: { code: "ERR_REQUEST_INVALID" } });
    expect(home.transport.sent).toEqual([]);
  });

  test("[PUB-08] a flood is refused with the time to wait", async () => {
    const { client } = await open();
    for (let call = 0; call < 5; call++) await client.call({ name: "note_created", arguments: note(`n${call}`) });
    const answer = await client.call({ name: "note_created", arguments: note("n9") });
    expect(answer).toMatchObject({ isError: true, structuredContent: { code: "ERR_REQUEST_RATE", retryAfterMs: 60_000 } });
  });

  test("[PUB-10] the same call again, under a new request id, publishes nothing and has the first receipt", async () => {
    const { home, client } = await open();
    const first = await client.call({ name: "note_created", arguments: note() });
    const second = await client.call({ name: "note_created", arguments: note() });
    expect(second.structuredContent).toEqual({ ...first.structuredContent, repeated: true });
    expect(home.transport.sent).toHaveLength(1);
  });

  test("[PUB-10] a host's idempotency key is taken from _meta; with other data it is a conflict", async () => {
    const { home, client } = await open();
    const _meta = { [IDEMPOTENCY_META]: "key-1" };
    await client.call({ name: "note_created", arguments: note(), _meta });
    const answer = await client.call({ name: "note_created", arguments: note("n2"), _meta });
    expect(answer).toMatchObject({ isError: true, structuredContent: { code: "ERR_REQUEST_CONFLICT" } });
    expect(home.transport.sent).toHaveLength(1);
  });

  test("[PUB-13] what goes wrong inside is not told", async () => {
    const { home, client } = await open();
    home.transport.fail = new Error("broker password=hunter2 at 10.0.0.1");
    const answer = await client.call({ name: "note_created", arguments: note() });
    expect(answer).toMatchObject({ isError: true, structuredContent: { code: "ERR_TRANSPORT_UNAVAILABLE" } });
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|10\.0\.0\.1/);
  });

  test("[PUB-09] a person is asked, with the data in view, and what is approved is published once", async () => {
    const asked: string[] = [];
    const { home, client } = await open((message) => (asked.push(message), approve(true)));
    const answer = await client.call({ name: "note_removed", arguments: { noteId: "n1" } });
    expect(answer.structuredContent).toMatchObject({ type: "note.removed", repeated: false });
    expect(asked).toEqual([expect.stringContaining('{"noteId":"n1"}')]);
    expect(home.transport.sent).toHaveLength(1);
  });

  test.each<[string, Elicited, string]>([
    ["declines", { action: "decline" }, "ERR_REQUEST_APPROVAL_DECLINED"],
    ["cancels", { action: "cancel" }, "ERR_REQUEST_APPROVAL_DECLINED"],
    ["accepts the form with the box empty", { action: "accept", content: { approve: false } }, "ERR_REQUEST_APPROVAL_DECLINED"],
  ])("[PUB-09] nothing is published when the person %s", async (_what, answered, code) => {
    const { home, client } = await open(() => answered);
    const answer = await client.call({ name: "note_removed", arguments: { noteId: "n1" } });
    expect(answer).toMatchObject({ isError: true, structuredContent: { code } });
    expect(home.transport.sent).toEqual([]);
  });

  test("[PUB-09] a client that cannot ask a person is told so, and nothing is published", async () => {
    const { home, client } = await open();
    const answer = await client.call({ name: "note_removed", arguments: { noteId: "n1" } });
    expect(answer).toMatchObject({ isError: true, structuredContent: { code: "ERR_REQUEST_APPROVAL_UNAVAILABLE" } });
    expect(home.transport.sent).toEqual([]);
  });
});

test("tools that a fixed principal may not use are not offered", async () => {
  const server = new ServerV1(info);
  const names: string[] = [];
  server.registerTool = ((name: string) => void names.push(name)) as never;
  bindTools(server, house().publisher(), { principal: { id: "bob" } });
  expect(names).toEqual(["note_created", "note_shared"]);
});

describe("[PUB-09] the state between the rounds", () => {
  const what = { type: "note.removed", data: { noteId: "n1" }, principal: { id: "alice" } };

  test("is good once", async () => {
    const { approvals } = house().publisher();
    const state = approvals.mint(what);
    expect([await approvals.redeem(state, what), await approvals.redeem(state, what)]).toEqual([true, false]);
  });

  test.each([
    ["other data", { ...what, data: { noteId: "n2" } }],
    ["another event", { ...what, type: "note.created" }],
    ["another principal", { ...what, principal: { id: "bob" } }],
    ["another tenant", { ...what, principal: { id: "alice", tenant: "evil" } }],
  ])("is not good for %s", async (_what, other) => {
    const { approvals } = house().publisher();
    expect(await approvals.redeem(approvals.mint(what), other)).toBe(false);
  });

  test("runs out, and cannot be prolonged, forged or made of anything", async () => {
    const { publisher, clock } = house();
    const { approvals } = publisher();
    const state = approvals.mint(what);
    for (const bad of ["", "a~1~k1~x", state.replace(/~\d+~/, "~99999999999999~"), `${state}A`, state.replace("k1", "constructor")]) {
      expect(await approvals.redeem(bad, what)).toBe(false);
    }
    clock.advance(600_000);
    expect(await approvals.redeem(state, what)).toBe(false);
  });
});
