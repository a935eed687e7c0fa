// Expressions that can follow one child without end: which child that is, and how the rest is built around it.
import type { BinaryOperator, Expression } from "../../ir/ir.ts";
import { argumentsOf, callPlace, lastOf } from "./lower-arguments.ts";
import { textOf } from "./lower-keys.ts";
import type { Lowering, Named } from "./lowering.ts";
import type { Ast } from "./parse.ts";

type Node = Ast.Expression | Ast.Super;

interface Chain<K> {
  readonly child: (node: Named<Node, K>) => Node | undefined;
  readonly build: (c: Lowering, node: Named<Node, K>, inner: Expression) => Expression;
}

const LINKS = [
  "AssignmentExpression",
  "AwaitExpression",
  "BinaryExpression",
  "CallExpression",
  "ChainExpression",
  "ConditionalExpression",
  "LogicalExpression",
  "MemberExpression",
  "NewExpression",
  "TaggedTemplateExpression",
  "TSAsExpression",
  "TSInstantiationExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
  "TSTypeAssertion",
  "UnaryExpression",
] as const;

export type Link = Named<Node, (typeof LINKS)[number]>;

const LOGIC = { "||": "or", "&&": "and", "??": "nullish" } as const;

const OPERATORS: Readonly<Record<Ast.BinaryOperator, BinaryOperator>> = {
  "==": "==",
  "===": "==",
  "!=": "!=",
  "!==": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
  "**": "**",
  "<<": "<<",
  ">>": ">>",
  ">>>": ">>",
  "|": "|",
  "^": "^",
  "&": "&",
  in: "in",
  instanceof: "instanceof",
};

export const CHAINS: { readonly [K in Link["type"]]: Chain<K> } = {
  // The value is the child, since it is on the right that assignments are chained. A function takes the target's name.
  AssignmentExpression: { child: (node) => (isNamed(node.right) ? undefined : node.right), build: assignment },
  AwaitExpression: {
    child: (node) => node.argument,
    build: (c, node, value) => ({ kind: "await", value, at: c.place(node.start) }),
  },
  BinaryExpression: {
    child: (node) => (node.left.type === "PrivateIdentifier" ? undefined : node.left),
    build: (c, node, left) => ({
      kind: "binary",
      op: OPERATORS[node.operator],
      left,
      right: c.expression(node.right),
      at: c.place(node.start),
    }),
  },
  CallExpression: { child: (node) => lastOf(node.callee), build: call },
  ChainExpression: { child: (node) => node.expression, build: (_, __, inner) => inner },
  ConditionalExpression: {
    child: (node) => node.alternate,
    build: (c, node, otherwise) => ({
      kind: "conditional",
      test: c.expression(node.test),
      // oxlint-disable-next-line unicorn/no-thenable -- the IR's name for it
      then: c.expression(node.consequent),
      else: otherwise,
      at: c.place(node.start),
    }),
  },
  LogicalExpression: {
    child: (node) => node.left,
    build: (c, node, left) => ({ kind: "logic", op: LOGIC[node.operator], left, right: c.expression(node.right), at: c.place(node.start) }),
  },
  MemberExpression: { child: (node) => node.object, build: member },
  NewExpression: { child: (node) => (isFunctionName(node.callee) ? undefined : lastOf(node.callee)), build: construct },
  TaggedTemplateExpression: { child: (node) => (isRaw(node.tag) ? undefined : node.tag), build: tagged },
  TSAsExpression: { child: (node) => node.expression, build: cast },
  TSInstantiationExpression: { child: (node) => node.expression, build: (_, __, inner) => inner },
  TSNonNullExpression: {
    child: (node) => node.expression,
    build: (c, node, value) => ({ kind: "cast", value, type: undefined, at: c.place(node.start) }),
  },
  TSSatisfiesExpression: { child: (node) => node.expression, build: cast },
  TSTypeAssertion: { child: (node) => node.expression, build: cast },
  UnaryExpression: { child: (node) => node.argument, build: unary },
};

const isNamed = ({ type }: Ast.Expression): boolean =>
  type === "FunctionExpression" || type === "ArrowFunctionExpression" || type === "ClassExpression";

const isFunctionName = (node: Ast.Expression): boolean => node.type === "Identifier" && node.name === "Function";

export const isRaw = (tag: Ast.Expression): boolean =>
  tag.type === "MemberExpression" &&
  !tag.computed &&
  tag.property.name === "raw" &&
  tag.object.type === "Identifier" &&
  tag.object.name === "String";

export function assignment(c: Lowering, node: Ast.AssignmentExpression, value: Expression): Expression {
  const target = c.pattern(node.left);
  const at = c.place(node.start);
  const { operator } = node;
  if (operator === "=") return { kind: "assign", target, value, at };
  if (operator === "||=" || operator === "&&=" || operator === "??=") {
    const left = c.expression(node.left as Ast.Expression);
    return {
      kind: "assign",
      target,
      value: { kind: "logic", op: LOGIC[operator.slice(0, -1) as keyof typeof LOGIC], left, right: value, at },
      at,
    };
  }
  return { kind: "assign", target, value, op: OPERATORS[operator.slice(0, -1) as Ast.BinaryOperator], at };
}

function call(c: Lowering, node: Ast.CallExpression, callee: Expression): Expression {
  const args = argumentsOf(c, node.arguments);
  const at = callPlace(c, node);
  return node.optional ? { kind: "call", callee, args, optional: true, at } : { kind: "call", callee, args, at };
}

function construct(c: Lowering, node: Ast.NewExpression, callee: Expression): Expression {
  return { kind: "call", callee, args: argumentsOf(c, node.arguments), isNew: true, at: callPlace(c, node) };
}

function member(c: Lowering, node: Ast.MemberExpression, object: Expression): Expression {
  const at = c.place(node.property.start);
  const name = memberOf(node);
  if (name === undefined) return { kind: "index", object, index: c.expression(node.property as Ast.Expression), at };
  return node.optional ? { kind: "member", object, name, optional: true, at } : { kind: "member", object, name, at };
}

/** `x["name"]` is `x.name`; a number stays an index. */
function memberOf(node: Ast.MemberExpression): string | undefined {
  if (!node.computed) return node.property.type === "PrivateIdentifier" ? `#${node.property.name}` : node.property.name;
  return node.property.type === "Literal" && typeof node.property.value !== "string" ? undefined : textOf(node.property);
}

/** As it is called: the list of fixed texts first, then the values. */
function tagged(c: Lowering, node: Ast.TaggedTemplateExpression, callee: Expression): Expression {
  const texts = node.quasi.quasis.map((quasi): { value: Expression } => ({
    value: { kind: "literal", value: quasi.value.cooked ?? quasi.value.raw, at: c.place(quasi.start) },
  }));
  const first: Expression = { kind: "array", style: "list", items: texts, at: c.place(node.quasi.start) };
  const values = node.quasi.expressions.map((value) => ({ value: c.expression(value) }));
  return { kind: "call", callee, args: [{ value: first }, ...values], at: callPlace(c, node) };
}

function cast(c: Lowering, node: Ast.TSAsExpression | Ast.TSSatisfiesExpression | Ast.TSTypeAssertion, value: Expression): Expression {
  return { kind: "cast", value, type: c.type(node.typeAnnotation), at: c.place(node.start) };
}

function unary(c: Lowering, node: Ast.UnaryExpression, value: Expression): Expression {
  const at = c.place(node.start);
  if (node.operator === "!") return { kind: "not", value, at };
  if (node.operator === "void" && value.kind === "literal") return { kind: "literal", value: undefined, at };
  if (node.operator === "-" && value.kind === "literal" && typeof value.value === "number")
    return { kind: "literal", value: -value.value, at };
  return { kind: "unary", op: node.operator, value, at };
}
