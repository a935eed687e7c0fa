// Expressions that are not followed along one child: names, literals, objects, functions, and calls with a meaning of their own.
import type { Entry, Expression, Item } from "../../ir/ir.ts";
import { exportsRead } from "./commonjs.ts";
import { lowerFunction } from "./lower-functions.ts";
import { assignment } from "./lower-chains.ts";
import { lowerJsx } from "./lower-jsx.ts";
import { dotted, keyOf, textOf } from "./lower-keys.ts";
import { specialCall } from "./special-calls.ts";
import type { Lowering, Named } from "./lowering.ts";
import type { Ast } from "./parse.ts";

type Node = Ast.Expression | Ast.Super;
type Table = { readonly [K in Node["type"]]?: (c: Lowering, node: Named<Node, K>, name: string) => Expression };

export const LEAVES: Table = {
  ArrayExpression: (c, node) => ({
    kind: "array",
    style: "list",
    items: node.elements.map((element) => item(c, element)),
    at: c.place(node.start),
  }),
  ArrowFunctionExpression: functionExpression,
  AssignmentExpression: (c, node) => assignment(c, node, c.expression(node.right, targetName(node.left))),
  // Only `#x in y` ends here.
  BinaryExpression: (c, node) => ({
    kind: "binary",
    op: "in",
    left: { kind: "literal", value: `#${(node.left as Ast.PrivateIdentifier).name}`, at: c.place(node.left.start) },
    right: c.expression(node.right),
    at: c.place(node.start),
  }),
  CallExpression: specialCall,
  ClassExpression: (c, node, name) => ({ kind: "class", cls: c.cls(node, name), at: c.place(node.start) }),
  FunctionExpression: functionExpression,
  Identifier: identifier,
  ImportExpression: (c, node) => ({ kind: "builtin", name: "module", args: [c.expression(node.source)], at: c.place(node.start) }),
  JSXElement: lowerJsx,
  JSXFragment: lowerJsx,
  Literal: literal,
  // Only `exports.x` and `module.exports` end here.
  MemberExpression: (c, node) => exportsRead(c, node),
  MetaProperty: (c, node) => ({ kind: "name", name: `${node.meta.name}.${node.property.name}`, at: c.place(node.start) }),
  // Only `new Function(code)` ends here.
  NewExpression: (c, node) => ({ kind: "builtin", name: "evaluate", args: plain(c, node.arguments), at: c.place(node.callee.start) }),
  ObjectExpression: (c, node) => ({
    kind: "object",
    entries: node.properties.map((property) => entry(c, property)),
    at: c.place(node.start),
  }),
  ParenthesizedExpression: (c, node, name) => c.expression(node.expression, name),
  SequenceExpression: (c, node) => ({
    kind: "sequence",
    items: node.expressions.map((each) => c.expression(each)),
    at: c.place(node.start),
  }),
  Super: (c, node) => ({ kind: "super", at: c.place(node.start) }),
  // Only `String.raw` ends here: the text, in another form.
  TaggedTemplateExpression: (c, node) => templateLiteral(c, node.quasi),
  TemplateLiteral: templateLiteral,
  ThisExpression: (c, node) => ({ kind: "this", at: c.place(node.start) }),
  UpdateExpression: update,
  V8IntrinsicExpression: (c, node) => ({ kind: "opaque", parts: plain(c, node.arguments), at: c.place(node.start) }),
  YieldExpression: yielded,
};

export const plain = (c: Lowering, nodes: readonly Ast.Argument[]): Expression[] =>
  nodes.map((node) => c.expression(node.type === "SpreadElement" ? node.argument : node));

function functionExpression(c: Lowering, node: Ast.Function | Ast.ArrowFunctionExpression, name: string): Expression {
  return { kind: "function", fn: c.fn(node, name), at: c.place(node.start) };
}

/** `Foo.prototype.bar = function` is `Foo.bar`; `this.handler = () =>` is `handler`. */
function targetName(node: Ast.AssignmentTarget): string {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression") return "";
  const path = dotted(node).split(".");
  return path.at(-2) === "prototype" ? path.slice(-3).toSpliced(1, 1).join(".") : (path.at(-1) ?? "");
}

function identifier(c: Lowering, node: Ast.IdentifierReference): Expression {
  const at = c.place(node.start);
  return node.name === "undefined" ? { kind: "literal", value: undefined, at } : { kind: "name", name: node.name, at };
}

type AnyLiteral = Named<Ast.Expression, "Literal">;

function literal(c: Lowering, node: AnyLiteral): Expression {
  const at = c.place(node.start);
  if ("regex" in node) return { kind: "regex", source: node.regex.pattern, flags: node.regex.flags, at };
  return { kind: "literal", value: typeof node.value === "bigint" ? Number(node.value) : node.value, at };
}

function item(c: Lowering, node: Ast.ArrayExpressionElement): Item {
  if (node === null) return { value: { kind: "literal", value: undefined, at: 0 } };
  return node.type === "SpreadElement" ? { value: c.expression(node.argument), spread: true } : { value: c.expression(node) };
}

function entry(c: Lowering, node: Ast.ObjectPropertyKind): Entry {
  const at = c.place(node.start);
  if (node.type === "SpreadElement") return { kind: "spread", value: c.expression(node.argument), at };
  const key = keyOf(node);
  if (node.kind === "get") return accessor(c, node, key, at);
  if (key === undefined) return { kind: "computed", key: c.expression(node.key as Ast.Expression), value: c.expression(node.value), at };
  // A setter is no value of the object; under a name that nobody reads, what it does is not lost.
  const name = node.kind === "set" ? `set ${key}` : key;
  return { kind: "property", key: name, value: c.expression(node.value, key), at };
}

function accessor(c: Lowering, node: Ast.ObjectProperty, key: string | undefined, at: number): Entry {
  const get = lowerFunction(c, node.value as Ast.Function, key ?? "");
  if (key !== undefined) return { kind: "accessor", key, get, at };
  const value: Expression = { kind: "call", callee: { kind: "function", fn: get, at }, args: [], at };
  return { kind: "computed", key: c.expression(node.key as Ast.Expression), value, at };
}

function templateLiteral(c: Lowering, node: Ast.TemplateLiteral): Expression {
  const at = c.place(node.start);
  const whole = textOf(node);
  if (whole !== undefined) return { kind: "literal", value: whole, at };
  const parts: Expression[] = [];
  node.quasis.forEach((quasi, index) => {
    const text = quasi.value.cooked ?? quasi.value.raw;
    if (text !== "") parts.push({ kind: "literal", value: text, at: c.place(quasi.start) });
    const value = node.expressions[index];
    if (value !== undefined) parts.push(c.expression(value));
  });
  return { kind: "template", parts, at };
}

function update(c: Lowering, node: Ast.UpdateExpression): Expression {
  const at = c.place(node.start);
  return {
    kind: "assign",
    target: c.pattern(node.argument),
    value: { kind: "literal", value: 1, at },
    op: node.operator === "++" ? "+" : "-",
    at,
  };
}

function yielded(c: Lowering, node: Ast.YieldExpression): Expression {
  const at = c.place(node.start);
  const value = node.argument ? c.expression(node.argument) : undefined;
  if (c.scope.yieldIsAwait && value !== undefined) return { kind: "await", value, at };
  return node.delegate ? { kind: "yield", value, each: true, at } : { kind: "yield", value, at };
}
