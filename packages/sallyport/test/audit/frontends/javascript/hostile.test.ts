// What no source may do: stop the audit, hang it, or be skipped without a word.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lower } from "../../../../src/audit/frontends/javascript/lower.ts";
import { tooDeepAt } from "../../../../src/audit/frontends/javascript/nesting.ts";
import { growthOf } from "../work.ts";

const lowered = (text: string, file = "a.ts"): ReturnType<typeof lower> => lower({ file, text });
const faultsOf = (text: string, file?: string): string[] => lowered(text, file).faults.map(({ what }) => what);

describe("syntax errors are named with their line", () => {
  it("where nothing can be recovered", () => {
    const { module, faults } = lowered("let a = 1;\nlet b = ;\n");
    expect(module.body).toEqual([]);
    expect(faults).toEqual([{ line: 2, what: "Unexpected token" }]);
  });

  it("where the rest can be read", () => {
    const { module, faults } = lowered("function f() {\n  for await (const a of b) {}\n}\nimport c from 'c';");
    expect(module.body).toHaveLength(2);
    expect(faults.map(({ line }) => line)).toEqual([2]);
  });
});

describe("every dialect is read without a fault", () => {
  it.each([
    ["a.js", "return 1"],
    ["a.cjs", "return require('x')"],
    ["a.js", "const a = <div />"],
    ["a.js", "import a from 'b'; await a"],
    ["a.ts", "for await (const a of b) {}"],
    ["a.js", "function f(a: string): number { return 1 }"],
    ["a.tsx", "const a = <T,>(b: T) => <div>{b}</div>"],
    ["a.cts", "import a = require('a'); export = a"],
    ["a.mts", "const a = <T>b"],
    ["a.d.ts", "export declare function f(a: string): void"],
    ["a.js", "#!/usr/bin/env node\nvar a = 010; with (a) {}"],
  ])("%s: %s", (file, text) => {
    expect(faultsOf(text, file)).toEqual([]);
  });
});

/** Sources that are nested, or go on, as often as one likes. */
const GROWING: Record<string, (n: number) => string> = {
  parentheses: (n) => "(".repeat(n) + "1" + ")".repeat(n),
  arrays: (n) => `x = ${"[".repeat(n)}${"]".repeat(n)}`,
  objects: (n) => `x = ${"{a:".repeat(n)}1${"}".repeat(n)}`,
  calls: (n) => "f(".repeat(n) + ")".repeat(n),
  callbacks: (n) => "f(() => {".repeat(n) + "})".repeat(n),
  blocks: (n) => "{".repeat(n) + "}".repeat(n),
  templates: (n) => "`${".repeat(n) + "1" + "}`".repeat(n),
  classes: (n) => "x = class { a = ".repeat(n) + "1" + "}".repeat(n),
  patterns: (n) => `let ${"[".repeat(n)}a${"]".repeat(n)} = 1`,
  types: (n) => `let x: ${"[".repeat(n)}${"]".repeat(n)}`,
  generics: (n) => `let x: ${"A<".repeat(n)}B${">".repeat(n)}`,
  comparisons: (n) => "a < ".repeat(n) + "b",
  arrows: (n) => "() => ".repeat(n) + "a",
  branches: (n) => "if (a) ".repeat(n) + ";",
  labels: (n) => "a:".repeat(n) + ";",
  sums: (n) => `x = ${"a + ".repeat(n)}a`,
  powers: (n) => `x = ${"a ** ".repeat(n)}a`,
  chains: (n) => `x${".f()".repeat(n)}`,
  indexes: (n) => `x${"[0]".repeat(n)}`,
  "immediate calls": (n) => `f${"()".repeat(n)}`,
  "else ifs": (n) => "if (a) {} else ".repeat(n) + "{}",
  conditionals: (n) => "a ? b : ".repeat(n) + "c",
  assignments: (n) => "exports.a = ".repeat(n) + "1",
  negations: (n) => "!".repeat(n) + "a",
  news: (n) => "new ".repeat(n) + "A",
  "object sums": (n) => `x = ${"{} + ".repeat(n)}1`,
  "function sums": (n) => "!function () {} + ".repeat(n) + "1",
  unclosed: (n) => "(".repeat(n),
};

describe("a source that is nested without end is named as such, and ends nothing", () => {
  it.each(Object.entries(GROWING))("%s", (_, grow) => {
    expect(faultsOf(grow(100_000)).length).toBeGreaterThan(0);
    // As deep as still may be read, whole or in part.
    for (const n of [100, 1000, 3000, 9000]) expect(() => lowered(grow(n))).not.toThrow();
  });

  it.each(Object.entries(GROWING).filter(([name]) => name !== "unclosed"))("%s, a hundred of them, are read", (_, grow) => {
    expect(faultsOf(grow(100))).toEqual([]);
  });

  it.each(["sums", "chains", "else ifs", "conditionals"])("%s, two thousand of them, are read", (name) => {
    expect(faultsOf(GROWING[name]?.(2000) ?? "")).toEqual([]);
  });

  it("signs in strings, comments, templates and regular expressions count for nothing", () => {
    const brackets = "(".repeat(5000);
    const text = `f("${brackets}"); // ${brackets}\n/* ${brackets} */ g(/[${brackets}]/, \`${brackets}\${1}${brackets}\`); if (a) /${"[".repeat(5000)}]/.test(b)`;
    expect(tooDeepAt(text, true)).toBeUndefined();
    expect(faultsOf(text.replace("if (a)", "//"))).toEqual([]);
  });

  it("a file without semicolons is many statements", () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => [
      `const a${index} = b ? c : d`,
      "f(a)",
      "x = y",
      "if (a) b()",
      "type T = A<B>",
    ]).flat();
    expect(tooDeepAt(lines.join("\n"), true)).toBeUndefined();
  });
});

const LONG: Record<string, (n: number) => string> = {
  statements: (n) => "publish(topic, { a: 1 });\n".repeat(n),
  "one line": (n) => `x=[${'f("a",b),'.repeat(n)}]`,
  variables: (n) => `if (a) { ${Array.from({ length: n }, (_, index) => `var a${index} = 1;`).join("")} }`,
  exports: (n) => Array.from({ length: n }, (_, index) => `exports.a${index} = f(exports.a${index});`).join(""),
  methods: (n) => `class A { ${"m() { return this.x }\n".repeat(n)} }`,
  types: (n) => `type A = ${'"a" | '.repeat(n)}"b"`,
};

describe("work grows as the source does", () => {
  it("and would be seen to grow as its square", () => {
    const again = (size: number): void => {
      for (let time = 0; time < size; time++) lowered("f(a);\n".repeat(size));
    };
    expect(growthOf(again, 20)).toBeGreaterThan(30);
  });

  it.each(Object.entries(LONG))("%s", (_, grow) => {
    expect(growthOf((size) => void lowered(grow(size)), 1000)).toBeLessThan(9);
  });
});

const SOURCE = `import { Kafka } from "kafkajs";
@A() export class B<T> extends C implements D { #x = 1; constructor(private readonly y: Z = {}) { super(); }
  async *m({ a, ...b }: T, [c] = [1]) { for await (const d of e) { yield \`f\${d?.g!.h}\`; } } static { this.i = /j/u; } }
const k_1 = __importStar(require("k")); exports.l = exports.m = (0, k_1.n)(o); module.exports = { p, get q() { return 1n } };
label: for (let i = 0; i < 1; i++) { switch (r) { case 1: default: continue label; } }
namespace S { export enum U { V, W = "x" } } type X = keyof Y[number] | (a: B) => void; export default (a as any) satisfies C;
try { if (a) throw b; else if (c) do {} while (d) } catch { } finally { var v = new.target; }`;

describe("lowering never throws", () => {
  it("on sources with parts cut out, doubled and swapped", () => {
    const cut = fc.tuple(
      fc.nat(SOURCE.length),
      fc.nat(40),
      fc.nat(SOURCE.length),
      fc.constantFrom("", "(", "}", "`", "/", "=>", "exports.", "@", "\\u{"),
    );
    const files = fc.constantFrom("a.ts", "a.tsx", "a.js", "a.cjs", "a.mts", "a.d.ts");
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 4 }), files, (cuts, file) => {
        const text = cuts.reduce(
          (source, [from, size, to, sign]) => source.slice(0, from) + sign + source.slice(from + size) + source.slice(to, to + size),
          SOURCE,
        );
        // What the last resort catches would be a mistake of the parts.
        expect(faultsOf(text, file).filter((what) => what.startsWith("could not be read"))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("on statements in any order", () => {
    const pieces = SOURCE.split(/(?<=[;}])\s+/);
    fc.assert(
      fc.property(fc.shuffledSubarray(pieces), (some) => {
        expect(faultsOf(some.join("\n"), "a.ts").filter((what) => what.startsWith("could not be read"))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
