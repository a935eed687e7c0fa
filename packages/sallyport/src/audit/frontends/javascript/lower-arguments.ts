// Arguments of calls, and the place where a call stands.
import type { Argument } from "../../ir/ir.ts";
import type { Lowering } from "./lowering.ts";
import type { Ast } from "./parse.ts";

export const argumentsOf = (c: Lowering, nodes: readonly Ast.Argument[]): Argument[] =>
  nodes.map((node) =>
    node.type === "SpreadElement" ? { value: c.expression(node.argument), spread: "list" } : { value: c.expression(node) },
  );

type Called = Ast.CallExpression | Ast.NewExpression | Ast.TaggedTemplateExpression;

/** Where the callee's last name stands, so that a finding is on the line of `.send`; no two calls have the same. */
export function callPlace(c: Lowering, node: Called): number {
  return c.keep(nameOf(c, node.type === "TaggedTemplateExpression" ? node.tag : node.callee), node);
}

function nameOf(c: Lowering, callee: Ast.Expression | Ast.Super): number {
  const last = lastOf(callee);
  if (last.type === "MemberExpression") return c.place(last.property.start);
  if (last.type === "CallExpression") return c.place(last.end);
  return c.place(last.start);
}

/** `(0, kafkajs_1.foo)(x)`: compilers write a callee so, to call it without a `this`. */
export function lastOf(callee: Ast.Expression | Ast.Super): Ast.Expression | Ast.Super {
  let last = callee;
  while (last.type === "SequenceExpression" || last.type === "ChainExpression" || last.type === "TSNonNullExpression") {
    if (last.type !== "SequenceExpression") last = last.expression;
    else if (last.expressions[0]?.type === "Literal") last = last.expressions.at(-1) ?? last;
    else break;
  }
  return last;
}
