// One row for each form of function and class.
import { describe, expect, it } from "vitest";
import { sketch } from "./sketch.ts";

const FORMS: [source: string, lowered: string][] = [
  [
    "function f(a: string, { b, c = 1 }: B = {}, ...d: D[]): Promise<void> { return g() }",
    "hoisted f = fn f(a: string, {b: b, c: c ?= 1}: B = {}, ...d: list<D>): Promise<void> { return g(); };",
  ],
  ["const f = async (a) => a", "let f = async arrow f(a) { return a; };"],
  ["const f = function () {}", "let f = fn f() {};"],
  ["const f = function named() {}", "let f = fn named() {};"],
  ["const o = { handler: async () => {} }", "let o = {handler: async arrow handler() {}};"],
  ["this.handler = () => {}", "(this.handler = arrow handler() {});"],
  ["Foo.prototype.bar = function () {}", "(Foo.prototype.bar = fn Foo.bar() {});"],
  ["const { a = () => {} } = b", "let {a: a ?= arrow a() {}} = b;"],
  ["const f = (() => {}) as Handler", "let f = <Handler>arrow f() {};"],
  ["function* g() { yield; yield a; yield* b }", "hoisted g = gen fn g() { yield; yield a; yield* b; };"],
  ["function f(this: Foo, a) {}", "hoisted f = fn f(a) {};"],
  ["function f(a: string): void; function f(a: any) {}", "hoisted f = fn f(a: any) {};"],
  ["declare function f(): void; declare const x: string; declare class C {}", ""],
  ["class A extends B.C<T> implements I, J.K<L> {}", "hoisted A = class A extends B.C implements I, J.K<L> {  };"],
  [
    'class A { constructor(private readonly client: X, @Inject("b") public b = 1) { super() } }',
    "hoisted A = class A { client: X; b; constructor constructor fn A.constructor(client: X, @Inject('b') b = 1) { (this.client = client); (this.b = b); super(); } };",
  ],
  [
    'class A { @Tool({ name: "x" }) async run(@Arg("a") a: string) {} }',
    "hoisted A = class A { method run @Tool({name: 'x'}) async fn A.run(@Arg('a') a: string) {} };",
  ],
  [
    '@Injectable() class A { @Input() x: string = "a"; static y = 1; #z; accessor w = 2; "q" = 3 }',
    "hoisted A = @Injectable() class A { @Input() x: string = 'a'; static y = 1; #z; w = 2; q = 3; };",
  ],
  [
    "class A { static { this.x = 1 } static s() {} get p() { return this.#p } set p(v) {} #m() {} [Symbol.iterator]() {} }",
    "hoisted A = class A { static  = arrow () { (this.x = 1); }(); static method s fn A.s() {} getter p fn A.p() { return this.#p; } setter p fn A.p(v) {} method #m fn A.#m() {} method [Symbol.iterator] fn A.[Symbol.iterator]() {} };",
  ],
  ["class A { handler = async (x) => this.f(x) }", "hoisted A = class A { handler = async arrow A.handler(x) { return this.f(x); }; };"],
  ["class A { f(a: string): void; f(a) { return a } }", "hoisted A = class A { method f fn A.f(a) { return a; } };"],
  [
    "abstract class A { abstract m(a: string): void; abstract x: number }",
    "hoisted A = interface A { x: number; method m fn A.m(a: string): void {} };",
  ],
  ["abstract class A { abstract m(): void; n() { this.m() } }", "hoisted A = class A { method n fn A.n() { this.m(); } };"],
  ["const A = class { m() {} }", "let A = class A { method m fn A.m() {} };"],
  ["const A = class B {}", "let A = class B {  };"],
];

describe("functions and classes keep their names, parameters, types and decorators", () => {
  it.each(FORMS)("%s", (source, lowered) => {
    expect(sketch(source, "a.ts")).toBe(lowered);
  });
});
