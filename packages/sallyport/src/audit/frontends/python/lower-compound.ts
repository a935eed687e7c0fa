// Statements that hold others: branches, loops, try and with.
import type { Catch, Expression, Pattern, Statement } from "../../ir/ir.ts";
import { readImport } from "./lower-imports.ts";
import { type Arm, chainOf, levelsOf, MOST_NESTED_ARMS, type LowerStatement, type Lowering, tooDeep } from "./lowering.ts";
import { childOf, childrenOf, type Syntax, unwrap } from "./parse.ts";
import { isImport, isTypeChecking } from "./scope.ts";

const branch: LowerStatement = (lowering, node, out) => {
  if (isTypeChecking(node)) {
    typeOnly(lowering, node, out);
    return;
  }
  const alternatives = childrenOf(node, "alternative");
  const clauses = [node, ...alternatives.filter((child) => child.type === "elif_clause")];
  const last = alternatives.find((child) => child.type === "else_clause");
  const lower = (): Statement[] => {
    const arms = clauses.map((clause) => armOf(lowering, clause));
    return chainOf(arms, last === undefined ? [] : lowering.block(childOf(last, "body")));
  };
  const levels = clauses.length > MOST_NESTED_ARMS ? 1 : levelsOf(clauses.length);
  out.push(...(lowering.nested(node, lower, levels) ?? [tooDeep(lowering.at(node))]));
};

const armOf = (lowering: Lowering, node: Syntax): Arm => ({
  test: lowering.expression(childOf(node, "condition")),
  body: lowering.block(childOf(node, "consequence")),
  at: lowering.at(node),
});

/** Its imports are for types alone; the rest of it never runs, but may declare types. */
function typeOnly(lowering: Lowering, node: Syntax, out: Statement[]): void {
  const rest: Statement[] = [];
  for (const child of childOf(node, "consequence")?.children ?? []) {
    if (isImport(child)) out.push(...readImport(lowering, child).map((statement) => ({ ...statement, typeOnly: true })));
    else lowering.statement(child, rest);
  }
  const last = childrenOf(node, "alternative").find((child) => child.type === "else_clause");
  const otherwise = last === undefined ? [] : lowering.block(childOf(last, "body"));
  if (rest.length + otherwise.length === 0) return;
  out.push({ kind: "if", test: lowering.expression(childOf(node, "condition")), then: rest, else: otherwise, at: lowering.at(node) });
}

const forLoop: LowerStatement = (lowering, node, out) => {
  out.push({
    kind: "loop",
    style: "each",
    target: lowering.pattern(childOf(node, "left")),
    over: lowering.expression(childOf(node, "right")),
    body: lowering.block(childOf(node, "body")),
    ...elseOf(lowering, node),
    at: lowering.at(node),
  });
};

const whileLoop: LowerStatement = (lowering, node, out) => {
  const condition = childOf(node, "condition");
  out.push({
    kind: "loop",
    style: "while",
    ...(isAlways(condition) ? {} : { test: lowering.expression(condition) }),
    body: lowering.block(childOf(node, "body")),
    ...elseOf(lowering, node),
    at: lowering.at(node),
  });
};

function isAlways(condition: Syntax | undefined): boolean {
  const bare = condition && unwrap(condition);
  return bare?.type === "true" || (bare?.type === "integer" && Number(bare.text) !== 0);
}

function elseOf(lowering: Lowering, node: Syntax): { else?: Statement[] } {
  const clause = childOf(node, "alternative");
  return clause === undefined ? {} : { else: lowering.block(childOf(clause, "body")) };
}

const tried: LowerStatement = (lowering, node, out) => {
  const body = lowering.block(childOf(node, "body"));
  const catches: Catch[] = [];
  const last: Statement[] = [];
  for (const clause of node.children) {
    if (clause.type.startsWith("except")) catches.push(catchOf(lowering, clause));
    else if (clause.type === "else_clause") body.push(...lowering.block(childOf(clause, "body")));
    else if (clause.type === "finally_clause") last.push(...lowering.block(clause.children.at(-1)));
  }
  out.push({ kind: "try", body, catches, finally: last, at: lowering.at(node) });
};

function catchOf(lowering: Lowering, node: Syntax): Catch {
  const values = childrenOf(node, "value");
  const first = values[0] && unwrap(values[0]);
  const caught = first?.type === "as_pattern" ? first.children.slice(0, 1) : values;
  const alias = first?.type === "as_pattern" ? childOf(first, "alias") : childOf(node, "alias");
  return {
    types: caught.flatMap(typesCaught),
    target: alias === undefined ? undefined : lowering.pattern(alias),
    body: lowering.block(node.children.findLast((child) => child.type === "block")),
    at: lowering.at(node),
  };
}

/** Last parts of the names; what is not a name (a call, a variable's item) is caught under the text of what it is. */
function typesCaught(node: Syntax): string[] {
  const bare = unwrap(node);
  if (bare.type === "tuple" || bare.type === "expression_list") return bare.children.flatMap(nameCaught);
  return nameCaught(bare);
}

function nameCaught(node: Syntax): string[] {
  const name = node.type === "attribute" ? childOf(node, "attribute") : node;
  return [name?.type === "identifier" ? name.text : "?"];
}

const withBlock: LowerStatement = (lowering, node, out) => {
  const items = node.children.filter((child) => child.type === "with_clause").flatMap((clause) => clause.children.flatMap(itemsOf));
  const lower = (): Statement[] => {
    const entered = items.map((item) => ({ ...enteredOf(lowering, item), at: lowering.at(item) }));
    const body = lowering.block(childOf(node, "body"));
    return entered.reduceRight<Statement[]>((inner, { value, target, at }) => [{ kind: "with", value, target, body: inner, at }], body);
  };
  out.push(...(lowering.nested(node, lower, levelsOf(items.length)) ?? [tooDeep(lowering.at(node))]));
};

/** `with (a as b, c as d):` may have been read as a tuple. */
function itemsOf(item: Syntax): readonly Syntax[] {
  const value = childOf(item, "value") ?? item;
  return value.type === "tuple" && value.children.some((child) => child.type === "as_pattern") ? value.children : [value];
}

function enteredOf(lowering: Lowering, item: Syntax): { value: Expression; target: Pattern | undefined } {
  const bare = unwrap(item);
  const alias = bare.type === "as_pattern" ? childOf(bare, "alias") : undefined;
  if (alias === undefined) return { value: lowering.expression(bare), target: undefined };
  return { value: lowering.expression(bare.children[0]), target: lowering.pattern(alias) };
}

export const COMPOUND_STATEMENTS: readonly (readonly [string, LowerStatement])[] = [
  ["if_statement", branch],
  ["for_statement", forLoop],
  ["while_statement", whileLoop],
  ["try_statement", tried],
  ["with_statement", withBlock],
  ["block", (lowering, node, out) => out.push(...lowering.block(node))],
];
