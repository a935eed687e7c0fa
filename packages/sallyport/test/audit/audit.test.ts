// The plot of the audit, on made-up projects: what is found, how it is settled, and what is said of what was seen.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { judge } from "../../src/audit/found.ts";
import type { Infrastructure } from "../../src/audit/infrastructure/stated.ts";
import type { Draft, Rule } from "../../src/audit/rules/rule.ts";
import { at } from "../../src/audit/ir/place.ts";
import { writeBaseline } from "../../src/finding/baseline.ts";
import { interpret } from "../../src/audit/engine/interpreter.ts";
import { javascript } from "../../src/audit/frontends/javascript/index.ts";
import { loadModels } from "../../src/audit/models/load.ts";
import { audited, OPEN_SERVER, written } from "./written.ts";

describe("what is found", () => {
  test("is complete, in order, and says how the input gets there", async () => {
    const { findings, grade, coverage } = await audited(written({ "b/server.ts": OPEN_SERVER, "a/server.ts": OPEN_SERVER }));
    expect(findings.map(({ file }) => file)).toEqual(findings.map(({ file }) => file).toSorted());
    const finding = findings.find(({ rule }) => rule === "client-chosen-destination");
    expect(finding).toMatchObject({ file: "a/server.ts", line: 9, surface: "product", status: "found", axis: "confusion" });
    expect(finding?.path[0]).toMatchObject({ file: "a/server.ts", line: 8 });
    expect(finding?.excerpt).toContain("producer.send");
    expect(finding?.standards).toContain("CWE-99");
    expect(finding?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(grade.letter).not.toBe("A");
    expect(coverage).toMatchObject({ files: 2, lines: 22, languages: [{ language: "javascript", files: 2, lines: 22 }] });
    expect(coverage.tools.map(({ name, line }) => `${name}:${line}`)).toEqual(["publish:8", "publish:8"]);
    expect(coverage.brokerCalls["kafka"]).toBeGreaterThan(0);
  });

  test("is the same in every run, in whatever order the files were made", async () => {
    const one = written({ "a.ts": OPEN_SERVER, "b/c.ts": OPEN_SERVER, "d.py": "x = 1\n" });
    const other = written({ "d.py": "x = 1\n", "b/c.ts": OPEN_SERVER, "a.ts": OPEN_SERVER });
    expect(await audited(one)).toEqual(await audited(other));
  });

  test("reads what stands beside the source: an open broker in Compose, a role that may do everything", async () => {
    const compose = 'services:\n  broker:\n    image: rabbitmq:4\n    ports: ["5672:5672"]\n';
    const { findings } = await audited(written({ "server.ts": OPEN_SERVER, "compose.yaml": compose }));
    expect(findings.filter(({ file }) => file === "compose.yaml")).toMatchObject([{ rule: "open-broker", threats: ["OPS-04"], line: 2 }]);
    const exclude = "exclude: [{ path: compose.yaml, reason: for the developers' machines alone }]\n";
    const without = await audited(written({ "server.ts": OPEN_SERVER, "compose.yaml": compose, "sallyport.audit.yaml": exclude }));
    expect(without.findings.filter(({ file }) => file === "compose.yaml")).toEqual([]);
  });

  test("has the same fingerprint after edits elsewhere", async () => {
    const before = await audited(written({ "server.ts": OPEN_SERVER }));
    const after = await audited(written({ "src/server.ts": `// A comment.\n\n${OPEN_SERVER}`, "other.ts": "export const a = 1;\n" }));
    expect(after.findings.map(({ fingerprint }) => fingerprint)).toEqual(before.findings.map(({ fingerprint }) => fingerprint));
  });
});

describe("of rules", () => {
  const analysis = interpret({
    language: "javascript",
    modules: [],
    resolve: () => ({ kind: "library", library: "", subpath: "" }),
    models: loadModels("javascript"),
  });
  const infrastructure: Infrastructure = { brokers: [], queues: [], grants: [] };
  const seen = {
    infrastructure,
    surfaceOf: () => "product" as const,
    sourceOf: (file: string) => (file === "a.ts" ? "one();\ntwo();\n" : undefined),
  };
  const rule = (...drafts: readonly Draft[]): Rule => ({
    id: "made-up",
    title: "Made up",
    threats: ["DST-01"],
    axis: "confusion",
    severity: "high",
    fix: "Do.",
    judge: () => drafts,
  });
  const draft: Draft = { file: "a.ts", at: at(2, 1), message: "It is open." };

  test("one finding is made of each place, the surest, with what the others know", () => {
    const found = judge(
      [rule({ ...draft, confidence: "low", notes: ["a"] }, { ...draft, at: at(2, 4), notes: ["b"], threats: ["DST-03"] })],
      [analysis],
      seen,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ confidence: "high", threats: ["DST-01", "DST-03"], notes: ["b", "a"], line: 2 });
  });

  test("what a rule says of infrastructure is a finding once, however many languages the project has", () => {
    const found = judge([{ ...rule(), inspect: () => [draft] }], [analysis, analysis], seen);
    expect(found).toHaveLength(1);
  });

  test.each<[string, Rule]>([
    ["no line", rule({ ...draft, at: 0 })],
    ["a line that is not there", rule({ ...draft, at: at(9, 1) })],
    ["a file that is not there", rule({ ...draft, file: "b.ts" })],
    ["no message", rule({ ...draft, message: " " })],
    ["no threat", rule({ ...draft, threats: [] })],
    ["no remedy", { ...rule(draft), fix: "" }],
  ])("a finding with %s is refused", (_name, broken) => {
    expect(() => judge([broken], [analysis], seen)).toThrow(/made-up gave a finding/);
  });
});

describe("what a house says", () => {
  const remark = OPEN_SERVER.replace(
    "  await",
    "  // sallyport-ignore client-chosen-destination: a gateway, agreed with operations\n  await",
  );

  test("accepts findings by a remark, and they are shown", async () => {
    const { findings } = await audited(written({ "server.ts": remark }));
    expect(findings.find(({ rule }) => rule === "client-chosen-destination")?.accepted).toMatchObject({ by: "inline" });
  });

  test("is not heard where the target is somebody else's", async () => {
    const configuration = "accept:\n  - rule: unvalidated-payload\n    reason: we like it open\n";
    const { findings, notes } = await audited(written({ "server.ts": remark, "sallyport.audit.yaml": configuration }), { foreign: true });
    expect(findings.filter(({ accepted }) => accepted !== undefined)).toEqual([]);
    expect(notes?.map(({ what }) => what).join()).toMatch(/accept nothing/);
  });

  test("sets surfaces and leaves files out, which is said", async () => {
    const configuration = 'surfaces:\n  "lab/**": example\nexclude:\n  - path: old/**\n    reason: taken out next month\n';
    const result = await audited(
      written({ "lab/server.ts": OPEN_SERVER, "old/server.ts": OPEN_SERVER, "sallyport.audit.yaml": configuration }),
    );
    expect(new Set(result.findings.map(({ file, surface }) => `${file} ${surface}`))).toEqual(new Set(["lab/server.ts example"]));
    expect(result.notRead).toContainEqual({ file: "sallyport.audit.yaml", why: "excludes 1 file: taken out next month" });
  });

  test("is refused where it stands in two files", async () => {
    const folder = written({ "sallyport.audit.yaml": "", "sallyport.audit.json": "{}" });
    await expect(audited(folder)).rejects.toMatchObject({ code: "ERR_AUDIT_OPTION" });
  });

  test("is what the baseline knows, and new findings count", async () => {
    const folder = written({ "a.ts": OPEN_SERVER });
    const baseline = join(folder, "baseline.json");
    writeFileSync(baseline, writeBaseline((await audited(folder)).findings));
    written({ "b.ts": OPEN_SERVER.replaceAll("topic, messages", "topic: topic, messages") }, folder);
    const { findings } = await audited(folder, { baseline });
    expect(new Set(findings.filter(({ accepted }) => accepted?.by === "baseline").map(({ file }) => file))).toEqual(new Set(["a.ts"]));
    expect(findings.filter(({ accepted }) => accepted === undefined).every(({ file }) => file === "b.ts")).toBe(true);
  });
});

test("since a revision, only what touches changed files is shown, and the whole is graded", async () => {
  const helper = `import { Kafka } from "kafkajs";
const producer = new Kafka({ clientId: "shop", brokers: ["localhost:9092"] }).producer();
export const publish = (topic: string, value: string) => producer.send({ topic, messages: [{ value }] });
`;
  const server = `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import { publish } from "./helper.ts";
const server = new McpServer({ name: "shop", version: "1.0.0" });
server.registerTool("publish", { inputSchema: { topic: z.string(), message: z.string() } }, async ({ topic, message }) => {
  await publish(topic, message);
  return { content: [] };
});
`;
  const folder = written({ "helper.ts": helper, "server.ts": server, "other.ts": OPEN_SERVER });
  const git = (...args: string[]) => execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", "-C", folder, ...args]);
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "one");
  const all = await audited(folder);
  expect((await audited(folder, { since: "HEAD" })).findings).toEqual([]);
  // The call is in the helper, which is as it was; the way to it is not.
  writeFileSync(join(folder, "server.ts"), `${server}\n`);
  const shown = await audited(folder, { since: "HEAD" });
  expect(new Set(shown.findings.map(({ file }) => file))).toEqual(new Set(["helper.ts"]));
  expect(shown.grade).toEqual(all.grade);
  expect(shown.notes?.at(-1)?.what).toMatch(/touch no file changed since HEAD/);
});

describe("tests of the project", () => {
  const files = { "src/server.ts": "export {};\n", "test/server.test.ts": OPEN_SERVER };

  test("are counted and named, and not followed", async () => {
    const { findings, coverage, notRead } = await audited(written(files));
    expect([findings, coverage.surfaces.test]).toEqual([[], 1]);
    expect(notRead).toEqual([
      { file: "test/server.test.ts", why: "a test that the product does not import: not followed without --tests" },
    ]);
  });

  test.each([
    ["when asked", files, { tests: true }],
    ["when the product imports them", { ...files, "src/server.ts": 'import "../test/server.test.ts";\n' }, {}],
    ["when there is nothing else", { "test/server.test.ts": OPEN_SERVER }, {}],
  ])("are followed %s, and graded as tests", async (_name, project, request) => {
    const { findings } = await audited(written(project), request);
    expect(new Set(findings.map(({ surface }) => surface))).toEqual(new Set(["test"]));
  });
});

test("work grows with the project: twice the servers, twice the steps", () => {
  const stepsOf = (times: number): number => {
    const sources = Array.from({ length: times }, (_, index) => ({ file: `server${index}.ts`, text: OPEN_SERVER }));
    const files = sources.map(({ file }) => file);
    const resolve = javascript.resolver({ files, has: (file) => files.includes(file), read: () => undefined });
    const modules = sources.map((source) => javascript.lower(source).module);
    return interpret({ language: "javascript", modules, resolve, models: loadModels("javascript") }).steps;
  };
  const one = stepsOf(1);
  expect(one).toBeGreaterThan(10);
  for (const times of [2, 4, 8]) expect(stepsOf(times)).toBeLessThanOrEqual(one * times * 1.1);
});
