import { expect, test } from "vitest";
import { python } from "../../../../src/audit/frontends/python/index.ts";
import { written } from "./written.ts";

const SCOPES: readonly (readonly [string, string, string])[] = [
  [
    "a name that is first assigned in a block belongs to the function",
    "def f():\n  if a:\n    x = 1\n  return x",
    "let f = fn f() {let x; if a {x = 1}; return x}",
  ],
  ["a function's name is its own, whatever the module calls so", "x = 1\ndef f():\n  x = 2", "let x = 1; let f = fn f() {let x = 2}"],
  [
    "nonlocal assigns the outer function's name",
    "def f():\n  x = 1\n  def g():\n    nonlocal x\n    x = 2",
    "let f = fn f() {let x = 1; let g = fn g() {x = 2}}",
  ],
  ["global assigns the module's name, which the module then has", "def f():\n  global x\n  x = 2", "let x; let f = fn f() {x = 2}"],
  ["a parameter is assigned, not declared again", "def f(x):\n  x = 2", "let f = fn f(x) {x = 2}"],
  [
    "a walrus in a comprehension binds around it",
    "def f():\n  return [y for x in xs if (y := g(x))]",
    "let f = fn f() {let y; return list[y for x of xs if y = g(x)]}",
  ],
  ["a function in a block is assigned", "if a:\n  def f(): pass\nelse:\n  f = g", "let f; if a {f = fn f() {}} else {f = g}"],
  ["what except catches lives in its clause", "try: f()\nexcept E as e: g(e)", "try {f()} catch E e {g(e)}"],
  ["a second definition replaces the first", "def f(): pass\ndef f(): pass", "let f = fn f() {}; f = fn f() {}"],
];

test.each(SCOPES)("%s", async (_, source, expected) => {
  expect(await written(source)).toBe(expected);
});

const IMPORTS: readonly (readonly [string, string])[] = [
  ["import os", "import os (* as os)"],
  ["import a.b as c, d", "import a.b (* as c); import d (* as d)"],
  ["from m import x, y as z", "import m (x as x, y as z)"],
  ["from m import (\n  x,\n)", "import m (x as x)"],
  ["from . import a", "import . (a as a)"],
  ["from ... b.c import d", "import ...b.c (d as d)"],
  ["from m import *", "import m (* as *)"],
  ["from google.cloud import pubsub_v1 as p", "import google.cloud.pubsub_v1 (* as p)"],
  ["from azure.servicebus import ServiceBusClient", "import azure.servicebus (ServiceBusClient as ServiceBusClient)"],
  ["if TYPE_CHECKING:\n  from m import X", "type import m (X as X)"],
  [
    "if typing.TYPE_CHECKING:\n  import m\n  X = 1\nelse:\n  X = 2",
    "let X; type import m (* as m); if typing.TYPE_CHECKING {X = 1} else {X = 2}",
  ],
  ["def f():\n  import m\n  m.g()", "let f = fn f() {import m (* as m); m.g()}"],
  ["import a.b.c\na.b.c.f(a.x)", "import a.b.c (* as a.b.c); import a (* as a); a.b.c.f(a.x)"],
  ["try:\n  import fast as m\nexcept ImportError:\n  m = None", "import fast (* as m); try {} catch ImportError {m = null}"],
  [
    "try:\n  import fast as m\nexcept ImportError:\n  import m",
    "import fast (* as m); try {} catch ImportError {import m (* as import m); m = import m}",
  ],
  ["def f():\n  global m\n  import m", "let m; let f = fn f() {import m (* as import m); m = import m}"],
];

test.each(IMPORTS)("imports bind their scope's names: %j", async (source, expected) => {
  expect(await written(source)).toBe(expected);
});

test("comments are kept where they speak to the audit", async () => {
  await python.prepare();
  const { module } = python.lower({ file: "a.py", text: "# plain\nx = 1\n\nsend(x)  ## sallyport-ignore reached: fixed above\n" });
  expect(module.remarks).toEqual([{ line: 4, text: "sallyport-ignore reached: fixed above" }]);
});
