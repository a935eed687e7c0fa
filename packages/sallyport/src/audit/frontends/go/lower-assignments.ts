// `=`, `:=`, `op=`, `++`, var: what is bound or written to, with several values on either side.
import type { BinaryOperator, Expression, Pattern, Place, Statement } from "../../ir/ir.ts";
import { opaque, placeOf, type Reading, textOf } from "./reading.ts";
import { child, children, inner, listed, type Syntax } from "./syntax.ts";

/** Where a value goes; `undefined` for `_`, and for what cannot be written to. */
export function pattern(r: Reading, node: Syntax): Pattern | undefined {
  const place = written(node);
  const at = placeOf(r, place);
  if (place.kind === "identifier" || place.kind === "type_identifier") {
    const name = textOf(r, place);
    return name === "_" ? undefined : { kind: "name", name, at };
  }
  const target = r.expression(place);
  return target.kind === "member" || target.kind === "index" ? { kind: "place", target, at } : undefined;
}

/** `*p = x` and `(x) = y` write to what stands inside. */
function written(node: Syntax): Syntax {
  const found = inner(node);
  const operand = found.kind === "unary_expression" ? child(found, "operand") : undefined;
  return operand === undefined ? found : written(operand);
}

/** One name, or an array pattern for several. */
export function patternOf(r: Reading, nodes: readonly Syntax[]): Pattern | undefined {
  const [first] = nodes;
  if (nodes.length === 1 && first !== undefined) return pattern(r, first);
  if (first === undefined) return undefined;
  return { kind: "array", items: nodes.map((each) => pattern(r, each)), rest: undefined, at: placeOf(r, first) };
}

/** What stands right of `count` targets: one value, or a tuple of as many. */
export function valueFor(r: Reading, count: number, nodes: readonly Syntax[]): Expression | undefined {
  const [first] = nodes;
  if (first === undefined) return undefined;
  if (nodes.length > 1)
    return tuple(
      nodes.map((each) => r.expression(each)),
      placeOf(r, first),
    );
  return count === 2 ? withOk(r, inner(first)) : r.expression(first);
}

export const tuple = (values: readonly Expression[], at: Place): Expression => ({
  kind: "array",
  style: "tuple",
  items: values.map((value) => ({ value })),
  at,
});

/** `v, ok := …`: the value, and a test that says the same as `ok` does. */
function withOk(r: Reading, node: Syntax): Expression {
  const value = r.expression(node);
  const { at } = value;
  if (value.kind === "index") return tuple([value, { kind: "binary", op: "in", left: value.index, right: value.object, at }], at);
  if (value.kind === "cast" && value.type !== undefined && node.kind === "type_assertion_expression") {
    const right: Expression = { kind: "type", type: value.type, at };
    return tuple([value, { kind: "binary", op: "instanceof", left: value.value, right, at }], at);
  }
  if (value.kind === "builtin" && value.name === "receive") return tuple([value, { kind: "opaque", parts: value.args, at }], at);
  return value;
}

/** `a, b := …`. Names that the block has already are declared again: their old values are gone either way. */
export function shortDeclaration(r: Reading, node: Syntax, into: Statement[]): void {
  declare(r, listed(child(node, "left")), listed(child(node, "right")), placeOf(r, node), into);
}

function declare(r: Reading, left: readonly Syntax[], right: readonly Syntax[], at: Place, into: Statement[]): void {
  const value = valueFor(r, left.length, right);
  const target = patternOf(r, left);
  if (target !== undefined) into.push({ kind: "let", target, value, at });
  else if (value !== undefined) into.push({ kind: "expression", value, at });
}

export function varSpec(r: Reading, spec: Syntax, into: Statement[]): void {
  const names = children(spec, "name");
  const typeNode = child(spec, "type");
  const type = typeNode === undefined ? undefined : r.type(typeNode);
  const value = child(spec, "value");
  const at = placeOf(r, spec);
  if (value === undefined) {
    for (const each of names) {
      const target = pattern(r, each);
      if (target !== undefined) into.push({ kind: "let", target, value: undefined, type, at: placeOf(r, each) });
    }
    return;
  }
  const before = into.length;
  declare(r, names, listed(value), at, into);
  const declared = into[before];
  if (type !== undefined && declared?.kind === "let") into[before] = { ...declared, type };
}

export function assignment(r: Reading, node: Syntax, into: Statement[]): void {
  const operator = child(node, "operator");
  const op = operator === undefined ? "=" : textOf(r, operator);
  const left = listed(child(node, "left"));
  const right = listed(child(node, "right"));
  const at = placeOf(r, node);
  const value = valueFor(r, left.length, right);
  const target = patternOf(r, left);
  if (value === undefined) return;
  into.push({ kind: "expression", value: target === undefined ? value : assign(target, value, op, at), at });
}

function assign(target: Pattern, value: Expression, operator: string, at: Place): Expression {
  if (operator === "=") return { kind: "assign", target, value, at };
  if (operator === "&^=") return { kind: "assign", target, value: { kind: "unary", op: "~", value, at }, op: "&", at };
  return { kind: "assign", target, value, op: operator.slice(0, -1) as BinaryOperator, at };
}

export function step(r: Reading, node: Syntax, into: Statement[]): void {
  const [operand] = node.children;
  if (operand === undefined) return;
  const at = placeOf(r, node);
  const target = pattern(r, operand);
  const one: Expression = { kind: "literal", value: 1, at };
  const value: Expression =
    target === undefined ? opaque(r, node) : { kind: "assign", target, value: one, op: node.kind === "inc_statement" ? "+" : "-", at };
  into.push({ kind: "expression", value, at });
}
