import { describe, expect, it } from "vitest";
import { atTop, inside } from "./reading.ts";

type Table = readonly (readonly [form: string, source: string, ir: string])[];

const says = (table: Table): void => it.each(table)("%s", (_, source, ir) => expect(inside(`x = ${source}`)).toBe(`x = ${ir}`));

describe("literals", () => {
  says([
    ["strings", '"\\u00e9\\x41\\101\\"\\\\\\n"', '"éAA\\"\\\\\\n"'],
    ["raw strings", "`raw\\n`", '"raw\\\\n"'],
    ["runes are their text", "'a'", '"a"'],
    ["numbers", "[]float64{0x1F, 0b11, 0o17, 017, 1_000, 1.5e3}", "list[31, 3, 15, 15, 1000, 1500]"],
    ["imaginary numbers are not read", "2i", "opaque()"],
    ["nil, true, false", "[]any{nil, true, false}", "list[null, true, false]"],
    ["a struct", "&T{A: 1, B: b}", "T{A: 1, B: b}"],
    ["a struct by position, unknown here", "pkg.T{1, b}", "pkg.T{0: 1, 1: b}"],
    ["an empty struct", "T{}", "T{}"],
    ["a list", '[...]string{"a", 2: "b"}', 'list["a", "b"]'],
    ["structs in a list", "[]*T{{A: 1}, {A: 2}}", "list[T{A: 1}, T{A: 2}]"],
    ["lists in a list", "[][]int{{1}, {2}}", "list[list[1], list[2]]"],
    ["a map", 'map[string]T{"a": {A: 1}, k: {A: 2}}', "map<string, T>{a: T{A: 1}, [k]: T{A: 2}}"],
    ["structs as keys", "map[T]int{{A: 1}: 2}", "map<T, int>{[T{A: 1}]: 2}"],
    ["maps in a map", 'map[string]map[string]any{"a": {"b": 1}}', "map<string, map<string, any>>{a: map<string, any>{b: 1}}"],
    ["a map of another package", 'gin.H{"a": b}', "gin.H{a: b}"],
    ["an anonymous struct", "struct{ n int }{n: 1}", "object{n: int}{n: 1}"],
    ["anonymous structs by position", '[]struct{ n, m string }{{"a", "b"}}', 'list[object{n: string, m: string}{n: "a", m: "b"}]'],
    ["a generic struct", "G[int]{A: 1}", "G<int>{A: 1}"],
  ]);

  it.each([
    ["fields by position", "type T struct { a, b int; E }\nvar x = T{1, 2, e}", "let x = T{a: 1, b: 2, E: e}"],
    ["inside of a list", "type T struct { a int }\nvar x = []*T{{1}}", "let x = list[T{a: 1}]"],
    ["a named list", "type L []T\nvar x = L{{1}, {2}}", "let x = list[T{0: 1}, T{0: 2}]"],
    ["a named map", "type M map[K]T\nvar x = M{k: {A: 1}}", "let x = M{[k]: T{A: 1}}"],
    ["types in a circle", "type A B\ntype B A\nvar x = A{1}", "let x = A{0: 1}"],
  ])("with types that the file declares: %s", (_, source, ir) => {
    expect(atTop(source).split("; ").at(-1)).toBe(ir);
  });
});

describe("operators", () => {
  says([
    ["logic", "a && b || !c", "((a and b) or !c)"],
    ["comparison", "a == nil", "(a == null)"],
    ["bits", "a &^ ^b", "(a & ~ ~ b)"],
    ["pointers are their values", "*a + *&b", "(a + b)"],
    ["signs", "-a + -1 - +b", "((- a + -1) - b)"],
    ["texts are put together", '"a" + "b" + c + "d" + "e"', '(("ab" + c) + "de")'],
    ["receive", "<-ch", "#receive(ch)"],
    ["slices", "a[1:n]", "a.slice(1, n)"],
    ["slices from the start", "a[:n]", "a.slice(0, n)"],
    ["slices to the end", "a[n:]", "a.slice(n)"],
    ["full slices", "a[1:2:3]", "a.slice(1, 2)"],
    ["assertions", "y.(*pkg.T).F()", "(y as pkg.T).F()"],
    ["assertions to an interface", "y.(interface{ A() })", "(y as object{A: function<tuple<>>})"],
    ["method values", "s.handle", "s.handle"],
    ["method expressions", "(*T).Method", "T.Method"],
    ["instances of generics", "f[int, string]", "f"],
    [
      "functions",
      "func(a, _ int, c ...string) (n int, err error) { return }",
      "func (a: int, _: int, ...c: list<string>) tuple<int, error> { let n: int; let err: error; return tuple[n, err] }",
    ],
  ]);
});

describe("calls", () => {
  says([
    ["a method", "s.a.b(c)", "s.a.b(c)"],
    ["spread", "f(a, b...)", "f(a, ...b)"],
    ["a result that is called", "f()(y)", "f()(y)"],
    ["a function on the spot", "func(a int) {}(1)", "(func (a: int) {})(1)"],
    ["parentheses", "(s.f)(y)", "s.f(y)"],
    ["an element", "handlers[name](y)", "handlers[name](y)"],
    ["an element by a field", "handlers[req.Name](y, z)", "handlers[req.Name](y, z)"],
    ["an element of a field", "s.handlers[name](y)", "s.handlers[name](y)"],
    ["a generic function", "gen[int](y)", "gen(y)"],
    ["a generic function of a list", "gen[[]T](y, z)", "gen(y, z)"],
    ["a generic function of two types", "gen[int, string](y)", "gen(y)"],
    ["make", "make(map[string][]T, n)", "make(<map<string, list<T>>>, n)"],
    ["new", "new(pkg.T)", "new(<pkg.T>)"],
    ["new of a value", 'new("a")', '"a"'],
    ["len and cap", "len(a) + cap(b)", "(#length(a) + #length(b))"],
    ["append", "append(xs, a, b)", "#append(xs, a, b)"],
    ["append of a list", "append(xs, ys...)", "list[...xs, ...ys]"],
    ["text", "[]byte(string(a))", "#text(#text(a))"],
    ["numbers", "int(a)", "(a as int)"],
    ["conversions by pointer, of types from elsewhere", "(*pkg.T)(a)", "pkg.T(a)"],
    ["conversions to written types", "map[string]any(a)", "(a as map<string, any>)"],
    ["other functions of the language", "min(a, b)", "min(a, b)"],
  ]);

  it("removes a map's key", () => expect(inside("delete(m, k)")).toBe("delete m[k]"));

  it.each([
    ["conversions to the file's types", 'type A string\nvar x = A("a")', 'let x = ("a" as A)'],
    ["generic functions of the package's imports", 'import "a.b/p"\nvar x = gen[p.T](y)', "let x = gen(y)"],
    ["a format", 'import "fmt"\nvar x = fmt.Sprintf("a %d%% %-5s!", n, s)', 'let x = template("a ", n, "% ", s, "!")'],
    ["a format with numbers", 'import "fmt"\nvar x = fmt.Sprintf("%[2]s.%[1]s", a, b)', 'let x = template(b, ".", a)'],
    ["a format with widths and extras", 'import "fmt"\nvar x = fmt.Sprintf("%*d", w, a, b)', "let x = template(w, a, b)"],
    ["a format that is not written here", 'import "fmt"\nvar x = fmt.Sprintf(f, a)', "let x = fmt.Sprintf(f, a)"],
    ["a spread format", 'import "fmt"\nvar x = fmt.Sprintf("%s", a...)', 'let x = fmt.Sprintf("%s", ...a)'],
    ["another fmt", 'import fmt "other.org/x"\nvar x = fmt.Sprintf("%s", a)', 'let x = fmt.Sprintf("%s", a)'],
    ["an error", 'import "fmt"\nvar x = fmt.Errorf("a %w", err)', 'let x = fmt.Errorf("a %w", err)'],
    ["the end, by its alias", 'import l "log"\nvar x = l.Fatalf("a", b)', 'let x = #exit("a", b)'],
    ["the end", 'import "os"\nvar x = os.Exit(1)', "let x = #exit(1)"],
  ])("%s", (_, source, ir) => {
    expect(atTop(source).split("; ").at(-1)).toBe(ir);
  });
});
