// What counts as the same arguments.
import { expect, test } from "vitest";
import { canonicalJson } from "../../src/publish/canonical.ts";

const SAME: readonly (readonly [string, unknown, unknown])[] = [
  ["members in another order", { a: 1, b: { c: [1, { d: 2, e: 3 }], f: null } }, { b: { f: null, c: [1, { e: 3, d: 2 }] }, a: 1 }],
  ["a member that is not written", { a: 1, b: undefined }, { a: 1 }],
  ["a date and how it is written", { at: new Date(0) }, { at: "1970-01-01T00:00:00.000Z" }],
];

test.each(SAME)("[PUB-10] %s makes no other call", (_what, one, other) => {
  expect(canonicalJson(one)).toBe(canonicalJson(other));
});

const DIFFERENT: readonly (readonly [string, unknown, unknown])[] = [
  ["items in another order", [1, 2], [2, 1]],
  ["another date", { at: new Date(0) }, { at: new Date(1) }],
  ["text instead of a number", { a: 1 }, { a: "1" }],
  ["a member of another depth", { a: { b: 1 } }, { a: 1, b: 1 }],
  ["a list instead of an object", { a: [] }, { a: {} }],
];

test.each(DIFFERENT)("[PUB-10] %s is another call", (_what, one, other) => {
  expect(canonicalJson(one)).not.toBe(canonicalJson(other));
});
