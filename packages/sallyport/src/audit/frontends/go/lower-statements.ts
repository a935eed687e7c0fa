// Statements, except loops, switches and assignments.
import type { Expression, Statement } from "../../ir/ir.ts";
import { assignment, shortDeclaration, step, tuple, varSpec } from "./lower-assignments.ts";
import { plainCall } from "./lower-calls.ts";
import { constDeclaration } from "./lower-consts.ts";
import { functionDeclaration, methodDeclaration } from "./lower-functions.ts";
import { forStatement } from "./lower-loops.ts";
import { branch, receiveStatement, select, typeSwitch, valueSwitch, withInitializer } from "./lower-switches.ts";
import { rememberTypes, typeDeclaration } from "./lower-types.ts";
import { nested, opaque, placeOf, type Reading, textOf } from "./reading.ts";
import { child, childOfKind, inner, listed, type Syntax } from "./syntax.ts";

type StatementLowering = (r: Reading, node: Syntax, into: Statement[]) => void;

const nothing: StatementLowering = () => undefined;

const maybe =
  (lower: (r: Reading, node: Syntax) => Statement | undefined): StatementLowering =>
  (r, node, into) => {
    const statement = lower(r, node);
    if (statement !== undefined) into.push(statement);
  };

const LOWERINGS: ReadonlyMap<string, StatementLowering> = new Map<string, StatementLowering>([
  ["expression_statement", expressionStatement],
  ["send_statement", send],
  ["receive_statement", receiveStatement],
  ["inc_statement", step],
  ["dec_statement", step],
  ["assignment_statement", assignment],
  ["short_var_declaration", shortDeclaration],
  ["const_declaration", constDeclaration],
  ["var_declaration", varDeclaration],
  ["type_declaration", typeDeclarations],
  ["function_declaration", maybe(functionDeclaration)],
  ["method_declaration", maybe(methodDeclaration)],
  ["return_statement", returned],
  ["go_statement", started("spawn")],
  ["defer_statement", started("defer")],
  ["if_statement", ifStatement],
  ["for_statement", (r, node, into) => forStatement(r, node, into)],
  ["expression_switch_statement", valueSwitch],
  ["type_switch_statement", typeSwitch],
  ["select_statement", select],
  ["labeled_statement", labeled],
  ["break_statement", jump("break")],
  ["continue_statement", jump("continue")],
  ["goto_statement", (r, node, into) => into.push({ kind: "unread", why: "goto", at: placeOf(r, node) })],
  ["block", (r, node, into) => into.push({ kind: "block", body: r.block(node), at: placeOf(r, node) })],
  ["ERROR", salvage],
  // The switch that holds it has said so.
  ["fallthrough_statement", nothing],
  ["empty_statement", nothing],
  ["package_clause", nothing],
  ["import_declaration", nothing],
]);

export function lowerStatement(r: Reading, node: Syntax, into: Statement[]): void {
  const lowering = LOWERINGS.get(node.kind);
  const at = placeOf(r, node);
  nested(
    r,
    node,
    () => {
      if (lowering === undefined) into.push({ kind: "expression", value: r.expression(node), at });
      else lowering(r, node, into);
    },
    () => into.push({ kind: "unread", why: "nested too deeply", at }, { kind: "expression", value: opaque(r, node), at }),
  );
}

/** A block, or the list of statements in a case. */
export function lowerBlock(r: Reading, node: Syntax | undefined): Statement[] {
  const body: Statement[] = [];
  for (const each of node?.children ?? []) {
    if (each.kind === "statement_list") for (const statement of each.children) r.statement(statement, body);
    else r.statement(each, body);
  }
  return body;
}

function expressionStatement(r: Reading, node: Syntax, into: Statement[]): void {
  const [written] = node.children;
  if (written === undefined) return;
  const at = placeOf(r, node);
  const thrown = panicked(r, inner(written));
  if (thrown !== undefined) into.push({ kind: "throw", value: thrown, at: r.keep(at, written) });
  else into.push({ kind: "expression", value: r.expression(written), at });
}

function panicked(r: Reading, node: Syntax): Expression | undefined {
  const callee = child(node, "function");
  if (node.kind !== "call_expression" || callee?.kind !== "identifier" || textOf(r, callee) !== "panic") return undefined;
  const value = child(node, "arguments")?.children[0];
  return value === undefined ? undefined : r.expression(value);
}

function send(r: Reading, node: Syntax, into: Statement[]): void {
  const args = [child(node, "channel"), child(node, "value")].flatMap((each) => (each === undefined ? [] : [r.expression(each)]));
  const at = placeOf(r, node);
  into.push({ kind: "expression", value: { kind: "builtin", name: "send", args, at }, at });
}

function varDeclaration(r: Reading, node: Syntax, into: Statement[]): void {
  for (const each of node.children) {
    if (each.kind === "var_spec_list") varDeclaration(r, each, into);
    else if (each.kind === "var_spec") varSpec(r, each, into);
  }
}

function typeDeclarations(r: Reading, node: Syntax, into: Statement[]): void {
  rememberTypes(r, node);
  for (const each of node.children) {
    const statement = typeDeclaration(r, each);
    if (statement !== undefined) into.push(statement);
  }
}

function returned(r: Reading, node: Syntax, into: Statement[]): void {
  const at = placeOf(r, node);
  const values =
    node.children.length === 0
      ? r.results.map((name): Expression => ({ kind: "name", name, at }))
      : listed(node.children[0]).map((each) => r.expression(each));
  into.push({ kind: "return", value: values.length > 1 ? tuple(values, at) : values[0], at: r.keep(at, node) });
}

function started(kind: "spawn" | "defer"): StatementLowering {
  return (r, node, into) => {
    const [written] = node.children;
    if (written === undefined) return;
    const call = inner(written);
    const callee = child(call, "function");
    // A deferred panic is no jump from here.
    const isPanic = panicked(r, call) !== undefined && callee !== undefined;
    const value = isPanic ? plainCall(r, callee, child(call, "arguments")?.children ?? []) : r.expression(call);
    into.push({ kind, value, at: placeOf(r, node) });
  };
}

function ifStatement(r: Reading, node: Syntax, into: Statement[]): void {
  withInitializer(r, node, into, (inside) => {
    const condition = child(node, "condition");
    const test = condition === undefined ? opaque(r, node) : r.expression(condition);
    const body = r.block(child(node, "consequence"));
    inside.push(branch(test, body, alternative(r, child(node, "alternative")), placeOf(r, node)));
  });
}

function alternative(r: Reading, node: Syntax | undefined): Statement[] {
  if (node?.kind !== "if_statement") return r.block(node);
  const body: Statement[] = [];
  r.statement(node, body);
  return body;
}

function labeled(r: Reading, node: Syntax, into: Statement[]): void {
  const label = child(node, "label");
  const statement = node.children.find((each) => each !== label);
  if (label === undefined || statement === undefined) return;
  const name = textOf(r, label);
  if (statement.kind === "for_statement") {
    forStatement(r, statement, into, name);
    return;
  }
  r.blockLabels.add(name);
  r.statement(statement, into);
  r.blockLabels.delete(name);
}

function jump(kind: "break" | "continue"): StatementLowering {
  return (r, node, into) => {
    const label = childOfKind(node, "label_name");
    const name = label === undefined ? undefined : textOf(r, label);
    into.push({ kind, label: name === undefined || r.blockLabels.has(name) ? undefined : name, at: placeOf(r, node) });
  };
}

const READABLE = /_statement$|_declaration$|_literal$|_expression$|^identifier$|^block$|^statement_list$|^expression_list$|^ERROR$/;

/** What the parser did not understand as a whole may have parts that it did. */
function salvage(r: Reading, node: Syntax, into: Statement[]): void {
  into.push({ kind: "unread", why: "syntax error", at: placeOf(r, node) });
  for (const each of node.children) {
    if (!READABLE.test(each.kind)) continue;
    if (each.kind === "statement_list" || each.kind === "expression_list") for (const part of each.children) r.statement(part, into);
    else r.statement(each, into);
  }
}
