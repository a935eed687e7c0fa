// One row for each form of statement.
import { describe, expect, it } from "vitest";
import { sketch } from "./sketch.ts";

const FORMS: [source: string, lowered: string][] = [
  ["if (a) b(); else if (c) { d() } else e()", "if a { b(); } else { if c { d(); } else { e(); } }"],
  ["while (true) { if (a) break; continue }", "while { if a { break; } continue; }"],
  ["do f(); while (x)", "do-while x { f(); }"],
  ["for (let i = 0, n = 2; i < n; i++) f(i)", "{ let i = 0; let n = 2; while (i < n) { f(i); (i += 1); } }"],
  ["for (;;) f()", "while { f(); }"],
  ["for (const [k, v] of xs) f(k)", "each [k, v] of xs { f(k); }"],
  ["for (x.y in o) f()", "keys x.y of o { f(); }"],
  ["for await (const m of messages) f(m)", "each m of await messages { f(m); }"],
  ["outer: for (const a of b) { for (;;) { continue outer } }", "outer: each a of b { while { continue outer; } }"],
  ["out: for (let i = 0; ; i++) break out", "{ let i = 0; out: while { break out; (i += 1); } }"],
  ["block: { break block }", "{ break block; }"],
  [
    'switch (name) { case "a": case "b": f(); break; case "c": { return } case "d": g(); default: h() }',
    "switch name { ['a', 'b'] { f(); break; } ['c'] { { return; } } ['d'] falls { g(); } [] { h(); } }",
  ],
  [
    "switch (x) { case 1: if (a) { return } else { throw b } case 2: f(); case 3: }",
    "switch x { [1] { if a { return; } else { throw b; } } [2] falls { f(); } [3] {} }",
  ],
  ["try { f() } catch { g() }", "try { f(); } catch { g(); } finally {}"],
  [
    "try { f() } catch ({ message }) { throw message } finally { h() }",
    "try { f(); } catch {message: message} { throw message; } finally { h(); }",
  ],
  ['"use strict"; debugger; ;', ""],
  ["with (a) { b }", "{ a; b; }"],
  ["var x = 1; if (a) { var x = 2; var y } use(x, y)", "let y; let x = 1; if a { (x = 2); } use(x, y);"],
  ["function f(a) { if (a) var a = 1; for (var i of b) i; }", "hoisted f = fn f(a) { if a { (a = 1); } each i of b { i; } };"],
  ["using f = open(); await using g = open()", "let f = open(); let g = await open();"],
  ["let { a, b: { c = 1 }, ...rest }: T = x, [d] = y", "let {a: a, b: {c: c ?= 1}, ...rest}: T = x; let [d] = y;"],
];

describe("every statement is lowered to what it does", () => {
  it.each(FORMS)("%s", (source, lowered) => {
    expect(sketch(source, "a.ts")).toBe(lowered);
  });
});
