// The forms of `for`.
import type { Expression, Loop, Pattern, Statement } from "../../ir/ir.ts";
import { pattern } from "./lower-assignments.ts";
import { placeOf, type Reading } from "./reading.ts";
import { child, childOfKind, listed, type Syntax } from "./syntax.ts";

export function forStatement(r: Reading, node: Syntax, into: Statement[], label?: string): void {
  const clause = node.children.find((each) => each.field !== "body");
  if (clause?.kind === "range_clause") rangeLoop(r, node, clause, into, label);
  else if (clause?.kind === "for_clause") countingLoop(r, node, clause, into, label);
  else into.push(whileLoop(r, node, clause, label));
}

function whileLoop(r: Reading, node: Syntax, condition: Syntax | undefined, label: string | undefined): Loop {
  const test = condition === undefined ? undefined : r.expression(condition);
  return { kind: "loop", style: "while", test, body: r.block(child(node, "body")), label, at: placeOf(r, node) };
}

/** `for start; condition; step`: the start stands before the loop, the step at the end of its body. */
function countingLoop(r: Reading, node: Syntax, clause: Syntax, into: Statement[], label: string | undefined): void {
  const start: Statement[] = [];
  const initializer = child(clause, "initializer");
  const update = child(clause, "update");
  if (initializer !== undefined) r.statement(initializer, start);
  const loop = whileLoop(r, node, child(clause, "condition"), label);
  const body = [...loop.body];
  if (update !== undefined) r.statement(update, body);
  const whole: Loop = { ...loop, body };
  into.push(start.length === 0 ? whole : { kind: "block", body: [...start, whole], at: loop.at });
}

function rangeLoop(r: Reading, node: Syntax, clause: Syntax, into: Statement[], label: string | undefined): void {
  const left = listed(child(clause, "left"));
  const right = child(clause, "right");
  const at = placeOf(r, node);
  const range: Expression = right === undefined ? { kind: "opaque", parts: [], at } : r.expression(right);
  const targets = left.map((each) => pattern(r, each));
  const declares = childOfKind(clause, ":=") !== undefined;
  const { bound, first } = declares ? { bound: targets, first: [] } : borrowed(targets);
  const [key, value] = bound;
  const body = [...first, ...r.block(child(node, "body"))];
  if (value === undefined) {
    into.push({ kind: "loop", style: "keys", target: key, over: range, body, label, at });
    return;
  }
  const target: Pattern = { kind: "array", items: [key, value], rest: undefined, at: placeOf(r, clause) };
  into.push({
    kind: "loop",
    style: "each",
    target,
    over: { kind: "builtin", name: "entries", args: [range], at: range.at },
    body,
    label,
    at,
  });
}

/** `for k, v = range`: variables from outside are written in each turn, so the loop gets names of its own. */
function borrowed(targets: readonly (Pattern | undefined)[]): { bound: (Pattern | undefined)[]; first: Statement[] } {
  const first: Statement[] = [];
  const bound = targets.map((target, index): Pattern | undefined => {
    if (target === undefined) return undefined;
    const { at } = target;
    const name = `range ${String(index)}`;
    const value: Expression = { kind: "name", name, at };
    first.push({ kind: "expression", value: { kind: "assign", target, value, at }, at });
    return { kind: "name", name, at };
  });
  return { bound, first };
}
