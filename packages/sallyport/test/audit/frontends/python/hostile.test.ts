import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { python } from "../../../../src/audit/frontends/python/index.ts";
import { FIELDLESS } from "../../../../src/audit/frontends/python/parse.ts";
import { block } from "./written.ts";
import { growthOf } from "../work.ts";

beforeAll(() => python.prepare());

const lower = (text: string): ReturnType<typeof python.lower> => python.lower({ file: "a.py", text });

test("a syntax error is named by its line, and the rest is lowered", () => {
  const { module, faults } = lower("x = 1\ndef f(:\n  pass\ny = 2\n");
  expect(faults).toEqual([{ line: 2, what: "syntax error: ) expected" }]);
  expect(block(module.body)).toMatch(/^let x = 1; .*let y = 2$/);
});

test("a file that ends too early says what is missing", () => {
  expect(lower("send(topic").faults).toEqual([{ line: 1, what: expect.stringContaining("syntax error") }]);
});

test.each(["", "\n", "\ufeffx = 1", "x = 1\r\ny = 2\r\n", "\0", "# only a comment", "\\"])("%j is a file", (text) => {
  expect(() => lower(text)).not.toThrow();
});

const repeat = (before: string, count: number, middle = "", after = ""): string => before.repeat(count) + middle + after.repeat(count);

const DEEP: readonly (readonly [string, (size: number) => string])[] = [
  ["brackets", (size) => `x = ${repeat("(", size, "y", ")")}`],
  ["lists", (size) => `x = ${repeat("[", size, "y", "]")}`],
  ["calls inside calls", (size) => `x = ${repeat("f(", size, "y", ")")}`],
  ["nots", (size) => `x = ${repeat("not ", size, "y")}`],
  ["lambdas", (size) => `x = ${repeat("lambda: ", size, "y")}`],
  ["conditions", (size) => `x = ${repeat("a if b else ", size, "c")}`],
  ["members", (size) => `x = a${".b".repeat(size)}`],
  ["chained calls", (size) => `x = a${".b(c)".repeat(size)}`],
  ["sums", (size) => `x = a${" + b".repeat(size)}`],
  ["differences", (size) => `x = a${" - b + c".repeat(size)}`],
  ["ands", (size) => `x = a${" and b".repeat(size)}`],
  ["comparisons", (size) => `x = a${" < b".repeat(size)}`],
  ["assignments", (size) => `${"x = ".repeat(size)}1`],
  ["elifs", (size) => `if a:\n  b\n${"elif c:\n  d\n".repeat(size)}`],
  ["statements", (size) => "f(x)\n".repeat(size)],
  ["items", (size) => `x = [${"1, ".repeat(size)}]`],
  ["strings", (size) => `x = ${"'a' ".repeat(size)}`],
  ["imports", (size) => Array.from({ length: size }, (_, index) => `import m${index}.a\n`).join("")],
  ["with items", (size) => `with a${", b".repeat(size)}: pass`],
  ["cases", (size) => `match x:\n${"  case [a, 1]: f()\n".repeat(size)}`],
  ["patterns", (size) => `match x:\n  case [${"1, ".repeat(size)}a]: f()\n`],
  ["alternatives", (size) => `match x:\n  case P() ${"| 1 ".repeat(size)}: f()\n`],
  ["chains inside chains", (size) => `x = ${repeat(`a${".b".repeat(50)}(`, size / 50, "y", `)${".c".repeat(50)}`)}`],
  ["rows inside rows", (size) => `x = ${repeat(`(a${" - b + c".repeat(50)} - `, size / 50, "y", ")")}`],
  ["fields", (size) => `class A:\n${"  x: str = f()\n".repeat(size)}`],
  [
    "indents",
    (size) => Array.from({ length: size / 20 }, (_, index) => `${" ".repeat(index)}if a:\n`).join("") + `${" ".repeat(size / 20)}f()\n`,
  ],
  ["classes in classes", (size) => Array.from({ length: size / 20 }, (_, index) => `${" ".repeat(index)}class A:\n`).join("")],
  ["functions in functions", (size) => Array.from({ length: size / 20 }, (_, index) => `${" ".repeat(index)}def f(x):\n`).join("")],
  ["names", (size) => Array.from({ length: size }, (_, index) => `if a:\n  n${index} = 1\n`).join("")],
  ["unions", (size) => `x: ${"A | ".repeat(size)}B`],
  ["subscripts in hints", (size) => `x: ${repeat("list[", size, "A", "]")}`],
  ["f-strings", (size) => `x = f'${"{a} ".repeat(size)}'`],
  ["errors", (size) => ") = (\n".repeat(size)],
];

const depthOf = (value: unknown): number => {
  let deepest = 0;
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    deepest = Math.max(deepest, next.depth);
    if (typeof next.value !== "object" || next.value === null) continue;
    for (const inner of Object.values(next.value)) waiting.push({ value: inner, depth: next.depth + 1 });
  }
  return deepest;
};

test.each(DEEP)("%s: any number is lowered, to a tree of bounded depth", (_, make) => {
  const { module } = lower(make(5000));
  expect(depthOf(module.body)).toBeLessThan(3000);
});

test.each(DEEP)("%s: work grows as their number", (_, make) => {
  expect(growthOf((size) => void lower(make(size)), 500)).toBeLessThan(9);
});

test("what is too deep is named, and its names flow on", () => {
  const { module, faults } = lower(`x = ${repeat("f(", 400, "secret", ")")}`);
  expect(faults).toEqual([{ line: 1, what: "nested too deeply" }]);
  expect(block(module.body)).toContain("secret");
});

test("repeated formatting of formatted text does not double", () => {
  const nested = Array.from({ length: 40 }).reduce<string>((inner) => `'{0}{0}'.format(${inner})`, "x");
  expect(block(lower(nested).module.body).length).toBeLessThan(1000);
});

const SAMPLE = readFileSync(new URL("sample.txt", import.meta.url), "utf8");

test("lowering never throws, whatever is cut out of a source or put into it", () => {
  const edit = fc.record({
    at: fc.nat(SAMPLE.length),
    cut: fc.nat(20),
    put: fc.constantFrom(
      "",
      "(",
      ")",
      ":",
      "\n",
      "  ",
      '"',
      "'''",
      "{",
      "}",
      "*",
      "lambda",
      "match x:",
      "@",
      "\\",
      "f'{",
      "=",
      "async ",
      "\0",
      "é",
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
      const text = edits.reduce((current, { at, cut, put }) => current.slice(0, at) + put + current.slice(at + cut), SAMPLE);
      expect(lower(text).module.language).toBe("python");
    }),
    { numRuns: 200 },
  );
});

test("the grammar gives no field to the children of nodes that are not asked for theirs", () => {
  const types = createRequire(import.meta.url)("tree-sitter-python/src/node-types.json") as { type: string; fields?: object }[];
  const withFields = types.filter(({ type, fields }) => FIELDLESS.has(type) && Object.keys(fields ?? {}).length > 0);
  // Of a match's cases, which are known by their type.
  expect(withFields.map(({ type }) => type)).toEqual(["block"]);
});

test("a file that is too much work for the parser is named, whatever else the machine does", () => {
  const { module, faults } = lower(`x = [${"1, ".repeat(700_000)}]\n`);
  expect(faults).toEqual([{ line: 1, what: "took too long to parse" }]);
  expect(module.body).toMatchObject([{ kind: "unread" }]);
});
