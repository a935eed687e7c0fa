// Real clients of both SDKs against real servers of both SDKs, in both eras of the protocol.
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type BindOptions, bindTools, IDEMPOTENCY_META, type McpServerLike } from "../../src/mcp/index.ts";
import { KeyRing, type Publisher, SallyportError } from "../../src/index.ts";
import type { Sending } from "../../src/ports/observer.ts";
import { house, type House, keySpec, note, type Notes } from "../house.ts";
import { type Connection, type Elicited, kinds, type Person } from "./connections.ts";

const principal = { id: "alice", tenant: "acme", scopes: ["notes:remove"] };
function offered(options: BindOptions): string[] {
  const names: string[] = [];
  const server = { registerTool: (name: string) => void names.push(name), server: { getClientCapabilities: () => undefined } };
  bindTools(server, house().publisher(), options);
  return names;
}

const binding =
  (publisher: Publisher<Notes>) =>
  (server: McpServerLike): void =>
    bindTools(server, publisher, { principal });

describe.each(kinds)("%s", (_kind, connect) => {
  const open = async (person?: Person): Promise<{ home: House; client: Connection }> => {
    const home = house();
    return { home, client: await connect(binding(home.publisher()), person) };
  };
  const approve = (yes: boolean): Elicited => ({ action: "accept", content: { approve: yes } });

  test("[PUB-01] [DST-01] there is one tool per event, closed, annotated, and with an output schema", async () => {
    const { client } = await open();
    const tools = await client.tools();
    expect(tools.map((tool) => tool.name)).toEqual(["note_created", "note_removed", "note_shared"]);
    expect(tools[0]).toMatchObject({
      inputSchema: { type: "object", additionalProperties: false, properties: { noteId: { type: "string" }, text: { type: "string" } } },
      outputSchema: { type: "object", anyOf: [{ required: ["id", "type", "time", "repeated"] }, { required: ["code", "message"] }] },
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

  test("[PUB-13] a client that has listed the tools, and holds answers to their output schemas, is told the refusal", async () => {
    const { client } = await open();
    await client.tools();
    expect(await client.call({ name: "note_created", arguments: note() })).toMatchObject({ structuredContent: { repeated: false } });
    for (let call = 1; call < 5; call++) await client.call({ name: "note_created", arguments: note(`n${call}`) });
    const flooding = await client.call({ name: "note_created", arguments: note("n9") });
    expect(flooding).toMatchObject({ isError: true, structuredContent: { code: "ERR_REQUEST_RATE", retryAfterMs: 60_000 } });
    const malformed = await client.call({ name: "note_created", arguments: { ...note(), topic: "admin" } });
    expect(malformed).toMatchObject({ isError: true, structuredContent: { code: "ERR_REQUEST_INVALID" } });
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

  test("the traceparent that MCP reserves in _meta is handed to the observer, and nothing that is not text", async () => {
    const home = house();
    const told: unknown[] = [];
    const sending = ({ callerTraceparent }: Sending): undefined => void told.push(callerTraceparent);
    const client = await connect(binding(home.publisher({ observer: { sending } })));
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await client.call({ name: "note_created", arguments: note("a"), _meta: { traceparent } });
    await client.call({ name: "note_created", arguments: note("b"), _meta: { traceparent: ["x"] } });
    await client.call({ name: "note_created", arguments: note("c") });
    expect(told).toEqual([traceparent, undefined, undefined]);
  });

  test("[PUB-13] what goes wrong inside is not told", async () => {
    const home = house();
    const client = await connect((server) => bindTools(server, home.publisher(), { principal, onError: () => undefined }));
    home.transport.fail = new Error("broker password=hunter2 at 10.0.0.1");
    const answer = await client.call({ name: "note_created", arguments: note() });
    expect(answer).toMatchObject({ isError: true, structuredContent: { code: "ERR_TRANSPORT_UNAVAILABLE" } });
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|10\.0\.0\.1/);
  });

  test("[PUB-13] nor what an error says to developers, be it ours or unforeseen", async () => {
    const secret = "queue notes on amqp://guest:hunter2@10.0.0.1";
    const home = house();
    home.transport.fail = new SallyportError("ERR_TRANSPORT_REFUSED", secret, { place: secret, remedy: secret });
    const unforeseen = home.publisher({ limits: { spend: () => Promise.reject(new Error(secret)) } });
    for (const publisher of [home.publisher(), unforeseen]) {
      const client = await connect((server) => bindTools(server, publisher, { principal, onError: () => undefined }));
      const answer = await client.call({ name: "note_created", arguments: note() });
      expect(answer.isError).toBe(true);
      expect(JSON.stringify(answer)).not.toMatch(/hunter2|10\.0\.0\.1/);
    }
  });

  test("whoever runs the server is told why broker or store did not do it, and of nothing that is the caller's", async () => {
    const home = house();
    const told: unknown[] = [];
    const client = await connect((server) => bindTools(server, home.publisher(), { principal, onError: (error) => void told.push(error) }));
    await client.call({ name: "note_created", arguments: { noteId: 1 } });
    expect(told).toEqual([]);
    home.transport.fail = new Error("the disk is full");
    await client.call({ name: "note_created", arguments: note() });
    expect(told).toEqual([expect.objectContaining({ code: "ERR_TRANSPORT_UNAVAILABLE", cause: home.transport.fail })]);
  });

  test("[PUB-12] what is published says that it came from an agent, and whose", async () => {
    const { home, client } = await open();
    await client.call({ name: "note_created", arguments: note() });
    const sent = JSON.parse(new TextDecoder().decode(home.transport.sent[0]?.bytes)) as Record<string, unknown>;
    expect(sent).toMatchObject({ actor: "alice", origin: "llm" });
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

test("[OPS-05] where nobody listens, an error's texts are written, and not what a client hung on it", async () => {
  const written = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => written.mockRestore());
  const home = house();
  const [client] = kinds.map(([, connect]) => connect((server) => bindTools(server, home.publisher(), { principal })));
  const hung = { command: { name: "auth", args: ["hunter2"] } };
  const cause = Object.assign(new Error("the broker is full"), hung);
  home.transport.fail = Object.assign(new Error("it did not confirm", { cause }), hung);
  await (await client!).call({ name: "note_created", arguments: note() });
  const text = written.mock.calls.flat().map(String).join("\n");
  expect(text).toMatch(/ERR_TRANSPORT_UNAVAILABLE .*\n[^]*caused by Error: it did not confirm\n[^]*caused by Error: the broker is full/);
  expect(written.mock.calls.flat().every((one) => typeof one === "string")).toBe(true);
  expect(text).not.toContain("hunter2");
});

test("tools that a fixed principal may not use are not offered", async () => {
  expect(offered({ principal: { id: "bob" } })).toEqual(["note_created", "note_shared"]);
});

test("tools that the caller may not use are not offered, where a server is made for each", async () => {
  expect(offered({ principal: () => undefined, shownTo: { id: "bob" } })).toEqual(["note_created", "note_shared"]);
  expect(offered({ principal: () => undefined })).toEqual(["note_created", "note_removed", "note_shared"]);
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

  test("is not good when its key is no longer", async () => {
    const { publisher, clock } = house();
    const notAfter = new Date(clock.now() + 60_000).toISOString();
    const { approvals } = publisher({ keys: new KeyRing([keySpec({ notAfter }), keySpec({ id: "k2" })].toReversed()) });
    const state = approvals.mint(what);
    clock.advance(60_001);
    expect(await approvals.redeem(state, what)).toBe(false);
  });
});
