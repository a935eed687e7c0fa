import { describe, expect, test } from "vitest";
import { exitCode, FAIL_ON } from "../../src/report/verdict.ts";
import { finding } from "../finding/made-up.ts";

const accepted = { by: "inline", reason: "known" } as const;

describe("a run ends with", () => {
  test.each([
    ["0 when nothing is found", [], "note", 0],
    ["1 at the threshold", [finding({ severity: "high" })], "high", 1],
    ["1 above it", [finding({ severity: "critical" })], "high", 1],
    ["0 below it", [finding({ severity: "medium" })], "high", 0],
    ["0 when all is accepted", [finding({ accepted })], "note", 0],
    ["0 for what could not be determined", [finding({ status: "not-determined" })], "note", 0],
    ["1 outside the product too", [finding({ surface: "script" })], "high", 1],
    ["0 when nothing is to fail it", [finding()], "never", 0],
  ] as const)("%s", (_what, findings, failOn, expected) => {
    expect(exitCode({ findings }, failOn)).toBe(expected);
  });

  test("1 for every threshold when the worst is found", () => {
    expect(FAIL_ON.map((failOn) => exitCode({ findings: [finding()] }, failOn))).toEqual([1, 1, 1, 1, 1, 0]);
  });
});
