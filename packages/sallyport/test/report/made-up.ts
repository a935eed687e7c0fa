// A made-up audit of a server that does not exist: three findings that count, one that is accepted, one file not read.
import { gradeOf } from "../../src/finding/grade.ts";
import { withFingerprints } from "../../src/finding/fingerprint.ts";
import type { Finding } from "../../src/finding/finding.ts";
import type { Audit, Coverage, RuleInfo } from "../../src/finding/report-data.ts";
import { standardsOf } from "../../src/finding/standards.ts";
import type { ReportOptions } from "../../src/report/report.ts";

export const SOURCES: ReadonlyMap<string, string> = new Map([
  [
    "src/server.ts",
    `import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { publish } from "./bus.ts";

const server = new McpServer({ name: "notes", version: "1.0.0" });
server.registerTool("publish_event", { inputSchema: { topic: z.string(), data: z.any() } }, async (args) => {
  await publish(args.topic, args.data);
  return { content: [{ type: "text", text: "published" }] };
});
`,
  ],
  [
    "src/bus.ts",
    `import { kafka } from "./kafka.ts";

const producer = kafka.producer();

export async function publish(topic: string, data: unknown) {
	const value = JSON.stringify(data);
	await producer.send({ topic, messages: [{ value }] });
}
`,
  ],
  [
    "src/worker.ts",
    `export function listen(channel, store) {
  channel.consume("notes", async (message) => {
    try {
      await store.save(JSON.parse(message.content));
      channel.ack(message);
    } catch {
      channel.nack(message, false, true);
    }
  });
}
`,
  ],
  ["scripts/seed.ts", "await producer.send({ topic: process.argv[2], messages });\n"],
]);

const step = (file: string, line: number, column: number, what: string) => ({ file, line, column, what });
const TOPIC_PATH = [
  step("src/server.ts", 6, 101, "an agent calls the tool publish_event"),
  step("src/server.ts", 7, 17, "its argument topic is handed to publish"),
  step("src/bus.ts", 7, 24, "and is the topic that is sent to"),
];

const FOUND: readonly Omit<Finding, "fingerprint" | "standards">[] = [
  {
    rule: "client-chosen-topic",
    threats: ["DST-01"],
    axis: "confusion",
    severity: "critical",
    confidence: "high",
    surface: "product",
    file: "src/bus.ts",
    line: 7,
    column: 8,
    message: "The tool publish_event lets an agent name the Kafka topic that it publishes to.",
    notes: ["z.string() takes any text, so the schema limits nothing."],
    path: TOPIC_PATH,
    fix: "Map each event to its topic on the server, and take no topic from a caller.",
    status: "found",
  },
  {
    rule: "ungoverned-payload",
    threats: ["PUB-02"],
    axis: "injection",
    severity: "high",
    confidence: "medium",
    surface: "product",
    file: "src/bus.ts",
    line: 7,
    column: 8,
    message: "The tool publish_event publishes whatever an agent gives it.",
    notes: [],
    path: [],
    fix: "Give the event a strict schema and refuse unknown keys.",
    status: "found",
  },
  {
    rule: "requeue-without-limit",
    threats: ["PSN-01", "PSN-02"],
    axis: "poison",
    severity: "high",
    confidence: "high",
    surface: "product",
    file: "src/worker.ts",
    line: 7,
    column: 7,
    message: "A message that always fails is put back on the queue notes without end.",
    notes: ["No dead letter was found in the handler, in what it calls, or in the queue's arguments."],
    path: [],
    fix: "Count attempts in a store of your own, and dead-letter the message after a bounded number.",
    status: "not-determined",
  },
  {
    rule: "client-chosen-topic",
    threats: ["DST-01"],
    axis: "confusion",
    severity: "critical",
    confidence: "low",
    surface: "script",
    file: "scripts/seed.ts",
    line: 1,
    column: 7,
    message: "The script publishes to a topic that its caller names.",
    notes: [],
    path: [],
    fix: "Name the topic in the script.",
    status: "found",
    accepted: { by: "configuration", reason: "run by hand against a local broker", until: "2027-01-31" },
  },
];

const COVERAGE: Coverage = {
  files: 5,
  lines: 1204,
  languages: [{ language: "typescript", files: 5, lines: 1204 }],
  surfaces: { product: 4, test: 0, example: 0, script: 1, generated: 0 },
  tools: [{ name: "publish_event", file: "src/server.ts", line: 6 }],
  consumers: [{ name: "notes", file: "src/worker.ts", line: 2 }],
  brokerCalls: { kafka: 2, rabbitmq: 3 },
  unresolved: 1,
  bounded: [],
};

export function audit(changes: Partial<Audit> = {}): Audit {
  const findings =
    changes.findings ??
    withFingerprints(
      FOUND.map((found) => ({ ...found, standards: standardsOf(found.threats) })),
      (file) => SOURCES.get(file),
    );
  return {
    schema: 1,
    tool: { name: "sallyport", version: "0.1.0" },
    target: "notes-server",
    grade: gradeOf(findings, changes.coverage ?? COVERAGE),
    findings,
    notRead: [{ file: "src/vendor.min.js", why: "larger than 4 MB" }],
    coverage: COVERAGE,
    notes: [
      {
        file: "src/worker.ts",
        line: 3,
        what: "sallyport-ignore gives no reason, so it accepts nothing; write sallyport-ignore RULE: reason",
      },
    ],
    ...changes,
  };
}

/** Nothing found, nothing accepted, everything read. */
export const clean = (): Audit => audit({ findings: [], notRead: [], notes: [] });
/** A project that has nothing to do with brokers. */
export const nothing = (): Audit =>
  audit({ findings: [], notRead: [], notes: [], coverage: { ...COVERAGE, tools: [], consumers: [], brokerCalls: {} } });

const info = (id: string, title: string, rest: Pick<RuleInfo, "threats" | "axis" | "severity">): RuleInfo => ({
  id,
  title,
  ...rest,
  standards: standardsOf(rest.threats),
  page: `# ${title}\n\nWhat it is.\n\n## Wrong\n\n\`\`\`ts\nsend(args.topic);\n\`\`\`\n`,
});

export const RULES: readonly RuleInfo[] = [
  info("client-chosen-topic", "The agent names the topic", { threats: ["DST-01"], axis: "confusion", severity: "critical" }),
  info("ungoverned-payload", "The agent publishes anything", { threats: ["PUB-02"], axis: "injection", severity: "high" }),
  info("requeue-without-limit", "Retried without end", { threats: ["PSN-01", "PSN-02"], axis: "poison", severity: "high" }),
];

export const options = (changes: Partial<ReportOptions> = {}): ReportOptions => ({
  rules: RULES,
  sourceOf: (file) => SOURCES.get(file),
  colour: false,
  width: 100,
  ...changes,
});
