// Made-up projects, written to a folder of the test's own.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { audit, type AuditRequest } from "../../src/audit/audit.ts";
import type { Audit } from "../../src/finding/report-data.ts";
import { temporaryFolder } from "../command.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

export function written(files: Files, folder = temporaryFolder()): string {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  return folder;
}

export const audited = (folder: string | readonly string[], request: Partial<AuditRequest> = {}): Promise<Audit> =>
  audit({ paths: [folder].flat(), target: "made-up", today: "2026-11-24", ...request });

export const whyNot = ({ notRead }: Pick<Audit, "notRead">, file: string): readonly string[] =>
  notRead.flatMap((one) => (one.file === file ? one.why : []));

/** The model chooses topic and message. */
export const OPEN_SERVER = `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Kafka } from "kafkajs";
import { z } from "zod";

const producer = new Kafka({ clientId: "shop", brokers: ["localhost:9092"] }).producer();
const server = new McpServer({ name: "shop", version: "1.0.0" });

server.registerTool("publish", { inputSchema: { topic: z.string(), message: z.string() } }, async ({ topic, message }) => {
  await producer.send({ topic, messages: [{ value: message }] });
  return { content: [{ type: "text", text: "sent" }] };
});
`;
