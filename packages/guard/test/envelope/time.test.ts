// Times as text, and whether a time is fresh.
import { describe, expect, test } from "vitest";
import { freshnessOf } from "../../src/envelope/freshness.ts";
import { formatTime, parseTime } from "../../src/envelope/time.ts";

const NOON_MS = Date.UTC(2026, 10, 23, 12);

describe("[REP-03] a time", () => {
  test.each<[string, number]>([
    ["2026-11-23T12:00:00Z", NOON_MS],
    ["2026-11-23T12:00:00.5Z", NOON_MS + 500],
    ["2026-11-23T12:00:00.05Z", NOON_MS + 50],
    ["2026-11-23T12:00:00.123456789Z", NOON_MS + 123],
    ["2026-11-23T12:00:00+00:00", NOON_MS],
    ["2026-11-23T14:30:00+02:30", NOON_MS],
    ["2026-11-23T09:30:00-02:30", NOON_MS],
    ["2026-11-24T11:59:00+23:59", NOON_MS],
    ["2024-02-29T23:59:59Z", Date.UTC(2024, 1, 29, 23, 59, 59)],
    ["1970-01-01T00:00:00Z", 0],
    ["1000-01-01T00:00:00Z", Date.parse("1000-01-01T00:00:00Z")],
  ])("%s is read as what it is", (text, ms) => expect(parseTime(text)).toBe(ms));

  test.each([
    "0999-12-31T00:00:00Z",
    "2026-11-23T12:00:00",
    "2026-11-23T12:00:00.Z",
    "2026-11-23T12:00:00.1234567890Z",
    "2026-11-23T12:00:00+2:00",
    "2026-11-23T12:00:00+24:00",
    "2026-11-23T12:00:00+00:60",
    "2026-11-23T12:00:00Z+01:00",
    "2026-11-23T12:00:00z",
    "2026-11-23t12:00:00Z",
    " 2026-11-23T12:00:00Z",
    "2026-11-23T12:00:00Z ",
    "+002026-11-23T12:00:00Z",
    "2026-00-10T12:00:00Z",
    "2026-13-10T12:00:00Z",
    "2026-11-00T12:00:00Z",
    "2026-11-31T12:00:00Z",
    "2025-02-29T12:00:00Z",
    "2026-11-23T24:00:00Z",
    "2026-11-23T12:60:00Z",
    "2026-11-23T12:00:60Z",
  ])("%j is none", (text) => expect(parseTime(text)).toBeUndefined());

  test("that is written is read again as itself", () => {
    expect(parseTime(formatTime(NOON_MS + 7))).toBe(NOON_MS + 7);
  });
});

describe("freshness", () => {
  const policy = { windowMs: 300, skewMs: 60, retentionMs: 10_000 };
  const at = (
    signedAtMs: number,
    takenAtMs: number,
    nowMs = takenAtMs,
    expiresAtMs?: number,
    of: Parameters<typeof freshnessOf>[1] = policy,
  ): string => freshnessOf({ signedAtMs, takenAtMs, nowMs, expiresAtMs }, of);

  test.each([
    ["[REP-04] signed after the broker took it, by more than the skew, it is from the future", at(1061, 1000, 5000), "future"],
    [
      "[REP-04] signed later than now, by more than the skew, it is from the future, whatever the broker says",
      at(1061, 5000, 1000),
      "future",
    ],
    ["[REP-04] by the skew it is not", at(1060, 1000, 1000), "fresh"],
    ["at its expiry and the skew it is fresh", at(1000, 1000, 1260, 1200), "fresh"],
    ["later it is stale", at(1000, 1000, 1261, 1200), "stale"],
    ["[REP-08] at the end of the broker's retention it is fresh", at(1000, 1100, 11_100), "fresh"],
    ["[REP-08] later it is stale", at(1000, 1100, 11_101), "stale"],
    ["where no retention binds it is fresh", at(1000, 1100, 9_000_000, undefined, { ...policy, retentionMs: undefined }), "fresh"],
    ["[REP-03] with a time taken that is NaN it is stale", at(1000, Number.NaN, 1000), "stale"],
    ["[REP-03] with an expiry that is NaN it is stale", at(1000, 1000, 1000, Number.NaN), "stale"],
    ["[REP-03] with a retention that is NaN it is stale", at(1000, 1000, 1000, undefined, { ...policy, retentionMs: Number.NaN }), "stale"],
  ])("%s", (_law, is, expected) => expect(is).toBe(expected));
});
