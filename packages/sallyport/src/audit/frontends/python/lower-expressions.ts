// The expressions that are neither operators, calls, strings nor displays.
import type { Expression } from "../../ir/ir.ts";
import { augmentedAssignment, innerAssignment } from "./lower-statements.ts";
import { literal, type LowerExpression, nameOf, opaque } from "./lowering.ts";
import { childOf } from "./parse.ts";

const integer: LowerExpression = (lowering, node) => {
  const text = node.text.replaceAll("_", "");
  const at = lowering.at(node);
  if (/j$/i.test(text)) return opaque([], at);
  const digits = text.replace(/l$/i, "");
  // Python 2 wrote octal numbers so.
  return literal(/^0\d+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits), at);
};

const float: LowerExpression = (lowering, node) => {
  const value = Number(node.text.replaceAll("_", ""));
  return Number.isNaN(value) ? opaque([], lowering.at(node)) : literal(value, lowering.at(node));
};

const yielded: LowerExpression = (lowering, node) => {
  if (lowering.scope !== undefined) lowering.scope.isGenerator = true;
  const value = node.children[0] && lowering.expression(node.children[0]);
  const each = node.tokens.some((token) => token.type === "from");
  return { kind: "yield", value, ...(each ? { each } : {}), at: lowering.at(node) };
};

const walrus: LowerExpression = (lowering, node) => ({
  kind: "assign",
  target: lowering.pattern(childOf(node, "name")),
  value: lowering.expression(childOf(node, "value")),
  at: lowering.at(node),
});

/** `x as y` outside `with`, `except` and `case` is broken source; what flows is kept. */
const named: LowerExpression = (lowering, node): Expression => ({
  kind: "assign",
  target: lowering.pattern(childOf(node, "alias") ?? node.children.at(-1)),
  value: lowering.expression(node.children[0]),
  at: lowering.at(node),
});

export const PLAIN_EXPRESSIONS: readonly (readonly [string, LowerExpression])[] = [
  ["identifier", (lowering, node) => nameOf(node.text, lowering.at(node))],
  ["integer", integer],
  ["float", float],
  ["true", (lowering, node) => literal(true, lowering.at(node))],
  ["false", (lowering, node) => literal(false, lowering.at(node))],
  ["none", (lowering, node) => literal(null, lowering.at(node))],
  ["ellipsis", (lowering, node) => nameOf("Ellipsis", lowering.at(node))],
  ["await", (lowering, node) => ({ kind: "await", value: lowering.expression(node.children[0]), at: lowering.at(node) })],
  ["yield", yielded],
  ["named_expression", walrus],
  ["as_pattern", named],
  ["assignment", innerAssignment],
  ["augmented_assignment", augmentedAssignment],
];
