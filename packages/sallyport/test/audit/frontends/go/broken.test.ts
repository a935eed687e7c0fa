import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growthOf } from "../work.ts";
import { written } from "./notation.ts";
import { lowered } from "./reading.ts";

const SAMPLE = `package tools

import ("context"; "fmt"; mcp "github.com/mark3labs/mcp-go/mcp")

type Tool struct { Name string \`json:"name"\`; Handler func(context.Context) error }

func (t *Tool) Run(ctx context.Context, args map[string]any) (result string, err error) {
	subject, ok := args["subject"].(string)
	if !ok { return "", fmt.Errorf("missing %s", "subject") }
	for i, each := range []Tool{{Name: "a"}, {}} { go each.Handler(ctx); _ = i }
	switch v := args["x"].(type) { case string: result += v; default: panic(v) }
	select { case m := <-t.messages: send(m); default: }
	defer func() { recover() }()
	return fmt.Sprintf("%s.%d", subject, len(args)), nil
}
`;

describe("broken sources", () => {
  it.each([
    ["a missing brace", "package p\nfunc f() {\n a()\n", 4],
    ["nonsense", "package p\n\n%%% ??\n", 3],
    ["no Go at all", "<html>", 1],
    ["a missing name", "package p\nvar x = a.\n", 2],
  ])("%s is named with its line", (_, source, line) => {
    expect(lowered(source).faults[0]?.line).toBe(line);
  });

  it("keep what could be read", () => {
    const source = "package p\nfunc f() { a(x) }\nfunc g() { b( ; c(y) }\nfunc h() { d(z) }\n";
    const { module, faults } = lowered(source);
    expect(faults.length).toBeGreaterThan(0);
    expect(written(module.body)).toMatch(/a\(x\).*d\(z\)/);
  });

  it("between declarations lose neither imports nor functions", () => {
    const source = 'package p\n}}\nimport "os"\n)\nfunc g() { os.Exit(1) }\n';
    expect(written(lowered(source).module.body)).toMatch(/^import os as \[\* os\].*#exit\(1\)/);
  });

  it("are not what these are", () => {
    for (const source of ["", "package p", "\uFEFFpackage p\r\nvar x = 1\r\n", "package p\nvar p = new(f(x))\nvar q = new(T)\n"]) {
      expect(lowered(source).faults).toEqual([]);
    }
  });

  it("never make it throw", () => {
    const cut = fc.record({
      at: fc.nat(SAMPLE.length),
      length: fc.nat(40),
      put: fc.constantFrom("", "{", "}", "(", ")", ":=", "[", "\0", "func", "`", '"'),
    });
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 5 }), (cuts) => {
        let source = SAMPLE;
        for (const { at, length, put } of cuts) source = source.slice(0, at) + put + source.slice(at + length);
        const { module, faults } = lowered(source);
        written(module.body);
        return faults.every((each) => each.line > 0);
      }),
      { numRuns: 300 },
    );
  });
});

const DEEP = 20_000;

describe("hostile sources", () => {
  it.each([
    ["parentheses", `var x = ${"(".repeat(DEEP)}a${")".repeat(DEEP)}`],
    ["calls", `var x = ${"f(".repeat(DEEP)}a${")".repeat(DEEP)}`],
    ["selectors", `var x = a${".b".repeat(DEEP)}`],
    ["sums", `var x = a${" + b".repeat(DEEP)}`],
    ["signs", `var x = ${"!".repeat(DEEP)}a`],
    ["types", `var x ${"[]".repeat(DEEP)}int`],
    ["blocks", `func f() { ${"{".repeat(DEEP)}${"}".repeat(DEEP)} }`],
    ["else", `func f() { ${"if a {} else ".repeat(DEEP)}{} }`],
    ["literals", `var x = T{${"{".repeat(DEEP)}${"}".repeat(DEEP)}}`],
    ["functions", `var x = ${"func() { return ".repeat(DEEP)}1${" }".repeat(DEEP)}`],
  ])("%s nested without end are survived, and what is in them is kept or named", (_, source) => {
    const { module, faults } = lowered(`package p\n${source}`);
    expect(module.body.length).toBeGreaterThan(0);
    written(module.body);
    expect(faults.length).toBeLessThan(3);
  });

  it("are as much more work as they are longer", () => {
    const part = SAMPLE.slice(SAMPLE.indexOf("type"));
    expect(growthOf((times) => void lowered(SAMPLE + part.repeat(times)), 20)).toBeLessThan(9);
  });
});
