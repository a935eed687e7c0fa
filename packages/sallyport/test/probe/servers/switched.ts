// A server whose checks the caller may turn off, by a boolean, by one that says what to skip, and by a word; and one tool that
// has such an argument, and checks all the same.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Channel } from "../../../src/demo/plain-broker.ts";
import { BROKER } from "../../../src/demo/targets/settings.ts";

const channel = new Channel(BROKER);
const TEXT = { type: "string" };
const FLAG = { type: "boolean" };
type Property = { readonly type: string } | { readonly enum: string[] };
const tool = (name: string, properties: Record<string, Property>, ...required: readonly string[]) => ({
  name,
  inputSchema: { type: "object" as const, required: [...required], properties },
});
const TOOLS = [
  tool("validated", { payload: TEXT, validate: FLAG }, "payload"),
  tool("skipping", { text: TEXT, kind: TEXT, skipChecks: FLAG, persistent: FLAG }, "text", "kind"),
  tool("moded", { topic: TEXT, text: TEXT, validation: { enum: ["strict", "off"] } }, "topic", "text"),
  tool("kept", { payload: TEXT, validate: FLAG, strict: FLAG, allowUnknown: FLAG }, "payload"),
];

function check(isRight: boolean): void {
  if (!isRight) throw new Error("that is not what was agreed on");
}

const hasOnly = (given: object, ...names: readonly string[]): boolean => Object.keys(given).every((name) => names.includes(name));

async function publish(name: string, given: Record<string, any>): Promise<void> {
  if (name === "skipping") {
    if (given["skipChecks"] !== true) check(given["kind"] === "memo" && hasOnly(given, "text", "kind", "skipChecks", "persistent"));
    return channel.send("notes", JSON.stringify({ kind: given["kind"], text: given["text"] }));
  }
  if (name === "moded") {
    if (given["validation"] !== "off") check(given["topic"] === "notes");
    return channel.send(String(given["topic"]), JSON.stringify({ text: given["text"] }));
  }
  if (name === "kept" || given["validate"] !== false) check(hasOnly(JSON.parse(given["payload"]) as object, "text"));
  return channel.send("notes", String(given["payload"]));
}

serveStdio(() => {
  const server = new Server({ name: "switched", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    await publish(params.name, params.arguments ?? {});
    return { content: [{ type: "text", text: "published" }] };
  });
  return server;
});
