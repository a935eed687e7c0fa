// What handlers answer, and what their errors mean.
import { describe, expect, test } from "vitest";
import { boundedDelay, isOutcome, outcomeOfError } from "../../src/consume/outcome.ts";
import { commitWith, reject, retry, SallyportError, unavailable } from "../../src/index.ts";

describe("a thrown error", () => {
  test.each([
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "EPIPE",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ERR_TRANSPORT_UNAVAILABLE",
    "ERR_STORE_UNAVAILABLE",
  ])("[PSN-08] %s is not the message's fault", (code) => {
    expect(outcomeOfError(Object.assign(new Error("down"), { code }))).toEqual(unavailable());
  });

  test.each([
    ["an error without a code", new Error("no")],
    ["a code that is not of the network", Object.assign(new Error("no"), { code: "ENOENT" })],
    ["an empty code", { code: "" }],
    ["a code that is a number", { code: 111 }],
    ["a list with a code", { code: ["ECONNREFUSED"] }],
    ["the guard's own error of another kind", new SallyportError("ERR_REQUEST_INVALID", "no")],
    ["text", "ECONNREFUSED"],
    ["null", null],
    ["undefined", undefined],
  ])("[PSN-01] %s may be the message's fault: it counts", (_what, error) => {
    expect(outcomeOfError(error)).toEqual(retry());
  });
});

describe("an outcome", () => {
  const effect = (): void => undefined;

  test("carries what the handler said", () => {
    expect([retry(5), unavailable(6), reject("no such note"), commitWith(effect)]).toEqual([
      { kind: "retry", afterMs: 5 },
      { kind: "unavailable", afterMs: 6 },
      { kind: "reject", reason: "no such note" },
      { kind: "commit-with", effect },
    ]);
  });

  test.each([retry(), unavailable(), reject(""), commitWith(effect)])("$kind is one", (outcome) => {
    expect(isOutcome(outcome)).toBe(true);
  });

  test.each([[null], [undefined], [true], ["retry"], [{}], [{ kind: "rejcet" }], [{ kind: "lost" }], [{ kind: ["retry"] }]])(
    "%j is none",
    (answer) => expect(isOutcome(answer)).toBe(false),
  );
});

describe("a delay that a handler asks for", () => {
  test.each([
    ["is taken", 5, 5],
    ["may be none", 0, 0],
    ["is bounded", 1001, 1000],
    ["is bounded when infinite", Number.POSITIVE_INFINITY, 1000],
    ["is not taken when it lies in the past", -1, 100],
    ["is not taken when it is no number", Number.NaN, 100],
    ["is the guard's own when there is none", undefined, 100],
  ])("%s", (_law, askedMs, isMs) => expect(boundedDelay(askedMs, 100, 1000)).toBe(isMs));

  test("the guard's own is bounded too", () => expect(boundedDelay(undefined, 2000, 1000)).toBe(1000));
});
