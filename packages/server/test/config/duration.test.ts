import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDuration } from "../../src/config/duration.ts";

test.each([
  ["500ms", 500],
  ["10s", 10_000],
  ["5m", 300_000],
  ["2h", 7_200_000],
  ["7d", 604_800_000],
])("%s is %d ms", (text, durationMs) => {
  expect(parseDuration(text)).toBe(durationMs);
});

test.each([
  "5",
  "",
  "s",
  "0s",
  "05s",
  "-5s",
  "1.5h",
  "1h30m",
  "5 m",
  "5M",
  " 5m",
  "5m\n",
  "1e3s",
  "٣s",
  "9007199254740993ms",
  "999999999999999d",
])("%j is not a duration", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test("whatever text, a duration is a positive whole number of milliseconds or nothing", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.tuple(fc.bigInt(), fc.constantFrom("ms", "s", "m", "h", "d")).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const durationMs = parseDuration(text);
      return durationMs === undefined || (Number.isSafeInteger(durationMs) && durationMs > 0);
    }),
  );
});
