// Ways in which real servers come to their broker: through a shell, a server's lifespan, a client's callback.
import { expect, test } from "vitest";
import { type Files, marks, places } from "./marked.ts";

const COMMAND = `import { execSync } from "node:child_process";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";

const server = new McpServer({ name: "shop", version: "1.0.0" });
const run = (line: string): string => execSync(line, { encoding: "utf8" }); // RUN
`;
const command = (line: string): Files => ({
  "server.ts": `${COMMAND}
server.registerTool("act", { inputSchema: { topic: z.string(), message: z.string() } }, async ({ topic, message }) => {
  const said = run(\`${line}\`); // HERE
  return { content: [{ type: "text", text: String(said.length) }] };
});
`,
});

const PUBLISHING = [
  "echo '${message}' | kafka-console-producer --bootstrap-server kafka:9092 --topic ${topic}",
  "echo '${message}' | docker exec -i kafka kafka-console-producer --bootstrap-server kafka:9092 --topic ${topic}",
  "cd /opt && printf '%s' ${message} | /opt/kafka/bin/kafka-console-producer.sh --topic=${topic}",
  "kubectl exec -n kafka kafka-0 -- bash -c echo ${message} | kcat -P -t ${topic}",
  "docker exec nats nats pub ${topic} ${message}",
];

test.each(PUBLISHING)("[PUB-02] [DST-01] a shell's line publishes: %s", async (line) => {
  const files = command(line);
  expect(await places("client-chosen-destination", files)).toEqual(marks(files));
  expect(await places("unvalidated-payload", files)).toEqual(marks(files));
});

test.each([
  "docker exec kafka kafka-topics --bootstrap-server kafka:9092 --delete --topic ${topic}",
  "kafka-topics.sh --topic ${topic} --delete",
  "kafka-consumer-groups --group ${topic} --reset-offsets --to-latest --execute",
])("[DST-05] a shell's line deletes: %s", async (line) => {
  const files = command(line);
  expect(await places("administrative-tool", files)).toEqual(marks(files));
});

test.each([
  "kafka-topics --bootstrap-server kafka:9092 --list",
  "kafka-topics --describe --topic ${topic}",
  "kafka-consumer-groups --list",
])("[DST-05] a shell's line that only asks deletes nothing: %s", async (line) => {
  expect(await places("administrative-tool", command(line))).toEqual([]);
});

test("a program that is only spoken of in another's words is not run", async () => {
  expect(await places("client-chosen-destination", command("git commit -m kafka-console-producer --topic ${topic}"))).toEqual([]);
});

const lifespan = (from: string, parameter: string, context: string): Files => ({
  "server.py": `from contextlib import asynccontextmanager
from dataclasses import dataclass
import confluent_kafka
from ${from} import Context, FastMCP


@dataclass
class AppContext:
    sender: object


@asynccontextmanager
async def lifespan(server):
    sender = confluent_kafka.Producer({"bootstrap.servers": "localhost:9092"})
    try:
        yield AppContext(sender=sender)
    finally:
        sender.flush()


mcp = FastMCP("shop", lifespan=lifespan)


@mcp.tool()
def publish(topic: str, message: str${parameter}) -> str:
    ${context}.sender.produce(topic, message.encode())  # HERE
    return "sent"
`,
});

const WAYS_TO_CONTEXT = [
  ["mcp.server.fastmcp", ", ctx: Context", "ctx.request_context.lifespan_context"],
  ["mcp.server.fastmcp", ", about: Context", "about.request_context.lifespan_context"],
  ["mcp.server.fastmcp", "", "mcp.get_context().request_context.lifespan_context"],
  ["mcp.server.fastmcp", "", "Context.current().request_context.lifespan_context"],
  ["fastmcp", ", ctx: Context", "ctx.request_context.lifespan_context"],
  ["fastmcp", ", ctx: Context = None", "ctx.lifespan_context"],
] as const;

test.each(WAYS_TO_CONTEXT)("[DST-01] a client out of the server's lifespan: %s, %s, %s", async (from, parameter, context) => {
  const files = lifespan(from, parameter, context);
  expect(await places("client-chosen-destination", files)).toEqual(marks(files));
});

test("[REP-01] what a lifespan starts works on what a consumer queues later", async () => {
  const files = {
    "server.py": `import asyncio
import queue
from contextlib import asynccontextmanager
import paho.mqtt.client as mqtt
from mcp.server.fastmcp import FastMCP
from plant import start_motor


async def work(orders):
    while True:
        try:
            start_motor(orders.get_nowait())
        except queue.Empty:
            await asyncio.sleep(0.1)


@asynccontextmanager
async def lifespan(server):
    orders = queue.Queue()

    def on_order(client, userdata, message):
        orders.put(message.payload)  # HERE

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.message_callback_add("orders", on_order)
    client.connect("localhost", 1883, 60)
    task = asyncio.create_task(work(orders))
    try:
        yield {"client": client}
    finally:
        task.cancel()


mcp = FastMCP("shop", lifespan=lifespan)
`,
  };
  expect(await places("no-deduplication", files)).toEqual(marks(files));
});

test("[DST-01] a library's callback is handed more than its model names", async () => {
  const files = {
    "server.py": `import paho.mqtt.client as mqtt
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("shop")


@mcp.tool()
def publish(topic: str, message: str) -> str:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)

    def on_connect(client, userdata, flags, reason_code, properties):
        if reason_code == 0:
            client.publish(topic, message)  # HERE

    client.on_connect = on_connect
    client.connect("localhost", 1883, 60)
    client.loop_forever()
    return "sent"
`,
  };
  expect(await places("client-chosen-destination", files)).toEqual(marks(files));
});
