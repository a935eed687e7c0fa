import { describe, expect, test } from "vitest";
import { matchesEverything, matchesGlob } from "../../src/finding/glob.ts";

describe("a pattern of paths", () => {
  test.each([
    ["src/**", "src/a/b.ts", true],
    ["src/**", "lib/src/b.ts", false],
    ["src/", "src/a/b.ts", true],
    ["./src/*.ts", "src/a.ts", true],
    ["src/*.ts", "src/a/b.ts", false],
    ["**/test/**", "a/b/test/c.ts", true],
    ["**/test/**", "test/c.ts", true],
    ["*.pb.go", "deep/down/x.pb.go", true],
    ["src/?.ts", "src/ab.ts", false],
    ["a/**/b/**/c", "a/x/b/y/b/c", true],
    ["a/**/b", "a/b", true],
    ["src/a.ts", "src/axts", false],
    ["(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", false],
  ])("%s and %s: %s", (pattern, file, expected) => {
    expect(matchesGlob(pattern, file)).toBe(expected);
  });

  test("takes no long time, whatever the pattern", () => {
    expect(matchesGlob(`${"*a".repeat(400)}b`, "a".repeat(2000))).toBe(false);
    expect(matchesGlob(`${"**/a/".repeat(200)}b`, "a/".repeat(1000))).toBe(false);
  });

  test("is known when it matches everything", () => {
    expect(["*", "**", "**/*", "./**", "/", ".", "*.*", "?*"].every(matchesEverything)).toBe(true);
    expect(["src/**", "*.ts", "a"].some(matchesEverything)).toBe(false);
  });
});
