// Room for sessions: whose make way for whose when there is none.
import { McpServer } from "@modelcontextprotocol/server";
import { expect, onTestFinished, test } from "vitest";
import { Sessions } from "../../src/serve/sessions.ts";

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
};

function house(most: number) {
  let now = 0;
  const open = (): McpServer => new McpServer({ name: "t", version: "1" }, { capabilities: { tools: {} } });
  const sessions = new Sessions({ open, most, maxBodyBytes: 10_000, idleMs: 1000, now: () => now });
  onTestFinished(() => sessions.close());
  const ask = (id: string, headers: Record<string, string>, body: object): Promise<Response> =>
    sessions.fetch(
      new Request("http://localhost/mcp", {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
        body: JSON.stringify(body),
      }),
      { token: "", clientId: id, scopes: [], extra: { principal: { id } } },
    );
  const begin = async (id: string): Promise<string | number> => {
    const response = await ask(id, {}, initialize);
    await response.text();
    return response.headers.get("mcp-session-id") ?? response.status;
  };
  const lives = async (id: string, session: string | number): Promise<boolean> => {
    const response = await ask(id, { "mcp-session-id": String(session) }, { jsonrpc: "2.0", id: 2, method: "ping" });
    await response.text();
    return response.status === 200;
  };
  return { begin, lives, pass: (ms: number) => (now += ms), sessions };
}

test("[PUB-08] a principal with all the sessions there is room for shuts no other out", async () => {
  const { begin, lives, sessions } = house(4);
  const flood = [await begin("mallory"), await begin("mallory"), await begin("mallory"), await begin("mallory")];
  const own = await begin("alice");
  expect([await lives("alice", own), sessions.size]).toEqual([true, 4]);
  expect(await Promise.all(flood.map((session) => lives("mallory", session)))).toEqual([false, true, true, true]);
});

test("[PUB-08] and cannot then take the room of those who hold less", async () => {
  const { begin, lives } = house(4);
  for (let count = 0; count < 4; count++) await begin("mallory");
  const alice = await begin("alice");
  expect([await begin("mallory"), await lives("alice", alice)]).toEqual([503, true]);
});

test("a session that nobody uses makes way for anybody", async () => {
  const { begin, lives, pass } = house(2);
  const [first, second] = [await begin("alice"), await begin("alice")];
  pass(999);
  expect([await lives("alice", second), await begin("alice")]).toEqual([true, 503]);
  pass(1);
  expect([typeof (await begin("alice")), await lives("alice", first), await lives("alice", second)]).toEqual(["string", false, true]);
});
