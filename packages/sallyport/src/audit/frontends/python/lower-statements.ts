// Statements that stand on one line: assignment in its forms, return, raise, assert, del and the like.
import type { BinaryOperator, Expression, Statement } from "../../ir/ir.ts";
import { type LowerStatement, type Lowering, nameOf, opaque } from "./lowering.ts";
import { childOf, type Syntax } from "./parse.ts";
import { aliasName } from "./scope.ts";

const expressionStatement: LowerStatement = (lowering, node, out) => {
  const [first, ...others] = node.children;
  if (first === undefined) return;
  if (others.length > 0) {
    out.push({ kind: "expression", value: tupleOf(lowering, node), at: lowering.at(node) });
  } else if (first.type === "assignment") assignment(lowering, first, out);
  // Docstrings and `...` do nothing.
  else if (first.type !== "string" && first.type !== "concatenated_string" && first.type !== "ellipsis") {
    out.push({ kind: "expression", value: lowering.expression(first), at: lowering.at(first) });
  }
};

const tupleOf = (lowering: Lowering, node: Syntax): Expression => ({
  kind: "array",
  style: "tuple",
  items: node.children.map((child) => ({ value: lowering.expression(child) })),
  at: lowering.at(node),
});

function assignment(lowering: Lowering, node: Syntax, out: Statement[]): void {
  const left = childOf(node, "left");
  const right = childOf(node, "right");
  const at = lowering.at(node);
  const type = lowering.type(childOf(node, "type"));
  const target = lowering.pattern(left);
  const typed = type !== undefined && target.kind === "name" ? { ...target, type } : target;
  if (lowering.scope?.declaring.has(node) === true) {
    const value = right === undefined ? undefined : valueOf(lowering, right, type?.path.at(-1));
    out.push({ kind: "let", target: typed, value, type, at });
  } else if (right !== undefined) {
    out.push({ kind: "expression", value: { kind: "assign", target: typed, value: valueOf(lowering, right), at }, at });
  }
}

const TYPE_MAKERS = new Set(["Literal", "Union", "Optional", "Annotated"]);

/** `Action = Literal["a", "b"]` names a type, and so does anything said to be a `TypeAlias`. */
export function valueOf(lowering: Lowering, node: Syntax, declaredAs?: string): Expression {
  const maker = node.type === "subscript" ? childOf(node, "value") : undefined;
  const name = maker?.type === "attribute" ? childOf(maker, "attribute")?.text : maker?.text;
  const namesType = declaredAs === "TypeAlias" || (name !== undefined && TYPE_MAKERS.has(name));
  const type = namesType ? lowering.type(node) : undefined;
  return type === undefined ? lowering.expression(node) : { kind: "type", type, at: lowering.at(node) };
}

/** `x = y = v` where a value is wanted: the inner assignment of a chain. */
export function innerAssignment(lowering: Lowering, node: Syntax): Expression {
  const target = lowering.pattern(childOf(node, "left"));
  return { kind: "assign", target, value: lowering.expression(childOf(node, "right")), at: lowering.at(node) };
}

export function augmentedAssignment(lowering: Lowering, node: Syntax): Expression {
  const at = lowering.at(node);
  const left = childOf(node, "left");
  const value = lowering.expression(childOf(node, "right"));
  const written = childOf(node, "operator")?.type ?? node.tokens[0]?.type ?? "+=";
  const target = lowering.pattern(left);
  // There is no operator for `@=`, the product of matrices.
  if (written === "@=") return { kind: "assign", target, value: opaque([lowering.expression(left), value], at), at };
  const op = (written === "//=" ? "/" : written.slice(0, -1)) as BinaryOperator;
  return { kind: "assign", target, value, op, at };
}

const returned: LowerStatement = (lowering, node, out) => {
  const value = node.children[0] === undefined ? undefined : lowering.expression(node.children[0]);
  out.push({ kind: "return", value, at: lowering.keep(lowering.at(node), node) });
};

const raised: LowerStatement = (lowering, node, out) => {
  const raisedNode = node.children.find((child) => child.field !== "cause");
  out.push({ kind: "throw", value: raisedNode && lowering.expression(raisedNode), at: lowering.keep(lowering.at(node), node) });
};

const asserted: LowerStatement = (lowering, node, out) => {
  const at = lowering.at(node);
  const [test, message] = node.children;
  const args = message === undefined ? [] : [{ value: lowering.expression(message) }];
  const error: Expression = { kind: "call", callee: nameOf("AssertionError", at), args, at };
  const unless: Expression = { kind: "not", value: lowering.expression(test), at };
  out.push({ kind: "if", test: unless, then: [{ kind: "throw", value: error, at }], else: [], at });
};

const deleted: LowerStatement = (lowering, node, out) => {
  const listed = node.children[0];
  const targets = listed?.type === "expression_list" || listed?.type === "tuple" ? listed.children : node.children;
  for (const target of targets) {
    const at = lowering.at(target);
    out.push({ kind: "expression", value: { kind: "unary", op: "delete", value: lowering.expression(target), at }, at });
  }
};

const printed: LowerStatement = (lowering, node, out) => {
  const at = lowering.at(node);
  const args = node.children.map((child) => ({ value: lowering.expression(child.type === "chevron" ? child.children[0] : child) }));
  out.push({ kind: "expression", value: { kind: "call", callee: nameOf("print", at), args, at }, at });
};

const executed: LowerStatement = (lowering, node, out) => {
  const at = lowering.at(node);
  const args = [lowering.expression(childOf(node, "code"))];
  out.push({ kind: "expression", value: { kind: "builtin", name: "evaluate", args, at }, at });
};

const typeAlias: LowerStatement = (lowering, node, out) => {
  const at = lowering.at(node);
  const type = lowering.type(childOf(node, "right"));
  if (type === undefined) return;
  out.push({ kind: "let", target: { kind: "name", name: aliasName(node), at }, value: { kind: "type", type, at }, at });
};

const broken: LowerStatement = (lowering, node, out) => {
  out.push({ kind: "unread", why: "syntax error", at: lowering.at(node) });
  for (const child of node.children) lowering.statement(child, out);
};

const nothing: LowerStatement = () => {};

export const SIMPLE_STATEMENTS: readonly (readonly [string, LowerStatement])[] = [
  ["expression_statement", expressionStatement],
  ["assignment", assignment],
  ["return_statement", returned],
  ["raise_statement", raised],
  ["assert_statement", asserted],
  ["delete_statement", deleted],
  ["print_statement", printed],
  ["exec_statement", executed],
  ["type_alias_statement", typeAlias],
  ["pass_statement", nothing],
  ["global_statement", nothing],
  ["nonlocal_statement", nothing],
  ["future_import_statement", nothing],
  ["break_statement", (lowering, node, out) => out.push({ kind: "break", at: lowering.at(node) })],
  ["continue_statement", (lowering, node, out) => out.push({ kind: "continue", at: lowering.at(node) })],
  ["ERROR", broken],
];
