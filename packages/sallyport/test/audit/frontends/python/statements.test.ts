import { expect, test } from "vitest";
import { lineOf, columnOf } from "../../../../src/audit/ir/place.ts";
import { lowered, written } from "./written.ts";

const FORMS: readonly (readonly [string, string])[] = [
  ["x = 1", "let x = 1"],
  ["x = 1\nx = 2", "let x = 1; x = 2"],
  ["x: str = y", "let x: str = y"],
  ["x: str", "let x: str"],
  ["a = b = f()", "let a; let b; a = b = f()"],
  ["a, b = f()", "let [a, b] = f()"],
  ["(a, [b, c]) = f()", "let a; let b; let c; [a, [b, c]] = f()"],
  ["a, *b = xs", "let a; let b; [a *b] = xs"],
  ["a, *b, c = xs", "let a; let b; let c; [a *[c *b]] = xs"],
  ["*a, = xs", "let a; [ *a] = xs"],
  ["self.x = v", "self.x = v"],
  ["d[k] = d.x, y = v", "let y; d[k] = [d.x, y] = v"],
  ["xs[1:] = v", "xs[?()] = v"],
  ["n += 1", "let n; n += 1"],
  ["self.n //= 2", "self.n /= 2"],
  ["self.m @= w", "self.m = ?(self.m, w)"],
  ["Action = Literal['a', 'b']", 'let Action = <union<"a", "b">>'],
  ["Ids: TypeAlias = list[str]", "let Ids: TypeAlias = <list<str>>"],
  ["type Pair[T] = tuple[T, str]", "let Pair = <list<union<T, str>>>"],
  ['"""a docstring"""\n...\npass', ""],
  ["f(x); g()", "f(x); g()"],
  ["del x, d['k'], o.a", 'delete x; delete d["k"]; delete o.a'],
  ["assert ok, 'no'", 'if !ok {throw AssertionError("no")}'],
  ["assert ok", "if !ok {throw AssertionError()}"],
  ["raise", "throw"],
  ["raise E('x') from cause", 'throw E("x")'],
  ["def f():\n  return\n  return a, b", "let f = fn f() {return; return tuple[a, b]}"],
  ["if a:\n  f()\nelif b:\n  g()\nelse:\n  h()", "if a {f()} else {if b {g()} else {h()}}"],
  ["if __name__ == '__main__':\n  main()", 'if (__name__ == "__main__") {main()}'],
  ["for x in xs:\n  f(x)\nelse:\n  g()", "let x; each x of xs {f(x)} else {g()}"],
  ["for k, v in d.items(): continue", "let k; let v; each [k, v] of d.items() {continue}"],
  ["async def f():\n  async for m in c: break", "let f = async fn f() {let m; each m of c {break}}"],
  ["while True: f()", "while {f()}"],
  ["while (1): f()", "while {f()}"],
  ["while x < 3:\n  f()\nelse: g()", "while (x < 3) {f()} else {g()}"],
  [
    "try:\n  f()\nexcept A: a()\nexcept (b.B, C) as e: c(e)\nexcept: d()\nelse: g()\nfinally: h()",
    "try {f(); g()} catch A {a()} catch B|C e {c(e)} catch  {d()} finally {h()}",
  ],
  ["try:\n  f()\nexcept* A as e: a()", "try {f()} catch A e {a()}"],
  ["with a as b, c: f()", "let b; with a as b {with c {f()}}"],
  ["with (open(p) as f, g() as (x, y)): h()", "let f; let x; let y; with open(p) as f {with g() as [x, y] {h()}}"],
  ["async def f():\n  async with s.get(u) as r: pass", "let f = async fn f() {let r; with s.get(u) as r {}}"],
  ["print 'a', b", 'print("a", b)'],
  ["print('a', file=f)", 'print("a", file=f)'],
  ["exec code", "@evaluate(code)"],
  ["from __future__ import annotations", ""],
];

test.each(FORMS)("%j", async (source, expected) => {
  expect(await written(source)).toBe(expected);
});

const MATCHES: readonly (readonly [string, string])[] = [
  [
    "match x.y:\n  case 'a' | 'b': f()\n  case -1: g()\n  case K.B: h()\n  case _: i()",
    'switch x.y {"a", "b": {f()} -1: {g()} K.B: {h()} default: {i()}}',
  ],
  ["match x:\n  case 'a' if ok: f()\n  case _: g()", 'if ((x == "a") and ok) {f()} else {g()}'],
  ["match x:\n  case P(n, y=0): f(n)", "let n; if ((x instanceof P) and (x.y == 0)) {n = ?(x); f(n)}"],
  ["match x:\n  case str() as s: f(s)", "let s; if (x instanceof str) {s = x; f(s)}"],
  ["match x:\n  case [a, 1, *rest]: f(a)", "let a; let rest; if (?(x) and (x[1] == 1)) {a = x[0]; rest = ?(x); f(a)}"],
  ["match x:\n  case {'k': v, **more}: f(v)", 'let v; let more; if ("k" in x) {v = x["k"]; more = ?(x); f(v)}'],
  [
    "match f(x):\n  case a if a > 1: g(a)\n  case other: h(other)",
    "let a; let other; let subject of match = f(x); if (a = subject of match; (a > 1)) {g(a)} else {other = subject of match; h(other)}",
  ],
  [
    "match a, b:\n  case 1, c: f(c)",
    "let c; let subject of match = tuple[a, b]; if (?(subject of match) and (subject of match[0] == 1)) {c = subject of match[1]; f(c)}",
  ],
  ["match x:\n  case None | P(): f()", "if ((x == null) or (x instanceof P)) {f()}"],
  ["match x:\n  case 1 | _: f()", "f()"],
];

test.each(MATCHES)("a match is a switch over values, and ifs otherwise: %j", async (source, expected) => {
  expect(await written(source)).toBe(expected);
});

test("a long row of elifs does not nest", async () => {
  const arms = Array.from({ length: 500 }, (_, index) => `elif n == ${index}:\n  f(${index})\n`);
  const [statement] = await lowered(`if no:\n  pass\n${arms.join("")}else:\n  g()\n`);
  expect(statement?.kind === "switch" ? statement.cases.length : statement).toBe(502);
});

test("a call stands where its last name does, a function at its def", async () => {
  const [call, definition] = await lowered("(producer\n   .send(topic,\n      value))\n@tool\nasync def f():\n  pass\n\n");
  const places = [call?.kind === "expression" ? call.value.at : 0, definition?.at ?? 0].map((place) => [lineOf(place), columnOf(place)]);
  expect(places).toEqual([
    [2, 5],
    [5, 1],
  ]);
  expect(definition?.kind === "let" && definition.value?.kind === "function" ? definition.value.fn.endLine : 0).toBe(6);
});
