// Functions, lambdas and what stands before them.
import type { Decorator, Expression, FunctionDefinition, Parameter, Statement } from "../../ir/ir.ts";
import { readImport } from "./lower-imports.ts";
import { assignName, type LowerExpression, type LowerStatement, type Lowering } from "./lowering.ts";
import { childOf, type Syntax } from "./parse.ts";
import { namesOf, scopeOf, type Scope } from "./scope.ts";

/** @param name as a stack trace would have it */
export function functionOf(lowering: Lowering, node: Syntax, name: string, decorators: readonly Decorator[]): FunctionDefinition {
  const paramNodes = childOf(node, "parameters")?.children ?? [];
  const body = childOf(node, "body");
  const params = parametersOf(lowering, paramNodes);
  const scope = scopeOf(body?.children ?? [], {
    outer: lowering.scope,
    params: paramNodes.flatMap(parameterNames),
    hasWalrus: lowering.hasWalrus,
  });
  const statements = lowering.within(scope, () => [...prologueOf(lowering, scope, node), ...lowering.block(body)]);
  return {
    name,
    params,
    body: statements,
    ...(node.tokens.some((token) => token.type === "async") ? { async: true } : {}),
    ...(scope.isGenerator ? { generator: true } : {}),
    ...(decorators.length > 0 ? { decorators } : {}),
    returns: lowering.type(childOf(node, "return_type")),
    at: lowering.at(node),
    endLine: lowering.lineAt(node.end),
  };
}

/** Declares what a scope's blocks bind, and makes its imports. */
export function prologueOf(lowering: Lowering, scope: Scope, node: Syntax): Statement[] {
  const at = lowering.at(node);
  const lets = scope.hoisted.map((name): Statement => ({ kind: "let", target: { kind: "name", name, at }, value: undefined, at }));
  return [...lets, ...[...scope.lifted].flatMap((statement) => readImport(lowering, statement))];
}

export function lambda(lowering: Lowering, node: Syntax): Expression {
  const paramNodes = childOf(node, "parameters")?.children ?? [];
  const params = parametersOf(lowering, paramNodes);
  const scope = scopeOf([], { outer: lowering.scope, params: paramNodes.flatMap(parameterNames), hasWalrus: false });
  const bodyNode = childOf(node, "body");
  const at = lowering.at(node);
  const value = lowering.within(scope, () => lowering.expression(bodyNode));
  const body: Statement[] = [{ kind: "return", value, at: value.at }];
  const fn: FunctionDefinition = {
    name: "",
    params,
    body,
    ...(scope.isGenerator ? { generator: true } : {}),
    at,
    endLine: lowering.lineAt(node.end),
  };
  return { kind: "function", fn, at };
}

function parametersOf(lowering: Lowering, nodes: readonly Syntax[]): Parameter[] {
  const params: Parameter[] = [];
  let style: "keyword" | undefined;
  for (const node of nodes) {
    if (node.type === "positional_separator") continue;
    if (node.type === "keyword_separator") style = "keyword";
    else {
      const param = parameterOf(lowering, node, style);
      params.push(param);
      if (param.style === "rest") style = "keyword";
    }
  }
  return params;
}

function parameterOf(lowering: Lowering, node: Syntax, style: "keyword" | undefined): Parameter {
  const named = nameNode(node);
  const value = childOf(node, "value");
  const type = lowering.type(childOf(node, "type"));
  const collects = named.type === "list_splat_pattern" ? "rest" : named.type === "dictionary_splat_pattern" ? "rest-map" : style;
  const target = lowering.pattern(collects === "rest" || collects === "rest-map" ? (named.children[0] ?? named) : named);
  return { target, default: value && lowering.expression(value), type, style: collects };
}

const nameNode = (node: Syntax): Syntax =>
  node.type === "typed_parameter" ? (node.children.find((child) => child.field !== "type") ?? node) : (childOf(node, "name") ?? node);

function parameterNames(node: Syntax): string[] {
  const named = nameNode(node);
  return namesOf(named.type === "dictionary_splat_pattern" ? named.children[0] : named);
}

export const decoratorsOf = (lowering: Lowering, nodes: readonly Syntax[]): Decorator[] =>
  nodes.map((node) => ({ value: lowering.expression(node.children[0]), at: lowering.at(node) }));

/** A definition binds its name: with a `let` where it is the first to, by assignment where the name is declared already. */
export function bindDefinition(lowering: Lowering, node: Syntax, name: string, value: Expression): Statement {
  const { at } = value;
  if (lowering.scope?.declaring.has(node) !== true) return { kind: "expression", value: assignName(name, value, at), at };
  return { kind: "let", target: { kind: "name", name, at }, value, hoisted: false, at };
}

const definition: LowerStatement = (lowering, node, out) => {
  const name = childOf(node, "name")?.text ?? "";
  const fn = functionOf(lowering, node, name, []);
  out.push(bindDefinition(lowering, node, name, { kind: "function", fn, at: fn.at }));
};

export const FUNCTION_STATEMENTS: readonly (readonly [string, LowerStatement])[] = [["function_definition", definition]];
export const FUNCTION_EXPRESSIONS: readonly (readonly [string, LowerExpression])[] = [["lambda", lambda]];
