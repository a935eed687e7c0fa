import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { SchemaIssue } from "@sallyport/guard";
import { marked, oneEvent, parse, refusalOf, withProperty } from "./marked.ts";

function issuesOf(source: string, data: unknown): readonly SchemaIssue[] {
  const result = parse(source).contract.events.get("note.created")!.schema["~standard"].validate(data);
  if (result instanceof Promise) throw new Error("validation is not a promise here");
  return result.issues ?? [];
}

const accepts = (property: string, value: unknown): boolean => issuesOf(withProperty(property), { noteId: value }).length === 0;

describe("a schema of a file judges as it says and changes nothing", () => {
  test.each([
    ["{ type: string, maxLength: 3 }", ["", "abc", "😀😀😀"], ["abcd", "😀😀😀😀", 1, null, ["a"]]],
    ["{ type: integer, minimum: 1 }", [1, 2.0], [0, 1.5, "1", true]],
    ["{ type: boolean }", [true], ["true", 1, 0]],
    ["{ type: [string, 'null'] }", ["a", null], [1]],
    ["{ enum: [a, 1] }", ["a", 1], ["b", "1"]],
    ["{ type: string, maxLength: 8, pattern: '^[a-z]+$' }", ["abc"], ["ABC", "abc\n"]],
    ["{ type: string, format: date-time }", ["2026-11-23T00:00:00Z"], ["2026-13-23T00:00:00Z", "now"]],
    ["{ type: string, format: uuid }", ["123e4567-e89b-42d3-a456-426614174000"], ["123"]],
    ["{ type: array, maxItems: 2, uniqueItems: true, items: { type: string } }", [["a", "b"]], [["a", "a"], ["a", "b", "c"], [1]]],
    ["{ anyOf: [{ type: string, maxLength: 1 }, { type: integer }] }", ["a", 5], ["ab", null]],
    ["{ $ref: '#/$defs/x' } }, $defs: { x: { type: string, maxLength: 1 }", ["a"], ["ab"]],
  ])("%s", (property, good, bad) => {
    for (const value of good) expect(accepts(property, value), JSON.stringify(value)).toBe(true);
    for (const value of bad) expect(accepts(property, value), JSON.stringify(value)).toBe(false);
  });

  test("[PUB-02] an unknown key is refused, not stripped", () => {
    expect(issuesOf(oneEvent(""), { noteId: "a", extra: 1 })).toHaveLength(1);
  });

  test("nothing is coerced, added or taken away", () => {
    const source = withProperty("{ type: string, maxLength: 9 }, a: { type: integer, default: 7 }");
    const data = { noteId: "n1" };
    expect(issuesOf(source, data)).toEqual([]);
    expect(data).toEqual({ noteId: "n1" });
    expect(issuesOf(source, { a: "7" })).toHaveLength(1);
  });
});

describe("[PUB-13] what an agent is told names path and rule, and nothing of the data", () => {
  const secret = randomBytes(24).toString("hex");
  const source = oneEvent(
    "",
    "{ type: object, additionalProperties: false, required: [noteId, text], properties: { noteId: { type: string, maxLength: 4, pattern: '^[a-z]+$' }, text: { enum: [a] }, tags: { type: object, additionalProperties: { type: integer }, propertyNames: { maxLength: 3 } } } }",
  );

  test("path and rule", () => {
    expect(issuesOf(source, { noteId: "ABCDE", text: "b" })).toEqual([
      { path: ["noteId"], message: "breaks the rule maxLength: 4" },
      { path: ["noteId"], message: 'breaks the rule pattern: "^[a-z]+$"' },
      { path: ["text"], message: 'breaks the rule enum: ["a"]' },
    ]);
    expect(issuesOf(source, { noteId: "a" })).toEqual([{ path: [], message: 'breaks the rule required: "text"' }]);
  });

  test("no value and no name that the caller chose", () => {
    const issues = issuesOf(source, { [secret]: secret, noteId: secret, text: { [secret]: 1 }, tags: { [secret]: secret } });
    expect(issues.length).toBeGreaterThan(3);
    expect(JSON.stringify(issues)).not.toContain(secret);
  });

  test("[PUB-07] no more than twenty issues, however much is wrong", () => {
    const many = Object.fromEntries([...Array(4000).keys()].map((index) => [`k${index}`, index]));
    expect(issuesOf(source, { ...many, tags: many }).length).toBeLessThanOrEqual(20);
    const array = withProperty("{ type: array, maxItems: 9999, items: { type: string } }");
    expect(issuesOf(array, { noteId: Array(4000).fill(1) })).toHaveLength(20);
  });
});

describe("what a schema may not hold is refused at its line and column", () => {
  test.each([
    ["[PSN-04] a pattern without maxLength", withProperty("{ type: string, pattern: ▶'^a$' }"), "maxLength"],
    ["[PSN-04] nested quantifiers", withProperty("{ type: string, maxLength: 64, pattern: ▶'^(a+)+$' }"), "cannot be bounded"],
    ["[PSN-04] too many ways", withProperty("{ type: string, maxLength: 2000, pattern: ▶'a*b*' }"), "more than 1000000 ways"],
    ["a pattern that is none", withProperty("{ type: string, maxLength: 64, pattern: ▶'(' }"), "regular expression"],
    [
      "a pattern of many keys",
      withProperty("{ type: object, additionalProperties: false, ▶patternProperties: { a: { type: string } } }"),
      "unknown key",
    ],
    ["a reference to the network", withProperty("{ $ref: ▶https://a.example/schema.json }"), "nothing is fetched"],
    ["a reference to a file", withProperty("{ $ref: ▶./schema.json }"), "nothing is fetched"],
    ["a reference to nothing", withProperty("{ $ref: ▶'#/$defs/none' }"), "definition"],
    [
      "a name for others to refer to",
      oneEvent("", "{ ▶$id: https://a.example, type: object, additionalProperties: false }"),
      "unknown key",
    ],
    [
      "another dialect",
      oneEvent("", "{ $schema: ▶http://json-schema.org/draft-07/schema#, type: object, additionalProperties: false }"),
      "dialect",
    ],
    [
      "a schema inside itself",
      withProperty("{ $ref: '#/$defs/x' } }, $defs: { x: { type: array, items: { $ref: ▶'#/$defs/x' } }"),
      "contains itself",
    ],
    ["a reference to itself", withProperty("{ $ref: '#/$defs/x' } }, $defs: { x: { $ref: ▶'#/$defs/x' }"), "contains itself"],
    ["an unknown format", withProperty("{ type: string, format: ▶regex }"), "format"],
    ["[PUB-07] uniqueItems without maxItems", withProperty("▶{ type: array, uniqueItems: true, items: { type: string } }"), "maxItems"],
    ["a type that does not exist", withProperty("{ type: ▶text }"), "not a JSON Schema"],
    ["a limit that is text", withProperty("{ type: string, maxLength: ▶'3' }"), "not a JSON Schema"],
    ["properties that are a list", withProperty("{ type: object, additionalProperties: false, properties: ▶[] }"), "mapping"],
    ["a limit for another type", withProperty("▶{ type: string, minimum: 3 }"), "not a JSON Schema"],
    [
      "a required property that is not there",
      oneEvent("", "▶{ type: object, additionalProperties: false, required: [a], properties: {} }"),
      "not a JSON Schema",
    ],
  ])("%s", (_what, source, about) => {
    const { text, place } = marked(source);
    const refusal = refusalOf(() => parse(text));
    expect(refusal.code).toMatch(/^ERR_CONFIG_(?:INVALID|UNKNOWN_KEY)$/);
    expect(refusal.place).toBe(place);
    expect(refusal.message).toContain(about);
  });
});

test("[PSN-04] a text longer than maxLength does not reach the pattern", () => {
  // Within its 8 characters the pattern is quick; on these it would not end.
  const source = withProperty("{ type: string, maxLength: 8, pattern: '^a*a*a*a*a*a*b$' }");
  expect(() => parse(source)).not.toThrow();
  const begun = performance.now();
  expect(issuesOf(source, { noteId: "a".repeat(60_000) })).not.toEqual([]);
  expect(performance.now() - begun).toBeLessThan(1000);
});

test("[PSN-04] no format takes long on a hostile text", () => {
  const formats = ["date", "time", "date-time", "duration", "uuid", "email", "uri", "hostname", "ipv4", "ipv6"];
  const texts = ["a", "a@", "a.", "1:", "::", "%aa", "a-", "1.", "-", "P1D", "0"].flatMap((part) => [
    part.repeat(60_000 / part.length),
    `x@${part.repeat(60_000 / part.length)}!`,
    `http://${part.repeat(60_000 / part.length)}\n`,
  ]);
  for (const format of formats) {
    const { schema } = parse(withProperty(`{ type: string, format: ${format} }`)).contract.events.get("note.created")!;
    const begun = performance.now();
    for (const noteId of texts) void schema["~standard"].validate({ noteId });
    expect(performance.now() - begun, format).toBeLessThan(2000);
  }
});
