import { expect, test } from "vitest";
import { written } from "./written.ts";

const FUNCTIONS: readonly (readonly [string, string])[] = [
  ["def f(a, /, b=1, *, c: int = 2, **d) -> str: pass", "let f = fn f(a, b = 1, =c: int = 2, **d): str {}"],
  ["def f(*args: int, k): pass", "let f = fn f(*args: int, =k) {}"],
  ["@mcp.tool()\n@wraps(g)\nasync def f(): pass", "let f = @mcp.tool() @wraps(g) async fn f() {}"],
  ["def f():\n  '''doc'''\n  x = yield a\n  yield from b", "let f = fn* f() {let x = yield a; yield* b}"],
  ["def f():\n  def g(): yield 1\n  return g", "let f = fn f() {let g = fn* g() {yield 1}; return g}"],
  ["mcp.tool()(f)", "mcp.tool()(f)"],
];

const CLASSES: readonly (readonly [string, string])[] = [
  ["class A(B, m.C[T], metaclass=M): pass", "let A = class A(B, m.C[T]) {}"],
  ["class E(str, Enum):\n  A = 'a'\n  B = auto()", 'let E = class E(str, Enum) {A = "a"; B = auto()}'],
  [
    "class M(BaseModel):\n  model_config = ConfigDict(extra='forbid')\n  x: str = Field(max_length=3)\n  y: int",
    'let M = class M(BaseModel) {model_config = ConfigDict(extra="forbid"); x: str = Field(max_length=3); y: int}',
  ],
  [
    "@dataclass(frozen=True)\nclass D:\n  K: ClassVar[int] = 1\n  a = b = 2\n  c, d = 1, f()",
    "let D = @dataclass(frozen=true) class D() {static K: int = 1; a = 2; b = 2; c = 1; d = f()}",
  ],
  [
    "class A:\n  def __init__(self, x):\n    super().__init__()\n    self.x = x",
    "let A = class A() {constructor __init__ fn A.__init__(self, x) {super().__init__(); self.x = x}}",
  ],
  [
    "class A:\n  @property\n  def p(self): return 1\n  @p.setter\n  def p(self, v): pass\n  @functools.cached_property\n  def q(self): return 2",
    "let A = class A() {getter p fn A.p(self) {return 1}; setter p fn A.p(self, v) {}; getter q fn A.q(self) {return 2}}",
  ],
  [
    "class A:\n  @classmethod\n  def make(cls): pass\n  @staticmethod\n  @retry(3)\n  async def go(): pass",
    "let A = class A() {static class method make fn A.make(cls) {}; static method go @retry(3) async fn A.go() {}}",
  ],
  ["class A:\n  class B:\n    def m(self): pass", "let A = class A() {B = class A.B() {method m fn A.B.m(self) {}}}"],
  ["class A:\n  if X:\n    def m(self): pass\n  else:\n    y = 1", "let A = class A() {y = 1; method m fn A.m(self) {}}"],
  [
    "class P(Protocol):\n  def send(self, t: str) -> None: ...",
    "let P = interface P(Protocol) {method send fn P.send(self, t: str): null {}}",
  ],
];

test.each([...FUNCTIONS, ...CLASSES])("%j", async (source, expected) => {
  expect(await written(source)).toBe(expected);
});

const TYPES: readonly (readonly [string, string])[] = [
  ["str", "str"],
  ["None", "null"],
  ["kafka.Producer", "kafka/Producer"],
  ["Optional[str]", "union<str, null>"],
  ["str | None", "union<str, null>"],
  ["int | str | list[str]", "union<int, str, list<str>>"],
  ["Union[int, Optional[str]]", "union<int, str, null>"],
  ["Literal['a', 1, None, -1]", 'union<"a", 1, null, -1>'],
  ["Literal['a']", '"a"'],
  ["Literal[K.A]", "K/A"],
  ["list[str]", "list<str>"],
  ["typing.Sequence[int]", "list<int>"],
  ["tuple[str, ...]", "list<str>"],
  ["tuple[str, int]", "list<union<str, int>>"],
  ["dict[str, Any]", "map<str, Any>"],
  ["Mapping", "map"],
  ["Callable[[int, str], bool]", "function<int, str, bool>"],
  ["Annotated[str, Field(max_length=3), 'doc']", 'str @Field(max_length=3), "doc"'],
  ["Annotated[Optional[str], Len(3)]", "union<str, null> @Len(3)"],
  ["Final[int]", "int"],
  ["constr(max_length=3)", "constr @constr(max_length=3)"],
  ["'Producer'", "Producer"],
  ["'list[Foo | None]'", "list<union<Foo, null>>"],
  ["list['Foo']", "list<Foo>"],
  ["Box[int]", "Box<int>"],
];

test.each(TYPES)("the hint %j", async (source, expected) => {
  expect(await written(`x: ${source}`)).toBe(`let x: ${expected}`);
});

test("a hint is found under the dotted name of its import", async () => {
  expect(await written("import a.b\nx: a.b.C")).toBe("import a.b (* as a.b); import a (* as a); let x: a.b/C");
});
