import { expect, test } from "vitest";
import { kindOfCause } from "../../src/brokers/unreachable.ts";

test.each([
  [Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), { code: "ECONNREFUSED" }), "Error ECONNREFUSED"],
  [Object.assign(new TypeError("x"), { code: "PLT", cause: Object.assign(new Error("y"), { code: "ETIMEDOUT" }) }), "TypeError ETIMEDOUT"],
  [new RangeError("redis://shop:hunter2@redis.example is no address"), "RangeError"],
  ["hunter2", undefined],
  [undefined, undefined],
])("[OPS-05] of a cause its kind and its code are told, and nothing that it quotes: %s", (cause, told) => {
  expect(kindOfCause(cause)).toBe(told);
});
