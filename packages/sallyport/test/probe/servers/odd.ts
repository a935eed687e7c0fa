// Servers as they come: each in the manner that its first argument names.
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { Server } from "@modelcontextprotocol/server";

const manner = process.argv[2] ?? "";
let isOpen = manner !== "closed";
const OBJECT = { type: "object" as const };

function list(tools: readonly { readonly name: string; readonly inputSchema: any }[]): void {
  serveStdio(() => {
    const server = new Server({ name: manner, version: "1.0.0" }, { capabilities: { tools: {} } });
    server.setRequestHandler("tools/list", async () => ({ tools: [...tools] }));
    server.setRequestHandler("tools/call", async ({ params }) => {
      if (params.name === "connect") isOpen = true;
      if (!isOpen) return { isError: true, content: [{ type: "text", text: "connect first" }] };
      if (manner === "mute") await new Promise(() => undefined);
      if (manner === "dies-when-called" && JSON.stringify(params.arguments).length > 100_000) process.exit(9);
      return { content: [{ type: "text", text: JSON.stringify(params.arguments) }] };
    });
    return server;
  });
}

const ECHO = { name: "echo", inputSchema: { ...OBJECT, properties: { text: { type: "string" } }, required: ["text"] } };
const CONNECT = { name: "connect", inputSchema: { ...OBJECT, properties: {} } };
const NOTHING_FITS = {
  name: "impossible",
  inputSchema: { ...OBJECT, properties: { text: { allOf: [{ type: "string" }, { type: "number" }] } }, required: ["text"] },
};

switch (manner) {
  case "dies":
    console.error("no licence was found");
    process.exit(3);
    break;
  case "rubbish":
    console.log("Welcome!\nListening for great ideas");
    setInterval(() => undefined, 1000);
    break;
  case "hangs":
    setInterval(() => undefined, 1000);
    break;
  case "chatters":
    console.log("Welcome!");
    list([ECHO]);
    break;
  case "floods":
    for (let line = 0; line < 200; line++) process.stderr.write("x".repeat(100_000));
    list([ECHO]);
    break;
  case "empty":
    serveStdio(() => new McpServer({ name: "empty", version: "1.0.0" }));
    break;
  case "unsatisfiable":
    list([NOTHING_FITS, ECHO]);
    break;
  case "closed":
    list([CONNECT, ECHO]);
    break;
  default:
    list([ECHO]);
}
