// `switch` over values and types, and `select` over channels.
import type { Expression, Place, Statement, SwitchCase } from "../../ir/ir.ts";
import { pattern, patternOf, valueFor } from "./lower-assignments.ts";
import { opaque, placeOf, type Reading, textOf } from "./reading.ts";
import { child, childOfKind, children, holds, listed, type Syntax } from "./syntax.ts";

const CASES = new Set(["expression_case", "type_case", "default_case", "communication_case"]);
/** Chains of `else` nest as deep as they are long. */
const MOST_CHAINED = 60;
/** A `break` in these is not ours. */
const OTHERS = new Set(["for_statement", "expression_switch_statement", "type_switch_statement", "select_statement", "func_literal"]);

const casesOf = (node: Syntax): Syntax[] => node.children.filter((each) => CASES.has(each.kind));

const bodyOf = (r: Reading, each: Syntax): Statement[] => r.block(childOfKind(each, "statement_list"));

const fallsThrough = (each: Syntax): boolean => childOfKind(each, "statement_list")?.children.at(-1)?.kind === "fallthrough_statement";

/** Runs the initializer in a block of its own, as `if` and `switch` have it. */
export function withInitializer(r: Reading, node: Syntax, into: Statement[], lower: (into: Statement[]) => void): void {
  const initializer = child(node, "initializer");
  if (initializer === undefined) {
    lower(into);
    return;
  }
  const body: Statement[] = [];
  r.statement(initializer, body);
  lower(body);
  into.push({ kind: "block", body, at: placeOf(r, node) });
}

export function branch(test: Expression, body: readonly Statement[], otherwise: readonly Statement[], at: Place): Statement {
  // oxlint-disable-next-line unicorn/no-thenable -- nobody awaits the IR
  return { kind: "if", test, then: body, else: otherwise, at };
}

export function valueSwitch(r: Reading, node: Syntax, into: Statement[]): void {
  withInitializer(r, node, into, (inside) => {
    const subject = child(node, "value");
    const cases = casesOf(node);
    if (subject === undefined && chains(cases)) inside.push(...chain(r, cases));
    else inside.push(switchOver(r, node, subject, cases));
  });
}

function switchOver(r: Reading, node: Syntax, value: Syntax | undefined, cases: readonly Syntax[]): Statement {
  const at = placeOf(r, node);
  const subject: Expression = value === undefined ? { kind: "literal", value: true, at } : r.expression(value);
  return {
    kind: "switch",
    subject,
    cases: cases.map((each) => ({
      tests: listed(child(each, "value")).map((test) => r.expression(test)),
      body: bodyOf(r, each),
      fallsThrough: fallsThrough(each),
      at: placeOf(r, each),
    })),
    at,
  };
}

/** A switch without a value is a chain of `if`s, unless it jumps. */
const chains = (cases: readonly Syntax[]): boolean =>
  cases.length <= MOST_CHAINED && !cases.some((each) => fallsThrough(each) || holds(each, breaks, OTHERS));

const breaks = (node: Syntax): boolean => node.kind === "break_statement" && node.children.length === 0;

function chain(r: Reading, cases: readonly Syntax[]): Statement[] {
  const otherwise = cases.find((each) => each.kind === "default_case");
  const last = otherwise === undefined ? [] : bodyOf(r, otherwise);
  return cases
    .filter((each) => each !== otherwise)
    .reduceRight<Statement[]>((rest, each) => {
      return [branch(anyOf(r, each), bodyOf(r, each), rest, placeOf(r, each))];
    }, last);
}

function anyOf(r: Reading, each: Syntax): Expression {
  const tests = listed(child(each, "value")).map((test) => r.expression(test));
  const [first, ...rest] = tests;
  if (first === undefined) return opaque(r, each);
  return rest.reduce((left, right) => ({ kind: "logic", op: "or", left, right, at: left.at }), first);
}

export function typeSwitch(r: Reading, node: Syntax, into: Statement[]): void {
  withInitializer(r, node, into, (inside) => {
    const value = child(node, "value");
    const at = placeOf(r, node);
    const subject: Expression = value === undefined ? opaque(r, node) : r.expression(value);
    const alias = listed(child(node, "alias"))[0];
    const cases = casesOf(node).map((each) => typeCase(r, each, subject, alias));
    inside.push({ kind: "switch", subject, cases, at });
  });
}

function typeCase(r: Reading, each: Syntax, subject: Expression, alias: Syntax | undefined): SwitchCase {
  const tests = children(each, "type").map((type) => typeTest(r, type));
  const body = bodyOf(r, each);
  const target = alias === undefined ? undefined : pattern(r, alias);
  if (target !== undefined) {
    const only = tests.length === 1 && tests[0]?.kind === "type" ? tests[0].type : undefined;
    const value: Expression = only === undefined ? subject : { kind: "cast", value: subject, type: only, at: subject.at };
    body.unshift({ kind: "let", target, value, at: target.at });
  }
  return { tests, body, fallsThrough: false, at: placeOf(r, each) };
}

function typeTest(r: Reading, type: Syntax): Expression {
  const at = placeOf(r, type);
  return textOf(r, type) === "nil" ? { kind: "literal", value: null, at } : { kind: "type", type: r.type(type), at };
}

/** Which case runs is not known; its communication comes first in its body. */
export function select(r: Reading, node: Syntax, into: Statement[]): void {
  const at = placeOf(r, node);
  const cases = casesOf(node).map((each): SwitchCase => {
    const communication = child(each, "communication");
    const body: Statement[] = [];
    if (communication !== undefined) r.statement(communication, body);
    body.push(...bodyOf(r, each));
    const tests: Expression[] = communication === undefined ? [] : [{ kind: "opaque", parts: [], at: placeOf(r, each) }];
    return { tests, body, fallsThrough: false, at: placeOf(r, each) };
  });
  into.push({ kind: "switch", subject: { kind: "opaque", parts: [], at }, cases, at });
}

/** `case v, ok := <-ch`. */
export function receiveStatement(r: Reading, node: Syntax, into: Statement[]): void {
  const left = listed(child(node, "left"));
  const right = child(node, "right");
  const at = placeOf(r, node);
  const value = valueFor(r, left.length, right === undefined ? [] : [right]) ?? opaque(r, node);
  const target = patternOf(r, left);
  if (target === undefined) into.push({ kind: "expression", value, at });
  else if (childOfKind(node, ":=") !== undefined) into.push({ kind: "let", target, value, at });
  else into.push({ kind: "expression", value: { kind: "assign", target, value, at }, at });
}
