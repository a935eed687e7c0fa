// One row for each form of import and export.
import { describe, expect, it } from "vitest";
import { sketch } from "./sketch.ts";

const FORMS: [source: string, lowered: string][] = [
  ['import a, { b, c as d, type E, "f-g" as h } from "x"', "import {default as a, b as b, c as d, E as E, f-g as h} from x;"],
  ['import * as ns from "x"', "import {* as ns} from x;"],
  ['import "x"', "import {} from x;"],
  ['import type { A } from "x"', "import type {A as A} from x;"],
  ['import { type A, type B } from "x"', "import type {A as A, B as B} from x;"],
  ['import fs = require("fs")', "import {* as fs} from fs;"],
  ["import x = A.B.C", "let x = A.B.C;"],
  ["export const a = 1, { b, c: [d] } = e", "let a = 1; let {b: b, c: [d]} = e; export a = a; export b = b; export d = d;"],
  [
    "export function f() {} export class C {} export enum E { A } export type T = string; export interface I {}",
    "hoisted f = fn f() {}; export f = f; hoisted C = class C {  }; export C = C; let E = {A: 0}; export E = E; hoisted T = type string; export T = T; hoisted I = interface I {  }; export I = I;",
  ],
  ["export { a, b as c, d as default }", "export a = a; export c = b; export default = d;"],
  [
    'export { a as b, default } from "./x"',
    "import {a as ./x#a, default as ./x#default} from ./x; export b = ./x#a; export default = ./x#default;",
  ],
  ['export type { A } from "./x"', "import type {A as ./x#A} from ./x; export A = ./x#A;"],
  ['export * from "./x"; export * as n from "./y"', "export-all ./x; export-all ./y as n;"],
  ["export default function f() {}", "hoisted f = fn f() {}; export default = f;"],
  ["export default function () {}", "export default = fn default() {};"],
  ["export default class {}", "export default = class default {  };"],
  ["export default async () => {}", "export default = async arrow default() {};"],
  ["export default { fetch() {} }", "export default = {fetch: fn fetch() {}};"],
  ["export default interface I {}", "hoisted I = interface I {  }; export default = I;"],
  ["export = foo", "export * = foo;"],
  ["export import x = A.B", "let x = A.B; export x = x;"],
];

describe("imports and exports bind the names that they bind", () => {
  it.each(FORMS)("%s", (source, lowered) => {
    expect(sketch(source, "a.ts")).toBe(lowered);
  });
});
