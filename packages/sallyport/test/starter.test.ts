// The starter as its user runs it: a worker process, a client that starts the server as its configuration says, and
// an operator.
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { describe, expect, onTestFinished, test } from "vitest";
import { run, start, starter } from "./command.ts";

interface Answer {
  readonly isError?: boolean;
  readonly structuredContent?: Record<string, unknown>;
}

/** Connected as the file for Claude Code says. */
async function agent(folder: string): Promise<(name: string, args: Record<string, unknown>) => Promise<Answer>> {
  const { mcpServers } = JSON.parse(readFileSync(join(folder, ".mcp.json"), "utf8")) as {
    mcpServers: { notes: { command: string; args: string[] } };
  };
  const client = new Client({ name: "agent", version: "1" });
  await client.connect(new StdioClientTransport({ ...mcpServers.notes, stderr: "ignore" }));
  onTestFinished(() => client.close());
  return async (name, args) => (await client.callTool({ name, arguments: args })) as Answer;
}

function put(folder: string, bytes: string): void {
  const database = new DatabaseSync(join(folder, "data", "notes.db"));
  const insert = database.prepare("INSERT INTO sallyport_log (destination, key, enqueuedAtMs, bytes) VALUES ('notes', NULL, ?, ?)");
  insert.run(Date.now(), new TextEncoder().encode(bytes));
  database.close();
}

test("an agent's call is handled by the worker, read back by the agent, and is on the trail", async () => {
  const { folder, contract, handlers } = await starter();
  const worker = start(["work", contract, "--handlers", handlers]);
  const call = await agent(folder);
  const receipt = await call("note_created", { noteId: "n1", text: "hello" });
  expect(receipt.structuredContent).toMatchObject({ type: "note.created", repeated: false });
  await worker.says(/note n1: "hello" \(from local, attempt 1\)/);
  const read = await call("note_created_read", {});
  expect(read.structuredContent).toMatchObject({ events: [{ eventId: receipt.structuredContent!["id"], data: { noteId: "n1" } }] });
  const shown = await run(["trail", "show", contract, "--event", receipt.structuredContent!["id"] as string, "--json"]);
  const entries = shown.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { door: string; decision: string });
  expect(entries.map(({ door, decision }) => `${door}: ${decision}`)).toEqual(["publish: accepted", "consume: committed"]);
  const ended = await worker.stop();
  expect([ended.code, ended.stderr]).toEqual([0, expect.stringMatching(/"message":"stopped"/)]);
});

test("[PSN-12] a worker that is told to stop finishes what it has begun", async () => {
  const { folder, contract } = await starter();
  const slow = join(folder, "slow.mjs");
  writeFileSync(
    slow,
    `export default { "note.created": async () => { console.log("begun"); await new Promise((go) => process.once("SIGTERM", () => setTimeout(go, 50))); console.log("finished"); } };`,
  );
  const call = await agent(folder);
  const worker = start(["work", contract, "--handlers", slow]);
  await call("note_created", { noteId: "n1", text: "slow" });
  await worker.says(/begun/);
  const { code, stdout } = await worker.stop();
  expect([code, stdout]).toEqual([0, "begun\nfinished\n"]);
  const { stdout: trail } = await run(["trail", "show", contract]);
  expect(trail).toMatch(/consume {2}committed/);
});

test("[PSN-06] with --isolate, a handler that spins is ended, and the others go on", async () => {
  const { folder, contract } = await starter();
  const moody = join(folder, "moody.mjs");
  writeFileSync(
    moody,
    `export default { "note.created": async ({ data }) => { while (data.text === "spin"); console.log("done " + data.text); } };`,
  );
  writeFileSync(contract, `${readFileSync(contract, "utf8")}\npolicy: { deadline: 5s, lease: 20s, maxFailures: 1 }\n`);
  const call = await agent(folder);
  const worker = start(["work", contract, "--handlers", moody, "--isolate"]);
  await call("note_created", { noteId: "a", text: "spin" });
  await call("note_created", { noteId: "b", text: "honest" });
  await worker.says(/done honest/);
  await worker.says(/ERR_HANDLER_DEADLINE/);
  const { code, stdout } = await worker.stop();
  expect([code, stdout.includes("done spin")]).toEqual([0, false]);
});

test("health is answered while the worker works", async () => {
  const { contract, handlers } = await starter();
  const worker = start(["work", contract, "--handlers", handlers, "--health-port", "0"]);
  const [, url] = await worker.says(/"health":"([^"]+)"/);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "ready" });
  expect((await fetch(`${url}/other`)).status).toBe(404);
});

test("with a port for health that is taken, the worker says so and ends", async () => {
  const { contract, handlers } = await starter();
  const taken = createServer();
  await once(taken.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void taken.close());
  const port = String((taken.address() as AddressInfo).port);
  const { code, stderr } = await run(["work", contract, "--handlers", handlers, "--health-port", port]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^ERR_CONFIG_INVALID: cannot listen on 127\.0\.0\.1:\d+: EADDRINUSE[^\n]*\n$/)]);
});

test("what Node warns of is a line of the log like any other", async () => {
  const { contract, handlers } = await starter();
  writeFileSync(handlers, `process.emitWarning("of two\\nlines", { code: "W1" });\n${readFileSync(handlers, "utf8")}`);
  const worker = start(["work", contract, "--handlers", handlers]);
  await worker.says(/"message":"working"/);
  const { stderr } = await worker.stop();
  const lines = stderr.trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
    expect.objectContaining({ level: "warn", message: "a warning", code: "W1", error: "Warning: of two\nlines" }),
  );
});

test("[REP-08] a worker that would forget ids too soon is refused with line and column", async () => {
  const { contract, handlers } = await starter();
  writeFileSync(contract, `${readFileSync(contract, "utf8")}policy: { window: 2h, remember: 1m }\n`);
  const { code, stderr } = await run(["work", contract, "--handlers", handlers]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^ERR_CONFIG_RETENTION_SHORT: .*contract\.yaml:35:33.* Raise remember,/)]);
});

test("[PUB-07] a line beyond the limit ends a server on standard input in order, and it says why", async () => {
  const { contract } = await starter();
  const server = start(["serve", "--stdio", contract], {}, "pipe");
  server.child.stdin!.on("error", () => undefined).write("x".repeat(2 ** 21));
  const { code, stderr } = await server.ended;
  expect([code, stderr]).toEqual([0, expect.stringMatching(/exceeded maximum size[\s\S]*"message":"stopped"/)]);
});

test("[PUB-07] lines within the limit are answered, however large the one behind them", async () => {
  const { contract } = await starter();
  const server = start(["serve", "--stdio", contract], {}, "pipe");
  const line = (id: number, bytes: number): string => {
    const [head, tail] = [`{"jsonrpc":"2.0","id":${id},"method":"ping","params":{"_meta":{"x":"`, `"}}}\n`];
    return `${head}${"x".repeat(bytes - head.length - tail.length)}${tail}`;
  };
  // So that what is read at once does not end where a line does.
  server.child.stdin!.write(`${line(1, 10_000)}${line(2, 2 ** 20 - 500)}${line(3, 2 ** 20 - 500)}`);
  for (const id of [1, 2, 3]) await server.says(new RegExp(`"id":${id}\\b`));
  server.child.stdin!.end();
  expect((await server.ended).code).toBe(0);
});

test("what is wrong with handlers is said at start", async () => {
  const { folder, contract } = await starter();
  const module = (text: string): string => {
    writeFileSync(join(folder, "wrong.mjs"), text);
    return join(folder, "wrong.mjs");
  };
  for (const [text, said] of [
    ["export const nothing = 1;", /exports no handlers/],
    ["export default { 'note.created': 7 };", /the handler of "note.created" is not a function/],
    ["export default { 'note.unheard': () => {} };", /the contract has no event "note.unheard"/],
    ["throw new Error('not today');", /does not load: not today/],
  ] as const) {
    const { code, stderr } = await run(["work", contract, "--handlers", module(text)]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
  }
});

describe("an operator", () => {
  /** A worker that rejects, so that there is something to redrive, and bytes that are nobody's. */
  async function withDeadLetters() {
    const made = await starter();
    const rejecting = join(made.folder, "rejecting.mjs");
    writeFileSync(rejecting, `export default { "note.created": () => ({ kind: "reject", reason: "closed today" }) };`);
    const call = await agent(made.folder);
    await call("note_created", { noteId: "n1", text: "hello" });
    put(made.folder, "\u001b[31mnot a message\u202e");
    const worker = start(["work", made.contract, "--handlers", rejecting]);
    await worker.says(/ERR_POLICY_REJECTED/);
    await worker.says(/ERR_ENVELOPE_MALFORMED/);
    await worker.stop();
    return made;
  }

  test("[PSN-10] sees dead letters by reason, their bytes escaped", async () => {
    const { contract } = await withDeadLetters();
    const { stdout } = await run(["dead", "list", contract]);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    const malformed = await run(["dead", "list", contract, "--code", "ERR_ENVELOPE_MALFORMED", "--json"]);
    const { id } = JSON.parse(malformed.stdout) as { id: string };
    const shown = await run(["dead", "show", contract, id]);
    expect(shown.stdout).toContain("\\u{1b}[31mnot a message\\u{202e}");
    for (const unsafe of ["\u001b", "\u202e"]) expect(shown.stdout).not.toContain(unsafe);
  });

  test("is told when there is more than is shown, and how to see it", async () => {
    const { contract } = await withDeadLetters();
    const some = await run(["dead", "list", contract, "--limit", "1"]);
    expect([some.stdout.trim().split("\n").length, some.stderr]).toEqual([1, expect.stringMatching(/^the oldest 1, and there are more: /)]);
    expect((await run(["dead", "list", contract, "--limit", "2"])).stderr).toBe("");
    const { stdout, stderr } = await run(["trail", "show", contract, "--limit", "1"]);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    const [, after = ""] = /^1 entries, and there are more: --after (\d+) goes on/.exec(stderr) ?? [];
    const rest = await run(["trail", "show", contract, "--after", after]);
    expect([rest.stdout.includes(stdout.trim()), rest.stderr]).toEqual([false, ""]);
  });

  test("[OPS-02] redrives what was rejected, and the event is handled; what is nobody's is refused and stays", async () => {
    const { contract, handlers } = await withDeadLetters();
    const dry = await run(["dead", "redrive", contract, "--all", "--dry-run"]);
    expect(dry.stdout.match(/would redrive/g)).toHaveLength(2);
    const unasked = await run(["dead", "redrive", contract, "--all"]);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringMatching(/say --yes/)]);
    const nothing = await run(["dead", "redrive", contract]);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringMatching(/name letters, give a filter, or say --all/)]);
    const done = await run(["dead", "redrive", contract, "--all", "--yes", "--operator", "olga"]);
    expect([done.code, done.stdout]).toEqual([1, "redriven: 1, refused: 1\n"]);
    const worker = start(["work", contract, "--handlers", handlers]);
    await worker.says(/note n1: "hello"/);
    expect((await run(["dead", "list", contract])).stdout.trim().split("\n")).toHaveLength(1);
    const { stdout } = await run(["trail", "show", contract, "--actor", "olga"]);
    expect(stdout).toMatch(/operator {2}redrive done/);
    expect(stdout).toMatch(/operator {2}redrive refused/);
  });

  test("[OPS-02] discards for good", async () => {
    const { contract } = await withDeadLetters();
    const discarded = await run(["dead", "discard", contract, "--code", "ERR_ENVELOPE_MALFORMED", "--yes"]);
    expect([discarded.code, discarded.stdout]).toEqual([0, "discarded: 1, refused: 0\n"]);
    expect((await run(["dead", "list", contract])).stdout).toMatch(/^\S+ {2}\S+ {2}ERR_POLICY_REJECTED[^\n]*\n$/);
  });

  test("is told of letters that are not there, and the rest is done", async () => {
    const { contract } = await withDeadLetters();
    const { stdout } = await run(["dead", "list", contract, "--json", "--code", "ERR_POLICY_REJECTED"]);
    const { id } = JSON.parse(stdout) as { id: string };
    const done = await run(["dead", "redrive", contract, "--yes", id, "nosuch", id]);
    expect([done.code, done.stdout]).toEqual([1, "redriven: 1, refused: 0\n"]);
    expect(done.stderr).toContain("there is no dead letter nosuch");
  });

  test("[OPS-01] is not told that all is well of a file that is not there", async () => {
    const { folder, contract } = await starter();
    for (const args of [
      ["trail", "verify"],
      ["trail", "show"],
      ["dead", "list"],
      ["dead", "discard", "--all", "--yes"],
    ]) {
      const { code, stderr } = await run([...args, contract, "--store", join(folder, "typo.db")]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^ERR_STORE_UNAVAILABLE: .*typo\.db/)]);
    }
    expect(existsSync(join(folder, "typo.db"))).toBe(false);
  });

  test("[OPS-01] finds that the trail was changed, or cut off behind a head that was kept", async () => {
    const { folder, contract } = await starter();
    const call = await agent(folder);
    for (const noteId of ["a", "b", "c"]) await call("note_created", { noteId, text: "x" });
    const whole = await run(["trail", "verify", contract]);
    const head = /head ([0-9a-f]{64})/.exec(whole.stdout)![1]!;
    expect([whole.code, whole.stdout]).toEqual([0, expect.stringMatching(/^intact: 3 entries/)]);
    const database = new DatabaseSync(join(folder, "data", "notes.db"));
    database.exec("DELETE FROM sallyport_trail WHERE seq = 3");
    expect((await run(["trail", "verify", contract])).code).toBe(0);
    const cut = await run(["trail", "verify", contract, "--head", head]);
    expect([cut.code, cut.stderr]).toEqual([1, expect.stringMatching(/^broken: .*head that was kept is not among them/)]);
    expect((await run(["trail", "verify", contract, "--head", "HASH"])).code).toBe(2);
    database.exec("UPDATE sallyport_trail SET entry = replace(entry, 'accepted', 'refused') WHERE seq = 2");
    database.close();
    const broken = await run(["trail", "verify", contract]);
    expect([broken.code, broken.stderr]).toEqual([1, "broken at entry 2\n"]);
  });
});

test("the server serves HTTP, and stops when it is told to", async () => {
  const { contract } = await starter();
  const server = start(["serve", contract, "--port", "0"]);
  const [, url] = await server.says(/"url":"([^"]+)"/);
  const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const client = new Client({ name: "agent", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url!)));
  expect((await client.listTools()).tools).toHaveLength(3);
  expect((await fetch(url!.replace("/mcp", "/readyz"))).status).toBe(200);
  await client.close();
  const { code, stdout } = await server.stop();
  expect([code, stdout]).toEqual([0, ""]);
});
