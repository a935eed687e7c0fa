import { describe, expect, it } from "vitest";
import { inside } from "./reading.ts";

type Table = readonly (readonly [form: string, source: string, ir: string])[];

const says = (table: Table): void => it.each(table)("%s", (_, source, ir) => expect(inside(source)).toBe(ir));

describe("what binds and writes", () => {
  says([
    ["a short declaration", "x := y", "let x = y"],
    ["several results", "a, err := g()", "let [a, err] = g()"],
    ["a blank is a hole", "_, err = g()", "[_, err] = g()"],
    ["a blank alone keeps the value's effects", "_ = g()", "g()"],
    ["several values", "a, b := 1, 2", "let [a, b] = tuple[1, 2]"],
    ["a swap", "a, b = b, a", "[a, b] = tuple[b, a]"],
    ["ok of a map is a membership test", "v, ok := m[k]", "let [v, ok] = tuple[m[k], (k in m)]"],
    ["ok of an assertion is a type test", 'v, ok := m["k"].(T)', 'let [v, ok] = tuple[(m["k"] as T), (m["k"] instanceof <T>)]'],
    ["ok of a channel is not known", "v, ok := <-ch", "let [v, ok] = tuple[#receive(ch), opaque(ch)]"],
    ["ok in a var", "var v, ok = m[k]", "let [v, ok] = tuple[m[k], (k in m)]"],
    ["places", "s.a.b = x; m[k] = v", "s.a.b = x; m[k] = v"],
    ["pointers are their values", "*p = x; *s.q = v", "p = x; s.q = v"],
    ["operators", "x += 1; x <<= 2", "x += 1; x <<= 2"],
    ["clearing bits", "x &^= y", "x &= ~ y"],
    ["steps", "i++; s.n--", "i += 1; s.n -= 1"],
    ["var without a value", "var x, y int", "let x: int; let y: int"],
    ["var with values", 'var a, b string = "a", "b"; var c = 3', 'let [a, b]: string = tuple["a", "b"]; let c = 3'],
    ["var in a group", "var ( r T; s pkg.T )", "let r: T; let s: pkg.T"],
    ["a type of the function's own", "type t struct { a int }; x := t{1}", "let t = class t { a: int } ^; let x = t{a: 1}"],
  ]);
});

describe("constants", () => {
  says([
    ["one", 'const n, m = -1, "a" + "b"', 'let n = -1; let m = "ab"'],
    ["iota counts, and rows repeat", "const ( A = iota * 10; B; _; D )", "let A = 0; let B = 10; let D = 30"],
    ["a value repeats too", 'const ( A T = "a"; B )', 'let A: T = "a"; let B: T = "a"'],
    ["shifts", "const ( _ = 1 << (10 * iota); KB; MB )", "let KB = 1024; let MB = 1048576"],
    ["what cannot be computed stays", "const A = len(x) + 1", "let A = (#length(x) + 1)"],
  ]);
});

describe("branches", () => {
  says([
    ["if", "if x { a() } else if y { b() } else { c() }", "if x { a() } else { if y { b() } else { c() } }"],
    ["if with a start", "if v := g(); v { a() }", "{ let v = g(); if v { a() } }"],
    ["switch", "switch x { case 1, 2: a(); default: b() }", "switch x { case 1, 2: { a() } default: { b() } }"],
    ["fallthrough", "switch x { case 1: a(); fallthrough; case 2: }", "switch x { case 1 falls: { a() } case 2: {} }"],
    ["switch with a start", "switch v := g(); v { case 1: }", "{ let v = g(); switch v { case 1: {} } }"],
    [
      "switch without a value is a chain",
      "switch { case a: x(); default: z(); case b, c: y() }",
      "if a { x() } else { if (b or c) { y() } else { z() } }",
    ],
    ["unless it jumps", "switch { case a: break; default: x() }", "switch true { case a: { break } default: { x() } }"],
    ["a break of a loop inside is no jump", "switch { case a: for { break } }", "if a { while { break } }"],
    [
      "type switch",
      "switch v := x.(type) { case nil: a(); case *A: b(v); case string, []byte: c(v); default: d(v) }",
      "switch x { case null: { let v = x; a() } case <A>: { let v = (x as A); b(v) } " +
        "case <string>, <list<byte>>: { let v = x; c(v) } default: { let v = x; d(v) } }",
    ],
    ["type switch without a name", "switch x.(type) { case A: }", "switch x { case <A>: {} }"],
    [
      "select",
      "select { case v, ok := <-ch: a(v); case ch <- 1: b(); case <-d: ; case x = <-e: ; default: c() }",
      "switch opaque() { case opaque(): { let [v, ok] = tuple[#receive(ch), opaque(ch)]; a(v) } case opaque(): { #send(ch, 1); b() } " +
        "case opaque(): { #receive(d) } case opaque(): { x = #receive(e) } default: { c() } }",
    ],
  ]);
});

describe("loops", () => {
  says([
    ["for ever", "for { a() }", "while { a() }"],
    ["while", "for x < 3 { continue }", "while (x < 3) { continue }"],
    ["counting", "for i := 0; i < 3; i++ { a() }", "{ let i = 0; while (i < 3) { a(); i += 1 } }"],
    ["counting without a start", "for ; x; { a() }", "while x { a() }"],
    ["labels", "L: for { for { continue L } }", "L: while { while { continue L } }"],
    ["a label of a switch", "L: switch x { case 1: break L }", "switch x { case 1: { break } }"],
    ["range over pairs", "for k, v := range m { a(k, v) }", "each [k, v] over #entries(m) { a(k, v) }"],
    ["range over values", "for _, v := range xs { a(v) }", "each [_, v] over #entries(xs) { a(v) }"],
    ["range over keys, channels, numbers", "for x := range c { a(x) }", "keys x over c { a(x) }"],
    ["range for nothing", "for range ch { a() }", "keys over ch { a() }"],
    ["range into variables", "for k, v = range m { }", "each [range 0, range 1] over #entries(m) { k = range 0; v = range 1 }"],
    ["goto", "goto L; L: a()", "unread(goto); a()"],
  ]);
});

describe("the rest", () => {
  says([
    ["return", "return", "return"],
    ["return a value", "return a", "return a"],
    ["return several", "return a, nil", "return tuple[a, null]"],
    ["defer and go", "defer f.Close(); go func() { a() }()", "defer f.Close(); spawn (func () { a() })()"],
    ["panic", "panic(err)", "throw err"],
    ["a deferred panic is no jump", "defer panic(err)", "defer panic(err)"],
    ["send", "ch <- x", "#send(ch, x)"],
    ["blocks", "{ a(); }", "{ a() }"],
  ]);
});
