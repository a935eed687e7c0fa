// Whatever stands in the files of a project: the audit ends, and says what it could not read.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { audited, OPEN_SERVER, written } from "./written.ts";

const SAMPLES = {
  "server.ts": OPEN_SERVER,
  "server.py": `import json\nfrom mcp.server.fastmcp import FastMCP\nimport pika\n\nmcp = FastMCP("a")\nchannel = pika.BlockingConnection().channel()\n\n@mcp.tool()\ndef send(queue: str, body: str):\n    channel.basic_publish("", queue, json.dumps({"b": body}))\n    return f"{queue}"\n`,
  "server.go": `package main\n\nimport "github.com/nats-io/nats.go"\n\nfunc Send(nc *nats.Conn, subject string) error {\n\tfor i := range 3 {\n\t\tif err := nc.Publish(subject, []byte{byte(i)}); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n\treturn nil\n}\n`,
};
const NAMES = Object.keys(SAMPLES) as (keyof typeof SAMPLES)[];
const RUNS = Number(process.env["HOSTILE_RUNS"] ?? 60);

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "sallyport-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A piece taken out, put in twice, or replaced by tokens that open and close things. */
const mutation = fc.record({
  at: fc.nat(400),
  length: fc.nat(40),
  put: fc.oneof(
    fc.constantFrom(
      "",
      "(",
      ")",
      "{",
      "}",
      "[",
      "`",
      '"""',
      "=>",
      "async ",
      "await ",
      "yield ",
      "class A extends A ",
      "...",
      "\t",
      "\r",
      "\0",
      "\u2028",
      "#",
      "/*",
      "*/",
      "${",
      "def f(",
      "func ",
      "<-",
      ":=",
      "import ",
      "export * from './server.ts';",
      "lambda: ",
      "match x:\n",
    ),
    fc.string({ unit: "binary", maxLength: 12 }),
  ),
});

test("mutated sources never end it early", async () => {
  const changed = fc.record({ name: fc.constantFrom(...NAMES), mutations: fc.array(mutation, { minLength: 1, maxLength: 6 }) });
  await fc.assert(
    fc.asyncProperty(changed, async ({ name, mutations }) => {
      let text: string = SAMPLES[name];
      for (const { at, length, put } of mutations) text = text.slice(0, at) + put + text.slice(at + length);
      const { coverage } = await audited(written({ [name]: text }, folder));
      expect(coverage.files).toBeGreaterThan(0);
    }),
    { numRuns: RUNS },
  );
});

test("random bytes never end it early", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...NAMES), fc.uint8Array({ maxLength: 300 }), async (name, bytes) => {
      const { schema } = await audited(written({ [name]: bytes }, folder));
      expect(schema).toBe(1);
    }),
    { numRuns: RUNS },
  );
});

/** Deep, wide and long, each within what is read of one file. */
const DEEP = 20_000;
const SHAPES: readonly (readonly [string, string, string])[] = [
  ["nested arrays", "a.js", `x(${"[".repeat(DEEP)}${"]".repeat(DEEP)});`],
  ["nested calls", "a.ts", `${"f(".repeat(DEEP)}${")".repeat(DEEP)};`],
  ["nested functions", "a.js", `${"(()=>".repeat(DEEP)}1${")".repeat(DEEP)};`],
  ["a long chain", "a.js", `x${".then(y)".repeat(DEEP)};`],
  ["a long sum", "a.js", `x = ${"a + ".repeat(DEEP)}b;`],
  ["a long else-if", "a.js", `${"if (a) {} else ".repeat(DEEP)}{}`],
  ["a huge array", "a.js", `export const a = [${"1,".repeat(200_000)}];`],
  ["a huge object", "a.ts", `export const a = {${Array.from({ length: 50_000 }, (_, index) => `k${index}: ${index}`).join()}};`],
  ["nested lists", "a.py", `x = ${"[".repeat(DEEP)}${"]".repeat(DEEP)}\n`],
  ["nested blocks", "a.py", Array.from({ length: 400 }, (_, index) => `${" ".repeat(index)}if a:\n`).join("")],
  ["a long sum", "a.py", `x = ${"a + ".repeat(DEEP)}b\n`],
  ["nested composites", "a.go", `package a\nvar x = ${"[]any{".repeat(5000)}${"}".repeat(5000)}\n`],
  ["a long chain", "a.go", `package a\nfunc f() { x${".Y()".repeat(DEEP)} }\n`],
];

test.each(SHAPES)("%s in %s are read or named", async (_name, file, text) => {
  const result = await audited(written({ [file]: text, "server.ts": OPEN_SERVER }));
  expect(result.findings.some((finding) => finding.file === "server.ts")).toBe(true);
});

test("the sources that are mutated are read whole as they are", async () => {
  const { notRead, coverage } = await audited(written(SAMPLES));
  expect([notRead, coverage.files]).toEqual([[], 3]);
});

test("the patterns that read sources are not slowed by any text", async () => {
  const started = performance.now();
  const evil = ["// sallyport-ignore ", "/*", "a, ".repeat(20_000), " ".repeat(100_000), "'".repeat(50_000)].join("");
  await audited(written({ "a.js": `${evil}*/\n`.repeat(3), "a.py": `# sallyport-ignore${" ".repeat(100_000)}x\n`.repeat(3) }));
  expect(performance.now() - started).toBeLessThan(20_000);
});
