import { describe, expect, it } from "vitest";
import { columnOf, lineOf } from "../../../../src/audit/ir/place.ts";
import { atTop, bodyOf, lowered } from "./reading.ts";

describe("declarations", () => {
  it.each([
    ["a function", "func f(a int) error { return nil }", "let f = func f(a: int) error { return null } ^"],
    ["a generic function", "func f[T any](x T, _ T) (T, error)", "let f = func f(x: T, _: T) tuple<T, error> {} ^"],
    ["parameters without names", "func f(int, ...string)", "let f = func f(_: int, ..._: list<string>) {} ^"],
    ["a method", "func (s *S) M(a int) {}", "S.prototype.M = func S.M(s: S, a: int) {}"],
    ["a method without a receiver's name", "func (A) M() {}", "A.prototype.M = func A.M(_: A) {}"],
    ["a method of a generic type", "func (s *S[T]) M() T { return s.v }", "S.prototype.M = func S.M(s: S) T { return s.v }"],
    ["init runs", "func init() { a() }", "(func init() { a() })()"],
    ["an alias", "type A = pkg.B", "let A = <pkg.B> ^"],
    ["a named type", "type A string", "let A = <string> ^"],
    [
      "a function type",
      "type H func(ctx context.Context, a, b *T) (*R, error)",
      "let H = <function<context.Context, T, T, tuple<R, error>>> ^",
    ],
    ["the empty interface", "type E interface{}", "let E = <any> ^"],
    ["a constraint", "type N interface{ ~int | ~string }", "let N = <union<int, string>> ^"],
    ["types in a group", "type ( A int; B []A )", "let A = <int> ^; let B = <list<A>> ^"],
    ["channels and arrays", "var c <-chan [3]T", "let c: chan<list<T>>"],
    [
      "a struct",
      'type S struct { Base; *pkg.Other; a, b int `json:"a"`; G[int] }',
      'let S = class S(Base, pkg.Other, G) { Base: Base; Other: pkg.Other; a: int `json:"a"`; b: int `json:"a"`; G: G<int> } ^',
    ],
    [
      "an interface",
      "type I interface { Reader; pkg.W; Do(a int, xs ...string) (n int, err error); Close() }",
      "let I = interface I(Reader, pkg.W) { func I.Do(_: I, a: int, ...xs: list<string>) tuple<int, error> {}; func I.Close(_: I) {} } ^",
    ],
  ])("%s", (_, source, ir) => expect(atTop(source)).toBe(ir));

  it("come before what runs, and methods after types", () => {
    const source = 'var x = f()\nfunc init() {}\nfunc (t T) M() {}\nfunc f() {}\ntype T struct{}\nimport "fmt"';
    expect(atTop(source)).toMatch(/^import fmt.*let f = .*let T = .*T\.prototype\.M = .*let x = .*init/);
  });
});

describe("imports", () => {
  it.each([
    ['"fmt"', "fmt as [* fmt]"],
    ['k "github.com/IBM/sarama"', "github.com/IBM/sarama as [* k]"],
    ['. "math"', "math as [* *]"],
    ['_ "embed"', "embed as []"],
    ['"github.com/nats-io/nats.go"', "github.com/nats-io/nats.go as [* nats]"],
    ['"github.com/redis/go-redis/v9"', "github.com/redis/go-redis/v9 as [* redis]"],
    ['"github.com/rabbitmq/amqp091-go"', "github.com/rabbitmq/amqp091-go as [* amqp091]"],
    ['"github.com/confluentinc/confluent-kafka-go/v2/kafka"', "github.com/confluentinc/confluent-kafka-go/v2/kafka as [* kafka]"],
    ['"gopkg.in/yaml.v3"', "gopkg.in/yaml.v3 as [* yaml]"],
    ['"example.com/two-words"', "example.com/two-words as [* twowords]"],
  ])("%s", (spec, ir) => expect(atTop(`import ${spec}`)).toBe(`import ${ir}`));

  it("take the name that the file uses when the path leaves a choice", () => {
    const source = 'import "github.com/eclipse/paho.mqtt.golang"\nvar x = mqtt.NewClient(options)';
    expect(atTop(source)).toMatch(/^import github\.com\/eclipse\/paho\.mqtt\.golang as \[\* mqtt\]/);
  });
});

describe("the module", () => {
  it.each([
    ["tools/publish.go", "tools", "tools"],
    ["main.go", "server", "."],
    ["cmd/x/main.go", "main", "cmd/x#main"],
    ["tools/publish_test.go", "tools_test", "tools#tools_test"],
    ["tools/publish_test.go", "tools", "tools"],
  ])("%s of package %s is in %s", (file, name, key) => {
    expect(lowered(`package ${name}`, file).module.package).toBe(key);
  });

  it("keeps the comments that speak to the audit, and no others", () => {
    const source = "package p\n\n// sallyport: allow x\nfunc f() {} // Says nothing.\n/* sallyport\n y */";
    expect(lowered(source).module.remarks).toEqual([
      { line: 3, text: "sallyport: allow x" },
      { line: 5, text: "sallyport\n y" },
    ]);
  });
});

describe("places", () => {
  it("of a call are where its last name stands", () => {
    const [statement] = bodyOf(lowered("package p\nfunc f() {\n\tproducer.\n\t\tSend(x)\n}").module.body[0]);
    const call = statement?.kind === "expression" ? statement.value : undefined;
    expect([lineOf(call?.at ?? 0), columnOf(call?.at ?? 0)]).toEqual([4, 3]);
    expect(lineOf(statement?.at ?? 0)).toBe(3);
  });

  it("count characters, not bytes", () => {
    const [statement] = bodyOf(lowered('package p\nfunc f() { é("ü"); g() }').module.body[0]).slice(1);
    expect(columnOf(statement?.at ?? 0)).toBe(20);
  });

  it("of a function say where it ends", () => {
    const [statement] = lowered("package p\nfunc f() {\n\n}").module.body;
    const fn = statement?.kind === "let" && statement.value?.kind === "function" ? statement.value.fn : undefined;
    expect([lineOf(fn?.at ?? 0), fn?.endLine]).toEqual([2, 4]);
  });
});
