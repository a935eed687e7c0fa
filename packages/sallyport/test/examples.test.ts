// The examples run, and the README shows them as they are.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, onTestFinished, test } from "vitest";
import { CONTRACT } from "../src/cli/starter.ts";
import { temporaryFolder } from "./command.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const readme = readFileSync(join(ROOT, "README.md"), "utf8");

test("a server of one's own publishes, and its consumer handles", async () => {
  const secret = randomBytes(32).toString("base64");
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ["--conditions=sallyport-source", join(ROOT, "examples", "own-server.ts")],
    env: {
      NOTES_FILE: join(temporaryFolder(), "notes.sqlite"),
      SALLYPORT_KEYS: JSON.stringify([{ id: "k1", algorithm: "hmac-sha256", issuer: "notes", secret }]),
    },
    stderr: "pipe",
  });
  const handled = Promise.withResolvers<string>();
  transport.stderr?.on("data", (chunk: Buffer) => handled.resolve(chunk.toString()));
  const client = new Client({ name: "agent", version: "1" });
  await client.connect(transport);
  onTestFinished(() => client.close());
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["note_created"]);
  await client.callTool({ name: "note_created", arguments: { noteId: "n1", text: "hello" } });
  expect(await handled.promise).toBe('local wrote "hello"\n');
});

test("the README shows the server as it is", () => {
  expect(readme).toContain(readFileSync(join(ROOT, "examples", "own-server.ts"), "utf8").trim());
});

test("the README shows the beginning of the starter's contract as it is", () => {
  const shown = /```yaml\n([\s\S]*?)```/.exec(readme)![1]!;
  const lines = (text: string): readonly string[] =>
    text
      .split("\n")
      .map((line) => line.replace(/\s*#.*$/, "").trimEnd())
      .filter((line) => line !== "");
  const starter = lines(CONTRACT);
  expect(starter.slice(0, lines(shown).length)).toEqual(lines(shown));
});
