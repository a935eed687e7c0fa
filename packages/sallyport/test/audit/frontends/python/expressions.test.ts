import { expect, test } from "vitest";
import { written } from "./written.ts";

const FORMS: readonly (readonly [string, string])[] = [
  ["f(a, *b, k=c, **d)", "f(a, *b, k=c, **d)"],
  ["f(x for x in xs)", "f(generator[x for x of xs])"],
  ["f(*(a))", "f(*a)"],
  ["a.b.c(1).d[0]", "a.b.c(1).d[0]"],
  ["getattr(client, op)(**kw)", "getattr(client, op)(**kw)"],
  ["x[1:3]", "x.slice(1, 3)"],
  ["x[:n]", "x.slice(0, n)"],
  ["x[2:]", "x.slice(2)"],
  ["x[:]", "x.slice(0)"],
  ["x[::-1]", "x.slice(0, undefined, -1)"],
  ["x[a, 1:2]", "x[tuple[a, ?(1, 2)]]"],
  ["a + b - c", "((a + b) - c)"],
  ["a // b ** 2", "(a / (b ** 2))"],
  ["a @ b", "?(a, b)"],
  ["a and b or not c", "((a and b) or !c)"],
  ["1 < len(x) <= n", "((1 < @length(x)) and (@length(x) <= n))"],
  ["a < f(x) < b", "((a < f(x)) and (?() < b))"],
  ["a is None", "(a == null)"],
  ["a is not b", "(a != b)"],
  ["a not in b", "(a not-in b)"],
  ["a in b", "(a in b)"],
  ["-1", "-1"],
  ["~x", "~ x"],
  ["a if t else b if u else c", "(t ? a : (u ? b : c))"],
  ["[1, *xs]", "list[1, *xs]"],
  ["(1,)", "tuple[1]"],
  ["()", "tuple[]"],
  ["(1)", "1"],
  ["{1, 2}", "set[1, 2]"],
  ["{'a': 1, k: 2, **rest}", "{a: 1, [k]: 2, **rest}"],
  ["[f(x) for x in xs if x if y]", "list[f(x) for x of xs if x if y]"],
  ["{x for a in b for x in a}", "set[x for a of b for x of a]"],
  ["{k: v for k, v in d}", "dict[k: v for [k, v] of d]"],
  ["lambda a, b=1, *c, d, **e: a", "fn (a, b = 1, *c, =d, **e) {return a}"],
  ["await f()", "await f()"],
  ["(n := f())", "let n; n = f()"],
  ["0x1F", "31"],
  ["0o17", "15"],
  ["1_000", "1000"],
  ["1.5e3", "1500"],
  ["3j", "?()"],
  ["...", ""],
  ["f(...)", "f(Ellipsis)"],
  ["f(True, False, None)", "f(true, false, null)"],
  ["str(x)", "@text(x)"],
  ["f(str())", 'f("")'],
  ["len(x)", "@length(x)"],
  ["eval(x)", "@evaluate(x)"],
  ["exec(f'{x}')", "@evaluate(`${x}`)"],
  ["sys.exit(1)", "@exit(1)"],
  ["importlib.import_module(n)", "@module(n)"],
  ["__import__('os')", '@module("os")'],
  ["isinstance(x, (A, B))", "(x instanceof tuple[A, B])"],
  ["dict(a=1, **b)", "{a: 1, **b}"],
  ["dict(pairs)", "dict(pairs)"],
];

test.each(FORMS)("%j", async (source, expected) => {
  expect(await written(source)).toBe(expected);
});

const REBOUND: readonly (readonly [string, string])[] = [
  ["def len(x): return 1\nlen(y)", "let len = fn len(x) {return 1}; len(y)"],
  ["def f(str): return str(x)", "let f = fn f(str) {return str(x)}"],
  ["[len(x) for len in fs]", "list[len(x) for len of fs]"],
  ["from m import eval\neval(x)", "import m (eval as eval); eval(x)"],
  ["def f():\n  exec(x)\n  exec = 1", "let f = fn f() {exec(x); let exec = 1}"],
];

test.each(REBOUND)("a name that the program binds is not Python's own: %j", async (source, expected) => {
  expect(await written(source)).toBe(expected);
});

const STRINGS: readonly (readonly [string, string])[] = [
  ["f('a' \"b\" r'\\d')", 'f("ab\\\\d")'],
  ["f('''a\n b''')", 'f("a\\n b")'],
  ["f(b'\\x41\\n', '\\u00e9\\101')", 'f("A\\n", "éA")'],
  ["f('\\N{BULLET}')", 'f("\\\\N{BULLET}")'],
  ["x(f'a{{b}} {c!r:>{w}} {d=}')", "x(`a{b} ${c}${w} ${d}`)"],
  ["x(f'{f\"{y}\"}' 'z')", "x(`${`${y}`}z`)"],
  ["x(f'plain')", 'x("plain")'],
  ["'%s and %d%%' % (a, b)", "`${a} and ${b}%`"],
  ["'%s' % a", "`${a}`"],
  ["'%(k)s.%(k)s' % {'k': v}", "`${v}.${v}`"],
  ["'%(k)s' % d", '`${d["k"]}`'],
  ["'%s %s' % pair", "`${pair} ${pair}`"],
  ["n % 2", "(n % 2)"],
  ["'{}-{}'.format(a, b)", "`${a}-${b}`"],
  ["'{1}{0}{{}}'.format(a, b)", "`${b}${a}{}`"],
  ["'{n.x[k]:>{w}}'.format(n=a, w=b)", '`${a.x["k"]}${b}`'],
  ["'{}'.format(*xs)", "`{}${?(xs)}`"],
  ["fmt.format(a)", "fmt.format(a)"],
];

test.each(STRINGS)("strings: %j", async (source, expected) => {
  expect(await written(source)).toBe(expected);
});
