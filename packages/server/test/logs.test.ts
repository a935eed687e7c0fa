// Log lines: one JSON object each, bounded, and without what a log must not hold.
import { SallyportError } from "@sallyport/guard";
import { expect, test } from "vitest";
import { fieldsOf, jsonLog } from "../src/logs.ts";

function logged(level: "debug" | "info" | "warn" | "error" = "info") {
  const lines: string[] = [];
  return { lines, log: jsonLog({ level, write: (line) => void lines.push(line), now: () => new Date(0) }) };
}

test("a line is one JSON object with time, level, message and fields", () => {
  const { lines, log } = logged();
  log("warn", "refused", { code: "ERR_REQUEST_RATE", actor: "a\nb", missing: undefined });
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","message":"refused","code":"ERR_REQUEST_RATE","actor":"a\\nb"}\n',
  ]);
});

test("less than the level is not written", () => {
  const { lines, log } = logged("warn");
  for (const level of ["debug", "info", "warn", "error"] as const) log(level, level);
  expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(["warn", "error"]);
});

test("a caller cannot make a line endless", () => {
  const { lines, log } = logged();
  log("warn", "a request failed", { error: "x".repeat(1_000_000) });
  expect(lines[0]!.length).toBeLessThan(1000);
});

test("an error of ours is told by its code, with the name and message of its cause", () => {
  const cause = new TypeError("fetch failed");
  const error = new SallyportError("ERR_STORE_UNAVAILABLE", "the store does not answer", { cause });
  expect(fieldsOf(error)).toEqual({ code: "ERR_STORE_UNAVAILABLE", error: "the store does not answer.", cause: "TypeError: fetch failed" });
  expect(fieldsOf(cause)).toEqual({ error: "TypeError: fetch failed" });
  expect(fieldsOf("text")).toEqual({ error: "text" });
});

test("[PSN-10] what a terminal would obey stands in a line as what it is, and means the same to who parses it", () => {
  const { lines, log } = logged();
  const hostile = "\u001b[31m \u009b2J \u202e \u2028 \u{e0041} é";
  log("warn", "a handler failed", { error: hostile });
  expect(lines[0]).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\u2028]/u);
  expect(JSON.parse(lines[0]!)).toMatchObject({ error: hostile });
});

test("a validator's error is told by its first issue, and any error with its cause", () => {
  const issues = Object.assign(new Error('[\n  {\n "code": "invalid_type"\n  }\n]'), {
    name: "ZodError",
    issues: [{ message: "no method" }],
  });
  expect(fieldsOf(issues)).toEqual({ error: "ZodError: no method", cause: undefined });
  expect(fieldsOf(new Error("outer", { cause: new TypeError("inner") }))).toEqual({ error: "Error: outer", cause: "TypeError: inner" });
});
