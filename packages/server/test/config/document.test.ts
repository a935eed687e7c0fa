import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plain, readDocument } from "../../src/config/document.ts";
import { FILE, marked, refusalOf } from "./marked.ts";

const read = (text: string, env: Record<string, string> = {}): unknown => plain(readDocument(text, FILE, env));

describe("what makes a file mean something else than it shows is refused, with line and column", () => {
  test.each([
    ["an anchor", "a: &x ▶1"],
    ["an alias", "a: 1\nb: [▶*x]"],
    ["a bomb of aliases", `a: &a ▶[1]\nb: &b [*a, *a]\nc: &c [*b, *b]`],
    ["a tag", "a: !!str ▶5"],
    ["a custom tag", "a: ▶!secret x"],
    ["a binary", "a: ▶!!binary aGk="],
    ["a merge key", "a:\n  ▶<<: { b: 1 }"],
    ["a key given twice", "a: 1\nb:\n  c: 1\n  ▶c: 2"],
    ["a key given twice in JSON", '{"a": 1, ▶"a": 2}'],
    ["a key given twice, once in quotes", 'a: 1\n▶"a": 2'],
    ["a key that is a list", "? ▶[a]\n: 1"],
    ["a key named __proto__", "a: { ▶__proto__: { b: 1 } }"],
    ["a YAML 1.1 directive", "▶%YAML 1.1\n---\na: yes"],
    ["a number beyond 2^53", "a: ▶9007199254740993"],
    ["a number beyond all", "a: ▶1e999"],
    ["not a number", "a: ▶.nan"],
    ["a tab as indentation", "a:\n▶\tb: 1"],
    ["an escape that does not exist", String.raw`a: "b▶\q"`],
    ["nothing", "▶"],
    ["a comment alone", "▶# nothing"],
  ])("%s", (_what, source) => {
    const { text, place } = marked(source);
    const refusal = refusalOf(() => read(text));
    expect([refusal.code, refusal.place]).toEqual(["ERR_CONFIG_INVALID", place]);
    expect(refusal.remedy).toBeTruthy();
  });

  test("an alias is called one", () => {
    expect(refusalOf(() => read("a: 1\nb: [*x]")).message).toContain("an alias");
  });

  test("two documents", () => {
    expect(refusalOf(() => read("a: 1\n---\nb: 2")).place).toBe(`${FILE}:2:1`);
  });

  test("[OPS-05] no syntax error quotes the file", () => {
    const syntax = [
      "a: [hunter2",
      'a: "hunter2',
      "hunter2: *hunter2",
      "a: !hunter2 x",
      "a: b: hunter2",
      "{hunter2",
      "- hunter2\nhunter2",
      "%hunter2\n---\na: 1",
    ];
    for (const text of syntax) expect(refusalOf(() => read(text)).message, text).not.toContain("hunter2");
  });
});

describe("hostile size", () => {
  test.each([["["], ["{a: "], ["- "], ['{"a":'], ["? "]])("20,000 times %s is refused and not recursed into", (opening) => {
    expect(refusalOf(() => read(opening.repeat(20_000))).code).toBe("ERR_CONFIG_INVALID");
  });

  test("nesting beyond 64 levels is refused", () => {
    expect(read("[".repeat(60) + "]".repeat(60))).toBeDefined();
    expect(refusalOf(() => read("[".repeat(70) + "]".repeat(70))).message).toContain("64 levels");
  });

  test("more than a mebibyte is refused", () => {
    expect(refusalOf(() => read(`a: ${"x".repeat(1024 * 1024)}`)).message).toContain("larger");
  });
});

test("whatever JSON within 2^53 is read as JSON.parse reads it", () => {
  const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !/\d{16}|e\+|__proto__|\$\{|"<<":/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(fc.record({ a: json }), fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(read(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

describe("${NAME}", () => {
  test("stands for an environment variable, in values alone", () => {
    expect(read("a: x-${ONE}-${TWO}\n${ONE}: 1", { ONE: "1", TWO: "2" })).toEqual({ a: "x-1-2", "${ONE}": 1 });
  });

  test("is text for good: not YAML, and not looked through again", () => {
    const hostile = "{ b: 1 }\nc: ${TWO}";
    expect(read("a: ${ONE}", { ONE: hostile, TWO: "2" })).toEqual({ a: hostile });
    expect(read("a: ${ONE}", { ONE: "12" })).toEqual({ a: "12" });
  });

  test("$${ stands for the characters", () => {
    expect(read("a: $${ONE} $${ x", {})).toEqual({ a: "${ONE} ${ x" });
  });

  test("in no number, comment or key", () => {
    expect(read("# ${NONE}\na: 1", {})).toEqual({ a: 1 });
  });

  test.each([
    ["a variable that is not set", "a: b\nc: x-▶${NONE}"],
    ["the second of two", "a: ${SET} ▶${NONE}"],
    ["one after an escaped one", "a: $${NONE} ▶${NONE}"],
    ["in quotes", 'a: "x ▶${NONE}"'],
    ["in a block", "a: |\n  one\n  two ▶${NONE}\n"],
    ["in a list", "a: [b, 'c▶${NONE}']"],
    ["one of the prototype's", "a: ▶${constructor}"],
    ["no name", "a: ▶${}"],
    ["no end", "a: ▶${NONE"],
    ["a name with a space", "a: ▶${NO NE}"],
  ])("is refused at its line and column: %s", (_what, source) => {
    const { text, place } = marked(source);
    const refusal = refusalOf(() => read(text, { SET: "set" }));
    expect([refusal.code, refusal.place]).toEqual(["ERR_CONFIG_INVALID", place]);
  });
});
