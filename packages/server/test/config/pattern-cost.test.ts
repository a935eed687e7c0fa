import { describe, expect, test } from "vitest";
import { waysToMatch } from "../../src/config/pattern-cost.ts";

describe("the ways to match a text of 99 characters are counted", () => {
  test.each([
    ["^abc$", 1],
    ["abc", 100],
    ["^[a-z]+$", 100],
    ["^[a-z]{1,64}$", 64],
    ["^[a-z]{2,}$", 98],
    ["^[a-z]{8}$", 1],
    ["^a?b?c?$", 8],
    ["^[a-z]+-[a-z]+$", 10_000],
    ["[a-z]+", 10_000],
    ["^(?:ab|cd|ef)$", 3],
    ["^a|b$", 200],
    ["^a|^b", 2],
    ["^(?:ab)*$", 100],
    ["^(?:a|b){3}$", 8],
    ["^(?<year>\\d{4})-(\\d\\d)$", 1],
    ["^\\p{L}[\\u{1F600}\\]-]\\u0041\\x41\\$\\/$", 1],
    ["^a{1,500}$", 99],
    ["^a*?$", 100],
  ])("%s", (pattern, ways) => {
    expect(() => new RegExp(pattern, "u")).not.toThrow();
    expect(waysToMatch(pattern, 99)).toBe(ways);
  });
});

describe("what cannot be counted is said to be so", () => {
  test.each([
    "^(a+)+$",
    "^(a*)*$",
    "^(a|a)*$",
    "^(a|ab)+$",
    "^(?:[a-z]+-?)*$",
    "^(?:a?){64}$",
    "^([a-z]+)*x$",
    "^(((a+)))+$",
    "(?=a)b",
    "(?!a)b",
    "(?<=a)b",
    "(?<!a)b",
    "^(a)\\1$",
    "^(?<x>a)\\k<x>$",
    "^(?i:a)$",
  ])("%s", (pattern) => {
    expect(() => new RegExp(pattern, "u")).not.toThrow();
    expect(waysToMatch(pattern, 99)).toBeUndefined();
  });
});

test("a pattern within the bound ends quickly on texts made to be tried in every way", () => {
  const patterns = ["^[a-z]+-[a-z]+$", "^a*a*a*$", "^(?:aa)*(?:aaa)*$", "^[a-z0-9.]+@[a-z0-9.]+$", "[a-z]+[0-9]"];
  for (const pattern of patterns) {
    const expression = new RegExp(pattern, "u");
    const length = [...Array(200).keys()].findLast((maxLength) => (waysToMatch(pattern, maxLength) ?? Infinity) <= 1_000_000)!;
    const texts = ["a".repeat(length), `${"a".repeat(length - 1)}!`, "a@".repeat(length / 2), "-a".repeat(length / 2)];
    const begun = performance.now();
    for (const text of texts) expression.test(text);
    expect(performance.now() - begun, pattern).toBeLessThan(500);
  }
});
