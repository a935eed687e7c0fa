// Expressions, except calls and composite literals.
import type { BinaryOperator, Expression } from "../../ir/ir.ts";
import { compute, float, integer, unescape } from "./literal.ts";
import { call, conversion } from "./lower-calls.ts";
import { compositeLiteral } from "./lower-literals.ts";
import { nested, opaque, placeOf, type Reading, textOf } from "./reading.ts";
import { child, inner, type Syntax } from "./syntax.ts";

type ExpressionLowering = (r: Reading, node: Syntax) => Expression;
type Value = string | number | boolean | null;

const literal =
  (value: (text: string, r: Reading) => Value): ExpressionLowering =>
  (r, node) => ({ kind: "literal", value: value(textOf(r, node), r), at: placeOf(r, node) });

const LOWERINGS: ReadonlyMap<string, ExpressionLowering> = new Map<string, ExpressionLowering>([
  ["identifier", (r, node) => ({ kind: "name", name: textOf(r, node), at: placeOf(r, node) })],
  // A type stands where a value should when the parser took an index for type arguments.
  ["type_identifier", (r, node) => ({ kind: "name", name: textOf(r, node), at: placeOf(r, node) })],
  ["qualified_type", qualified],
  ["type_elem", (r, node) => (node.children[0] === undefined ? opaque(r, node) : r.expression(node.children[0]))],
  ["interpreted_string_literal", literal((text) => unescape(text.slice(1, -1)))],
  ["raw_string_literal", literal((text) => text.slice(1, -1).replaceAll("\r", ""))],
  ["rune_literal", literal((text) => unescape(text.slice(1, -1)))],
  ["int_literal", literal(integer)],
  ["float_literal", literal(float)],
  ["nil", literal(() => null)],
  ["true", literal(() => true)],
  ["false", literal(() => false)],
  ["iota", (r, node) => literalOrName(r, node)],
  ["parenthesized_expression", (r, node) => (inner(node) === node ? opaque(r, node) : r.expression(inner(node)))],
  ["selector_expression", selector],
  ["index_expression", index],
  ["slice_expression", slice],
  ["unary_expression", unary],
  ["binary_expression", binary],
  ["call_expression", call],
  ["type_conversion_expression", conversion],
  ["type_assertion_expression", assertion],
  ["type_instantiation_expression", typeAsValue],
  ["generic_type", typeAsValue],
  ["composite_literal", compositeLiteral],
  ["func_literal", (r, node) => ({ kind: "function", fn: r.function(node, ""), at: placeOf(r, node) })],
]);

const TYPES = /_type$/;

export function lowerExpression(r: Reading, node: Syntax): Expression {
  const lowering = LOWERINGS.get(node.kind);
  if (lowering !== undefined) {
    return nested(
      r,
      node,
      () => lowering(r, node),
      () => opaque(r, node),
    );
  }
  return TYPES.test(node.kind) ? { kind: "type", type: r.type(node), at: placeOf(r, node) } : opaque(r, node);
}

const literalOrName = (r: Reading, node: Syntax): Expression =>
  r.iota === undefined ? { kind: "name", name: "iota", at: placeOf(r, node) } : { kind: "literal", value: r.iota, at: placeOf(r, node) };

function part(r: Reading, node: Syntax, field: string): Expression {
  const found = child(node, field);
  return found === undefined ? { kind: "opaque", parts: [], at: placeOf(r, node) } : r.expression(found);
}

function qualified(r: Reading, node: Syntax): Expression {
  const [object, name] = node.children;
  if (object === undefined || name === undefined) return opaque(r, node);
  const left: Expression = { kind: "name", name: textOf(r, object), at: placeOf(r, object) };
  return { kind: "member", object: left, name: textOf(r, name), at: placeOf(r, name) };
}

/** `F[int]` as a value: the function, or the type, without its arguments. */
function typeAsValue(r: Reading, node: Syntax): Expression {
  const type = child(node, "type");
  return type === undefined ? { kind: "type", type: r.type(node), at: placeOf(r, node) } : r.expression(type);
}

function selector(r: Reading, node: Syntax): Expression {
  const name = child(node, "field");
  if (name === undefined) return part(r, node, "operand");
  return { kind: "member", object: part(r, node, "operand"), name: textOf(r, name), at: placeOf(r, name) };
}

function index(r: Reading, node: Syntax): Expression {
  return { kind: "index", object: part(r, node, "operand"), index: part(r, node, "index"), at: placeOf(r, node) };
}

/** `x[a:b]` is `x.slice(a, b)`: the same in both languages as far as anyone looks. */
function slice(r: Reading, node: Syntax): Expression {
  const start = child(node, "start");
  const end = child(node, "end");
  const at = placeOf(r, node);
  const from: Expression = start === undefined ? { kind: "literal", value: 0, at } : r.expression(start);
  const bounds = end === undefined ? [from] : [from, r.expression(end)];
  const callee: Expression = { kind: "member", object: part(r, node, "operand"), name: "slice", at };
  return { kind: "call", callee, args: bounds.map((value) => ({ value })), at };
}

/** `x.(T)`. */
function assertion(r: Reading, node: Syntax): Expression {
  const type = child(node, "type");
  return { kind: "cast", value: part(r, node, "operand"), type: type && r.type(type), at: placeOf(r, node) };
}

function unary(r: Reading, node: Syntax): Expression {
  const value = part(r, node, "operand");
  const at = placeOf(r, node);
  switch (operatorOf(r, node)) {
    case "!":
      return { kind: "not", value, at };
    case "<-":
      return { kind: "builtin", name: "receive", args: [value], at };
    case "^":
      return { kind: "unary", op: "~", value, at };
    case "-":
      return typeof negated(value) === "number" ? { kind: "literal", value: negated(value), at } : { kind: "unary", op: "-", value, at };
    default:
      return value;
  }
}

const negated = (value: Expression): number | undefined =>
  value.kind === "literal" && typeof value.value === "number" ? -value.value : undefined;

const operatorOf = (r: Reading, node: Syntax): string => {
  const operator = child(node, "operator");
  return operator === undefined ? "" : textOf(r, operator);
};

/** Long sums lean to the left as deep as they are long, so the left side is a loop. */
function binary(r: Reading, node: Syntax): Expression {
  const chain = [node];
  for (let left = child(node, "left"); left?.kind === "binary_expression"; left = child(left, "left")) chain.push(left);
  if (chain.length > MOST_OPERANDS) return { kind: "template", parts: operands(r, chain), at: placeOf(r, node) };
  return chain.reduceRight<Expression | undefined>(
    (left, each) => combine(r, each, left ?? part(r, each, "left")),
    undefined,
  ) as Expression;
}

const MOST_OPERANDS = 200;

const operands = (r: Reading, chain: readonly Syntax[]): Expression[] => [
  part(r, chain.at(-1) as Syntax, "left"),
  ...chain.toReversed().map((each) => part(r, each, "right")),
];

const OPERATORS: ReadonlySet<string> = new Set<BinaryOperator>([
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "+",
  "-",
  "*",
  "/",
  "%",
  "&",
  "|",
  "^",
  "<<",
  ">>",
]);

function combine(r: Reading, node: Syntax, left: Expression): Expression {
  const op = operatorOf(r, node);
  const right = part(r, node, "right");
  const at = placeOf(r, node);
  if (op === "&&") return { kind: "logic", op: "and", left, right, at };
  if (op === "||") return { kind: "logic", op: "or", left, right, at };
  if (op === "&^") return { kind: "binary", op: "&", left, right: { kind: "unary", op: "~", value: right, at }, at };
  if (!OPERATORS.has(op)) return { kind: "opaque", parts: [left, right], at };
  return joined(op as BinaryOperator, left, right, at);
}

/** Literals are put together: `"a" + "b"`, `1 << 3`, and `x + "a" + "b"`, so that long texts do not nest. */
function joined(op: BinaryOperator, left: Expression, right: Expression, at: number): Expression {
  if (right.kind === "literal") {
    if (left.kind === "literal") {
      const value = compute(op, left.value, right.value);
      if (value !== undefined) return { kind: "literal", value, at };
    }
    if (op === "+" && left.kind === "binary" && left.op === "+" && left.right.kind === "literal" && typeof right.value === "string") {
      const value = compute("+", left.right.value, right.value);
      if (value !== undefined) return { ...left, right: { kind: "literal", value, at: left.right.at } };
    }
  }
  return { kind: "binary", op, left, right, at };
}
