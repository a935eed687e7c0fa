// What a house says of its own functions: wrappers that publish, allowlists that refuse.
import { describe, expect, test } from "vitest";
import { audited, type Files, written } from "./written.ts";

const RULE = "client-chosen-destination";

/** `file:line` of the rule's findings. */
async function found(files: Files, configuration: string): Promise<readonly string[]> {
  const { findings } = await audited(written({ ...files, ...(configuration !== "" && { "sallyport.audit.yaml": configuration }) }));
  return findings.filter(({ rule }) => rule === RULE).map(({ file, line }) => `${file}:${line}`);
}

const server = (call: string): string => `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { emit, Bus, assertTopic, isTopic, connect } from "@acme/bus";
import { Kafka } from "kafkajs";
import { z } from "zod";
const producer = new Kafka({ clientId: "shop", brokers: ["localhost:9092"] }).producer();
const server = new McpServer({ name: "shop", version: "1.0.0" });
server.registerTool("publish", { inputSchema: { topic: z.string(), text: z.string().max(99) } }, async ({ topic, text }) => {
${call}
  return { content: [] };
});
`;

describe("a wrapper publishes", () => {
  const wrappers = "wrappers:\n  - { function: emit, destination: 0, payload: 1 }\n  - { function: Bus.send, destination: 1 }\n";

  test.each([
    ["a function of a library that no model speaks of", { "a.ts": server("  await emit(topic, text);") }, ["a.ts:8"]],
    ["a method of that name", { "a.ts": server("  await connect().emit(topic, text);") }, ["a.ts:8"]],
    ["with a destination of the server's own", { "a.ts": server(`  await emit("notes", text);`) }, []],
    ["another function", { "a.ts": server("  await emitted(topic, text);") }, []],
    [
      "a method of the program's own class, whatever the object is called",
      {
        "a.ts": server("  await bus.send(1, topic);")
          .replace("Bus, ", "")
          .replace("const server", "class Bus { send(n, to) {} }\nconst bus = new Bus();\nconst server"),
      },
      ["a.ts:10"],
    ],
    [
      "a function of the program's own under another name",
      {
        "a.ts": server("  await say(topic, text);").replace("import { emit, Bus", 'import { emit as say } from "./own.js";\nimport { Bus'),
        "own.ts": "export async function emit(topic: string, text: string) { await fetch(topic, { body: text }); }\n",
      },
      ["a.ts:9"],
    ],
    [
      "in Python, by keyword",
      {
        "a.py": `from mcp.server.fastmcp import FastMCP

mcp = FastMCP("shop")


def emit(topic: str, text: str) -> None:
    pass


@mcp.tool()
def publish(topic: str, text: str) -> str:
    emit(text="x", topic=topic)
    return "sent"
`,
      },
      ["a.py:12"],
    ],
  ] as const)("%s", async (_what, files, places) => {
    expect(await found(files, wrappers)).toEqual(places);
    expect(await found(files, "")).toEqual([]);
  });
});

describe("an allowlist refuses", () => {
  const send = "  await producer.send({ topic, messages: [{ value: text }] });";
  const allowlists = `allowlists:
  - { function: assertTopic, refuses: throws }
  - { function: isTopic, argument: 0, refuses: returns-false }
`;

  test.each([
    ["what throws, from there on", `  assertTopic(topic);\n${send}`, 0],
    ["what answers, where it says yes", `  if (!isTopic(topic)) throw new Error("no");\n${send}`, 0],
    ["not where its answer is dropped", `  isTopic(topic);\n${send}`, 1],
    ["not where it says no", `  if (isTopic(topic)) throw new Error("no");\n${send}`, 1],
    ["not what it was not asked about", `  assertTopic(text);\n${send}`, 1],
    ["not before it is asked", `${send}\n  assertTopic(topic);`, 1],
    ["not on a way around it", `  if (text === "x") assertTopic(topic);\n${send}`, 1],
  ])("%s", async (_what, call, times) => {
    expect(await found({ "a.ts": server(call) }, allowlists)).toHaveLength(times);
    expect(await found({ "a.ts": server(call) }, "")).toHaveLength(1);
  });
});

test("what somebody else's project says of its functions is not heard", async () => {
  const files = {
    "a.ts": server(`  assertTopic(topic);\n  await producer.send({ topic, messages: [{ value: text }] });`),
    "sallyport.audit.yaml": "allowlists: [{ function: assertTopic, refuses: throws }]\n",
  };
  const { findings } = await audited(written(files), { foreign: true });
  expect(findings.map(({ rule }) => rule)).toContain(RULE);
});
