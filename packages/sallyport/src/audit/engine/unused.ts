// Calls whose promise nobody waits for: statements by themselves, also with a `catch` behind them.
import type { Expression } from "../ir/ir.ts";

const UNUSED = new WeakSet<Expression>();

export function markUnused(expression: Expression): void {
  if (expression.kind === "unary" && expression.op === "void") markUnused(expression.value);
  if (expression.kind !== "call") return;
  UNUSED.add(expression);
  const { callee } = expression;
  if (callee.kind === "member" && (callee.name === "catch" || callee.name === "finally")) markUnused(callee.object);
}

export const isUnused = (expression: Expression): boolean => UNUSED.has(expression);
