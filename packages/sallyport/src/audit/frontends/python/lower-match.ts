// `match`: a switch where all cases are values, otherwise a row of ifs whose tests say what of a pattern can be said.
import type { Expression, Statement, SwitchCase } from "../../ir/ir.ts";
import {
  type Arm,
  assignName,
  balance,
  both,
  chainOf,
  levelsOf,
  literal,
  type LowerStatement,
  type Lowering,
  memberOf,
  MOST_NESTED_ARMS,
  nameOf,
  opaque,
} from "./lowering.ts";
import { childOf, childrenOf, type Syntax } from "./parse.ts";

const LONGEST_NAME = 50;
const SUBJECT = "subject of match";

const matched: LowerStatement = (lowering, node, out) => {
  const at = lowering.at(node);
  const subjects = childrenOf(node, "subject").map((child) => lowering.expression(child));
  const given: Expression =
    subjects.length === 1 && subjects[0] !== undefined
      ? subjects[0]
      : { kind: "array", style: "tuple", items: subjects.map((value) => ({ value })), at };
  const clauses = (childOf(node, "body")?.children ?? []).filter((child) => child.type === "case_clause");
  const tests = clauses.map((clause) => (childOf(clause, "guard") === undefined ? valuesOf(lowering, clause) : undefined));
  if (tests.every((each) => each !== undefined)) {
    const cases = clauses.map((clause, index): SwitchCase => {
      return {
        tests: tests[index] ?? [],
        body: lowering.block(childOf(clause, "consequence")),
        fallsThrough: false,
        at: lowering.at(clause),
      };
    });
    out.push({ kind: "switch", subject: given, cases, at });
    return;
  }
  // The subject is evaluated once, but each arm looks at it.
  if (given.kind !== "name") out.push({ kind: "let", target: { kind: "name", name: SUBJECT, at }, value: given, at });
  const subject = given.kind === "name" ? given : nameOf(SUBJECT, at);
  const levels = clauses.length > MOST_NESTED_ARMS ? 1 : levelsOf(clauses.length);
  const arms = lowering.nested(node, () => clauses.map((clause) => armOf(lowering, clause, subject)), levels) ?? [];
  const last = arms.at(-1);
  const isTotal = last?.test.kind === "literal" && last.test.value === true;
  out.push(...chainOf(isTotal ? arms.slice(0, -1) : arms, isTotal ? last.body : []));
};

const VALUES = new Set(["string", "concatenated_string", "integer", "float", "true", "false", "none"]);

/** The values of a case that has nothing else: `case "a" | Kind.B`. None for `case _`. */
function valuesOf(lowering: Lowering, clause: Syntax): Expression[] | undefined {
  const patterns = clause.children.filter((child) => child.type === "case_pattern");
  const [pattern] = patterns;
  if (pattern === undefined || patterns.length > 1) return undefined;
  if (isWildcard(pattern)) return [];
  const inner = pattern.children[0];
  const alternatives = inner?.type === "union_pattern" ? inner.children : [pattern];
  const values = alternatives.map((each) => valueOf(lowering, each));
  return values.every((each) => each !== undefined) && values.length > 0 && !pattern.children.some((child) => hasUnderscore(child))
    ? values
    : undefined;
}

const isWildcard = (pattern: Syntax): boolean => pattern.children.length === 0;
const hasUnderscore = (pattern: Syntax): boolean => pattern.type === "union_pattern" && pattern.tokens.some((token) => token.type === "_");

function valueOf(lowering: Lowering, pattern: Syntax): Expression | undefined {
  const node = pattern.type === "case_pattern" ? pattern.children[0] : pattern;
  if (node === undefined) return undefined;
  if (VALUES.has(node.type)) {
    const value = lowering.expression(node);
    const isNegative = pattern.tokens.some((token) => token.type === "-");
    return isNegative && value.kind === "literal" && typeof value.value === "number" ? literal(-value.value, value.at) : value;
  }
  return node.type === "dotted_name" && node.children.length > 1 ? dottedValue(lowering, node) : undefined;
}

function dottedValue(lowering: Lowering, node: Syntax): Expression {
  const [root, ...parts] = node.children;
  const first = nameOf(root?.text ?? "", lowering.at(node));
  return parts.slice(0, LONGEST_NAME).reduce((object, part) => memberOf(object, part.text, lowering.at(part)), first);
}

interface Match {
  readonly tests: readonly Expression[];
  readonly bindings: readonly Expression[];
}

const ALWAYS: Match = { tests: [], bindings: [] };

function armOf(lowering: Lowering, clause: Syntax, subject: Expression): Arm {
  const at = lowering.at(clause);
  const patterns = clause.children.filter((child) => child.type === "case_pattern");
  const [only] = patterns;
  const match =
    patterns.length === 1 && only !== undefined ? matchOf(lowering, only, subject) : sequence(lowering, clause, patterns, subject);
  const guardNode = childOf(clause, "guard")?.children[0];
  const guard = guardNode && guarded(lowering.expression(guardNode), match.bindings);
  const tests = guard === undefined ? match.tests : [...match.tests, guard];
  const bound = guard === undefined ? match.bindings : [];
  const body = [...bound.map((value): Statement => ({ kind: "expression", value, at })), ...lowering.block(childOf(clause, "consequence"))];
  const test = balance(tests, (left, right) => both("and", left, right, at)) ?? literal(true, at);
  return { test, body, at };
}

/** A guard sees the names its pattern binds. */
const guarded = (guard: Expression, bindings: readonly Expression[]): Expression =>
  bindings.length === 0 ? guard : { kind: "sequence", items: [...bindings, guard], at: guard.at };

function matchOf(lowering: Lowering, pattern: Syntax, subject: Expression): Match {
  return lowering.nested(pattern, () => matchPattern(lowering, pattern, subject)) ?? { tests: [opaque([], subject.at)], bindings: [] };
}

function matchPattern(lowering: Lowering, pattern: Syntax, subject: Expression): Match {
  const at = lowering.at(pattern);
  const value = valueOf(lowering, pattern);
  if (value !== undefined) return { tests: [{ kind: "binary", op: "==", left: subject, right: value, at }], bindings: [] };
  const node = pattern.type === "case_pattern" ? pattern.children[0] : pattern;
  switch (node?.type) {
    case undefined:
      return ALWAYS;
    case "dotted_name":
      return { tests: [], bindings: [assignName(node.children[0]?.text ?? "", subject, at)] };
    case "as_pattern": {
      const inner = node.children[0] === undefined ? ALWAYS : matchOf(lowering, node.children[0], subject);
      return { tests: inner.tests, bindings: [...inner.bindings, assignName(node.children.at(-1)?.text ?? "", subject, at)] };
    }
    case "union_pattern":
      return anyOf(lowering, node, subject);
    case "class_pattern":
      return instance(lowering, node, subject);
    case "dict_pattern":
      return mapping(lowering, node, subject);
    case "list_pattern":
    case "tuple_pattern":
      return sequence(lowering, node, node.children, subject);
    case "splat_pattern":
      return star(lowering, node, subject);
    default:
      return { tests: [opaque([subject], at)], bindings: [] };
  }
}

function anyOf(lowering: Lowering, node: Syntax, subject: Expression): Match {
  const at = lowering.at(node);
  const matches = node.children.map((child) => matchOf(lowering, child, subject));
  const isTotal = hasUnderscore(node) || matches.some((match) => match.tests.length === 0);
  const tests = matches.flatMap((match) => balance(match.tests, (left, right) => both("and", left, right, at)) ?? []);
  const any = balance(tests, (left, right) => both("or", left, right, at));
  return {
    tests: isTotal || any === undefined ? [] : [any],
    bindings: matches.flatMap((match) => match.bindings),
  };
}

/** `Point(x=0, y=why)`. What stands in place is an attribute that only the class can name. */
function instance(lowering: Lowering, node: Syntax, subject: Expression): Match {
  const at = lowering.at(node);
  const [name, ...patterns] = node.children;
  const type = name === undefined ? opaque([], at) : dottedValue(lowering, name);
  const parts = patterns.map((pattern) => {
    const keyword = pattern.children[0]?.type === "keyword_pattern" ? pattern.children[0] : undefined;
    if (keyword === undefined) return matchOf(lowering, pattern, opaque([subject], at));
    const [attribute, inner] = keyword.children;
    return inner === undefined ? ALWAYS : matchOf(lowering, inner, memberOf(subject, attribute?.text ?? "", at));
  });
  return together([{ kind: "binary", op: "instanceof", left: subject, right: type, at }], parts);
}

const together = (tests: readonly Expression[], parts: readonly Match[]): Match => ({
  tests: [...tests, ...parts.flatMap((part) => part.tests)],
  bindings: parts.flatMap((part) => part.bindings),
});

function sequence(lowering: Lowering, node: Syntax, patterns: readonly Syntax[], subject: Expression): Match {
  const at = lowering.at(node);
  const starred = patterns.findIndex((pattern) => (pattern.children[0] ?? pattern).type === "splat_pattern");
  const parts = patterns.map((pattern, index) => {
    const isPlaced = starred === -1 || index < starred;
    const item: Expression = isPlaced ? { kind: "index", object: subject, index: literal(index, at), at } : opaque([subject], at);
    return matchOf(lowering, pattern, index === starred ? subject : item);
  });
  return together([opaque([subject], at)], parts);
}

/** `*rest`, `**rest`: something of the whole. */
function star(lowering: Lowering, node: Syntax, subject: Expression): Match {
  const name = node.children[0]?.text;
  return { tests: [], bindings: name === undefined ? [] : [assignName(name, opaque([subject], subject.at), lowering.at(node))] };
}

/** `{"kind": "a", "name": n, **rest}`. */
function mapping(lowering: Lowering, node: Syntax, subject: Expression): Match {
  const at = lowering.at(node);
  const tests: Expression[] = [];
  const parts: Match[] = [];
  let key: Expression | undefined;
  for (const child of node.children) {
    if (child.type === "splat_pattern") parts.push(star(lowering, child, subject));
    else if (child.field === "key") key = valueOf(lowering, child) ?? opaque([], at);
    else if (child.field === "value" && key !== undefined) {
      tests.push({ kind: "binary", op: "in", left: key, right: subject, at });
      parts.push(matchOf(lowering, child, { kind: "index", object: subject, index: key, at }));
    }
  }
  return together(tests, parts);
}

export const MATCH_STATEMENTS: readonly (readonly [string, LowerStatement])[] = [["match_statement", matched]];
