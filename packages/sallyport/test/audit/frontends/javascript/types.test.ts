// One row for each form of type, and for what TypeScript declares with them.
import { describe, expect, it } from "vitest";
import { sketch } from "./sketch.ts";

const FORMS: [source: string, lowered: string][] = [
  ['type A = "a" | "b" | 1 | -1 | true | null', "hoisted A = type union<'a', 'b', 1, -1, true, null>;"],
  [
    "type A = string[] | Array<number> | readonly X[] | [a: A, b?: B, ...C[]]",
    "hoisted A = type union<list<string>, list<number>, list<X>, list<A, B, list<C>>>;",
  ],
  [
    "type A = Record<string, B> | { [key: string]: C } | { [K in D]: E }",
    "hoisted A = type union<map<string, B>, map<string, C>, map<D, E>>;",
  ],
  ["type A = { a: string; b?: number; m(x: X): Y; get g(): Z }", "hoisted A = type object{a: string, b: number, m: function<Y, X>, g: Z};"],
  ["type A = (a: B, ...c: C[]) => D", "hoisted A = type function<D, B, list<C>>;"],
  ["type A = keyof typeof x", "hoisted A = type keyof<typeof.x>;"],
  ["type A = (typeof xs)[number]", "hoisted A = type index<typeof.xs, number>;"],
  ["type A = B extends C ? D : E", "hoisted A = type union<D, E>;"],
  ["type A = `a.${B}` | `b`", "hoisted A = type union<template<'a.', B>, 'b'>;"],
  ['type A = import("x").Y<Z>', "hoisted A = type import.x.Y<Z>;"],
  ["type A = B & { c: D }", "hoisted A = type intersection<B, object{c: D}>;"],
  ["type A = Promise<kafka.Producer>", "hoisted A = type Promise<kafka.Producer>;"],
  [
    "interface A extends B, C.D<E> { a: string; m(x: string, ...y: Y[]): void; f: (z: Z) => void; readonly g: G; new (): A; (x: X): Y }",
    "hoisted A = interface A extends B, C.D { a: string; f: function<void, Z>; g: G; method m fn A.m(x: string, ...y: list<Y>): void {} };",
  ],
  ["const A = z.object({}); type A = z.infer<typeof A>", "let A = z.object({});"],
  ["class A {} interface A { b: string }", "hoisted A = class A {  };"],
  [
    'enum E { A, B, C = 5, D, F = "f", G = F, H = 1 << 2, "i-j" = 9 }',
    "let E = {A: 0, B: 1, C: 5, D: 6, F: 'f', G: E.F, H: (1 << 2), i-j: 9};",
  ],
  ['const enum E { A = "a" }', "let E = {A: 'a'};"],
  ["declare enum E { A }", ""],
  [
    "namespace N { export const a = 1; function b() {} export function c() { return b() } export namespace M { export class D {} } }",
    "let N = arrow N() { let a = 1; hoisted b = fn b() {}; hoisted c = fn c() { return b(); }; let M = arrow M() { hoisted D = class D {  }; return {D: D}; }(); return {a: a, c: c, M: M}; }();",
  ],
  [
    "function f() {} namespace f { export const x = 1 }",
    "hoisted f = fn f() {}; Object.assign(f, arrow f() { let x = 1; return {x: x}; }());",
  ],
  ["namespace A.B { export const c = 1 }", "let A = {B: arrow A.B() { let c = 1; return {c: c}; }()};"],
  ['declare module "x" { export const a: string } declare global { interface Window {} }', ""],
  ["function isA(x: unknown): x is A {}", "hoisted isA = fn isA(x: unknown): boolean {};"],
];

describe("types are kept as far as they name something or close a set", () => {
  it.each(FORMS)("%s", (source, lowered) => {
    expect(sketch(source, "a.ts")).toBe(lowered);
  });
});
