// A server on SQS that leaves everything to the model: queue and attributes; and one tool for its orders.
import { SQS } from "@aws-sdk/client-sqs";
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { clientSettings } from "./sqs-client.ts";

const client = new SQS(clientSettings(process.env["SQS_URL"] ?? ""));
for (const QueueName of ["orders", "audit"]) await client.createQueue({ QueueName });

const TEXT = { type: "string" };
const OBJECT = { type: "object" };
const tool = (name: string, required: readonly string[], properties: Record<string, { readonly type: string }>) => ({
  name,
  inputSchema: { type: "object" as const, required: [...required], properties },
});
const TOOLS = [
  tool("publish", ["queue", "message"], { queue: TEXT, message: OBJECT, attributes: OBJECT }),
  tool("order", ["text"], { text: TEXT }),
];

async function send(queue: string, message: unknown, attributes: Record<string, unknown> = {}): Promise<void> {
  const { QueueUrl } = await client.getQueueUrl({ QueueName: queue });
  const given = Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: String(value) }]);
  await client.sendMessage({ QueueUrl, MessageBody: JSON.stringify(message), MessageAttributes: Object.fromEntries(given) });
}

serveStdio(() => {
  const server = new Server({ name: "sqs-wrong", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: TOOLS }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    const given = (params.arguments ?? {}) as Record<string, any>;
    if (params.name === "order") await send("orders", { id: crypto.randomUUID(), type: "order", text: given["text"] });
    else await send(String(given["queue"]), given["message"], given["attributes"]);
    return { content: [{ type: "text", text: "published" }] };
  });
  return server;
});
