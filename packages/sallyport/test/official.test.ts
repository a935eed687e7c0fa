// The protocol's own tools against the ready-made server: the Inspector's command line, over both transports, and the
// official conformance suite, both revisions. What does not apply is listed with its reason, and nothing else may fail.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { start, starter, temporaryFolder } from "./command.ts";

const MODULES = join(import.meta.dirname, "..", "..", "..", "node_modules", "@modelcontextprotocol");
const INSPECTOR = join(MODULES, "inspector", "clients", "launcher", "build", "index.js");
const CONFORMANCE = join(MODULES, "conformance", "dist", "index.js");

function node(args: readonly string[]): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout })));
}

async function serving(): Promise<string> {
  const { contract } = await starter();
  const [, url = ""] = await start(["serve", contract, "--port", "0"]).says(/"url":"([^"]+)"/);
  return url;
}

describe("the Inspector's command line", () => {
  const ask = (target: readonly string[], more: readonly string[]) => node([INSPECTOR, "--cli", ...target, ...more]);
  const call = ["--method", "tools/call", "--tool-name", "note_created", "--tool-arg", "noteId=n1", "--tool-arg", "text=hello"];

  test("lists and calls tools over HTTP", async () => {
    const target = [await serving(), "--transport", "http"];
    const listed = await ask(target, ["--method", "tools/list"]);
    const { tools } = JSON.parse(listed.stdout) as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual(["note_created", "note_removed", "note_created_read"]);
    const called = await ask(target, call);
    expect(JSON.parse(called.stdout)).toMatchObject({ structuredContent: { type: "note.created", repeated: false } });
  });

  test("calls tools over standard input and output", async () => {
    const { folder } = await starter();
    const config = ["--config", join(folder, ".mcp.json"), "--server", "notes"];
    const called = await ask(config, call);
    expect(JSON.parse(called.stdout)).toMatchObject({ structuredContent: { type: "note.created", repeated: false } });
  });
});

const NO_PROMPTS = "the server has no prompts";
const NO_RESOURCES = "the server has no resources";
const NO_COMPLETION = "the server has nothing to complete";
const NO_LOGGING = "the protocol's logging is deprecated; the server logs to standard error";
const NO_TASKS = "the server does not offer the tasks extension: every call is answered at once";
const FIXTURE = "the scenario calls a tool of the suite's own example server; ours has the contract's tools alone";
const NOT_DECLARED = "no tool mirrors its arguments into headers";

/** Scenarios that fail, and why that is right. */
const EXCEPTIONS: readonly (readonly [RegExp, string])[] = [
  [/^prompts-/, NO_PROMPTS],
  [/^caching$/, NO_PROMPTS],
  [/^resources-/, NO_RESOURCES],
  [/^input-required-result-non-tool-request$/, NO_PROMPTS],
  [/^completion-/, NO_COMPLETION],
  [/^logging-|^tools-call-with-logging$/, NO_LOGGING],
  [/^tasks-/, NO_TASKS],
  [/^tools-call-/, FIXTURE],
  [/^elicitation-/, FIXTURE],
  [/^input-required-result-/, FIXTURE],
  [/^json-schema-2020-12$/, FIXTURE],
  [/^server-stateless$/, FIXTURE],
  [/^http-custom-header-server-validation$/, NOT_DECLARED],
];

/** A failure that an exception explains is about something that is not there, never about something done wrong. */
const ABSENT =
  /not found|Not testable|Prerequisite failed|Expected InputRequiredResult|capabilities\.extensions MUST be advertised|returned error code -32602|Method not found/i;

/** Scenarios that must pass whatever else is in the suite. */
const REQUIRED: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "2025-11-25",
    ["server-initialize", "ping", "tools-list", "server-sse-multiple-streams", "dns-rebinding-protection", "server-session-lifecycle"],
  ],
  [
    "2026-07-28",
    [
      "tools-list",
      "server-sse-multiple-streams",
      "dns-rebinding-protection",
      "http-header-validation",
      "input-required-result-validate-input",
    ],
  ],
]);

describe("the official conformance suite", () => {
  test.each([...REQUIRED])("%s: what applies passes", { timeout: 180_000 }, async (revision, required) => {
    const output = temporaryFolder();
    await node([CONFORMANCE, "server", "--url", await serving(), "--requirements", revision, "-o", output]);
    const results = resultsIn(output);
    const passed = [...results].filter(([, failures]) => failures.length === 0).map(([scenario]) => scenario);
    expect(passed).toEqual(expect.arrayContaining([...required]));
    const unexplained = [...results].filter(([scenario, failures]) => failures.length > 0 && !isExplained(scenario, failures));
    expect(unexplained).toEqual([]);
  });
});

const isExplained = (scenario: string, failures: readonly string[]): boolean =>
  EXCEPTIONS.some(([pattern]) => pattern.test(scenario)) && ABSENT.test(failures[0] ?? "");

/** Messages of failed checks by scenario, from the suite's own report. */
function resultsIn(folder: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    readdirSync(folder).map((name) => {
      const scenario = name.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT[\dA-Z-]+$/, "");
      const checks = JSON.parse(readFileSync(join(folder, name, "checks.json"), "utf8")) as { status: string; errorMessage?: string }[];
      return [scenario, checks.filter(({ status }) => status === "FAILURE").map(({ errorMessage = "" }) => errorMessage)];
    }),
  );
}
