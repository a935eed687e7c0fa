// Operators: arithmetic, comparison, and, or, not. Long rows of one operator are folded flat.
import type { BinaryOperator, Expression, Place } from "../../ir/ir.ts";
import { formatByPercent } from "./format.ts";
import { again, balance, both, levelsOf, type LowerExpression, type Lowering, opaque } from "./lowering.ts";
import { childOf, type Syntax, unwrap } from "./parse.ts";

/** In these it does not matter which side is taken together first. */
const FOLDED = new Set(["+", "|", "&", "and", "or"]);

const operatorOf = (node: Syntax): string => node.tokens[0]?.type ?? "";

interface Row {
  readonly first: Syntax | undefined;
  /** From left to right, each with the node it is the right side of. */
  readonly rest: readonly { readonly node: Syntax; readonly operator: string; readonly right: Syntax | undefined }[];
}

/** Walks down the left side: `a + b - c` is a row of three. */
function rowOf(node: Syntax): Row {
  const rest: { node: Syntax; operator: string; right: Syntax | undefined }[] = [];
  let first: Syntax | undefined = node;
  while (first !== undefined && first.type === node.type) {
    rest.push({ node: first, operator: operatorOf(first), right: childOf(first, "right") });
    first = childOf(first, "left");
  }
  return { first, rest: rest.toReversed() };
}

const arithmetic: LowerExpression = (lowering, node) => {
  const row = rowOf(node);
  const operators = row.rest.map((step) => step.operator);
  const isFlat = operators.every((operator) => operator === operators[0] && FOLDED.has(operator));
  const leaned = isFlat ? leaning(lowering, row) : lowering.nested(node, () => leaning(lowering, row), levelsOf(operators.length));
  return (
    leaned ??
    opaque(
      [row.first, ...row.rest.map((step) => step.right)].map((each) => lowering.expression(each)),
      lowering.at(node),
    )
  );
};

function leaning(lowering: Lowering, { first, rest }: Row): Expression {
  let left = lowering.expression(first);
  for (let index = 0; index < rest.length; index++) {
    const step = rest[index];
    if (step === undefined) break;
    const run = runFrom(rest, index);
    const at = lowering.at(step.node);
    if (run > 2 && FOLDED.has(step.operator)) {
      const others = rest.slice(index, index + run).map(({ right }) => lowering.expression(right));
      left = balance([left, ...others], (one, other) => binary(step.operator, one, other, one.at)) ?? left;
      index += run - 1;
    } else
      left =
        formatByPercent(lowering, step.operator, left, step.right, at) ?? binary(step.operator, left, lowering.expression(step.right), at);
  }
  return left;
}

function runFrom(rest: Row["rest"], start: number): number {
  let end = start;
  while (end < rest.length && rest[end]?.operator === rest[start]?.operator) end++;
  return end - start;
}

function binary(operator: string, left: Expression, right: Expression, at: Place): Expression {
  if (operator === "@") return opaque([left, right], at);
  return { kind: "binary", op: (operator === "//" ? "/" : operator) as BinaryOperator, left, right, at };
}

const logic: LowerExpression = (lowering, node) => {
  const operator = operatorOf(node) === "or" ? "or" : "and";
  const operands: (Syntax | undefined)[] = [];
  let left: Syntax | undefined = node;
  while (left?.type === "boolean_operator" && operatorOf(left) === operator) {
    operands.push(childOf(left, "right"));
    left = childOf(left, "left");
  }
  const lowered = [...operands, left].toReversed().map((operand) => lowering.expression(operand));
  if (lowered.length <= 3) return lowered.reduce((one, other) => both(operator, one, other, one.at));
  return balance(lowered, (one, other) => both(operator, one, other, one.at)) ?? opaque([], lowering.at(node));
};

const COMPARISONS = new Map<string, BinaryOperator>([
  ["is", "=="],
  ["is not", "!="],
  ["<>", "!="],
  ["not in", "not-in"],
]);

/** `a < b < c` is `a < b and b < c`. */
const comparison: LowerExpression = (lowering, node) => {
  const operands = node.children.map((child) => lowering.expression(child));
  const pairs = node.tokens.map((token, index): Expression => {
    const left = operands[index] ?? opaque([], lowering.at(node));
    const right = operands[index + 1] ?? opaque([], lowering.at(node));
    const op = COMPARISONS.get(token.type) ?? (token.type as BinaryOperator);
    return { kind: "binary", op, left: index === 0 ? left : again(left), right, at: left.at };
  });
  return balance(pairs, (one, other) => both("and", one, other, one.at)) ?? opaque(operands, lowering.at(node));
};

const negation: LowerExpression = (lowering, node) => ({
  kind: "not",
  value: lowering.expression(childOf(node, "argument")),
  at: lowering.at(node),
});

const sign: LowerExpression = (lowering, node) => {
  const at = lowering.at(node);
  const value = lowering.expression(childOf(node, "argument"));
  const op = operatorOf(node);
  if (op === "-" && value.kind === "literal" && typeof value.value === "number") return { kind: "literal", value: -value.value, at };
  return { kind: "unary", op: op === "-" || op === "+" ? op : "~", value, at };
};

/** `a if t else b if u else c` leans to the right, and long tables are written so. */
const conditional: LowerExpression = (lowering, node) => {
  const arms: Syntax[] = [];
  let last: Syntax | undefined = node;
  while (last?.type === "conditional_expression") {
    arms.push(last);
    last = last.children[2] && unwrap(last.children[2]);
  }
  const lower = (): Expression =>
    arms.reduceRight((otherwise, arm): Expression => {
      const [value, test] = arm.children;
      const at = lowering.at(arm);
      return { kind: "conditional", test: lowering.expression(test), then: lowering.expression(value), else: otherwise, at };
    }, lowering.expression(last));
  const outcomes = (): Expression[] => [...arms.map((arm) => arm.children[0]), last].map((each) => lowering.expression(each));
  return lowering.nested(node, lower, levelsOf(arms.length)) ?? opaque(outcomes(), lowering.at(node));
};

export const OPERATOR_EXPRESSIONS: readonly (readonly [string, LowerExpression])[] = [
  ["binary_operator", arithmetic],
  ["boolean_operator", logic],
  ["comparison_operator", comparison],
  ["not_operator", negation],
  ["unary_operator", sign],
  ["conditional_expression", conditional],
];
