// Functions of every form, and their parameters.
import type { Decorator, Expression, FunctionDefinition, Parameter, Pattern, Statement } from "../../ir/ir.ts";
import { lineOf } from "../../ir/place.ts";
import { type AstFunction, type AstPattern, type Lowering, newScope } from "./lowering.ts";
import { namesIn } from "./lower-patterns.ts";
import { annotated } from "./lower-types.ts";
import type { Ast } from "./parse.ts";

export interface FunctionMarks {
  readonly yieldIsAwait?: boolean;
  readonly decorators?: readonly Ast.Decorator[];
}

export function lowerFunction(c: Lowering, node: AstFunction, name: string, marks: FunctionMarks = {}): FunctionDefinition {
  const outer = c.scope;
  c.scope = newScope(false, marks.yieldIsAwait === true);
  const params = node.params.flatMap((param) => parameter(c, param));
  const shadows = shadowsCommonJs(params);
  if (shadows) c.commonJs.shadows++;
  const body = [...assignedProperties(c, node.params), ...bodyOf(c, node), ...c.scope.late];
  const hoisted = hoistedVars(c, params, c.place(node.start));
  if (shadows) c.commonJs.shadows--;
  c.scope = outer;
  const returns = annotated(c, node.returnType);
  return {
    name: node.id?.name ?? name,
    params,
    body: hoisted.length === 0 ? body : [...hoisted, ...body],
    ...(node.async || marks.yieldIsAwait === true ? { async: true } : {}),
    ...(node.generator && marks.yieldIsAwait !== true ? { generator: true } : {}),
    ...(node.type === "ArrowFunctionExpression" ? { arrow: true } : {}),
    ...(marks.decorators?.length ? { decorators: decoratorsOf(c, marks.decorators) } : {}),
    ...(returns ? { returns } : {}),
    at: c.place(node.start),
    endLine: lineOf(c.place(node.end)),
  };
}

function bodyOf(c: Lowering, node: AstFunction): Statement[] {
  if (node.body === null) return [];
  if (node.body.type === "BlockStatement") return c.block(node.body.body);
  return [{ kind: "return", value: c.expression(node.body), at: c.place(node.body.start) }];
}

/** `var`s of inner blocks are names of the whole function, unless a parameter or its own block has them already. */
export function hoistedVars(c: Lowering, params: readonly Parameter[], at: number): Statement[] {
  if (c.scope.hoisted.size === 0) return [];
  const bound = new Set(params.flatMap((param) => namesIn(param.target)));
  return [...c.scope.hoisted]
    .filter((name) => !bound.has(name) && !c.scope.declared.has(name))
    .map((name) => ({ kind: "let", target: { kind: "name", name, at }, value: undefined, at }));
}

const shadowsCommonJs = (params: readonly Parameter[]): boolean =>
  params.some(({ target }) => target.kind === "name" && (target.name === "exports" || target.name === "module"));

export const decoratorsOf = (c: Lowering, nodes: readonly Ast.Decorator[]): Decorator[] =>
  nodes.map((node) => ({ value: c.expression(node.expression), at: c.place(node.start) }));

function parameter(c: Lowering, node: Ast.ParamPattern): Parameter[] {
  if (node.type === "TSParameterProperty") return [withDecorators(c, positional(c, node.parameter), node.decorators)];
  if (node.type === "RestElement") return [{ target: c.pattern(node.argument), ...typeOf(c, node), style: "rest" }];
  // TypeScript's `this` parameter is a type only.
  if (node.type === "Identifier" && (node.name as string) === "this") return [];
  return [withDecorators(c, positional(c, node), node.decorators)];
}

function positional(c: Lowering, node: Ast.FormalParameter): Parameter {
  if (node.type !== "AssignmentPattern") return { target: c.pattern(node), ...typeOf(c, node) };
  const target = c.pattern(node.left);
  return { target, default: c.expression(node.right, target.kind === "name" ? target.name : ""), ...typeOf(c, node.left) };
}

function typeOf(c: Lowering, node: AstPattern | Ast.FormalParameterRest): Pick<Parameter, "type"> {
  const type = "typeAnnotation" in node && node.typeAnnotation?.type === "TSTypeAnnotation" ? annotated(c, node.typeAnnotation) : undefined;
  return type ? { type } : {};
}

const withDecorators = (c: Lowering, param: Parameter, decorators: readonly Ast.Decorator[] | undefined): Parameter =>
  decorators?.length ? { ...param, decorators: decoratorsOf(c, decorators) } : param;

/** `constructor(private readonly client: X)`: the constructor starts with `this.client = client`. */
function assignedProperties(c: Lowering, params: readonly Ast.ParamPattern[]): Statement[] {
  return params.flatMap((param) => {
    if (param.type !== "TSParameterProperty") return [];
    const at = c.place(param.start);
    return namesIn(c.pattern(propertyOf(param))).map((name) => assignToThis(name, at));
  });
}

export const propertyOf = ({ parameter: param }: Ast.TSParameterProperty): Ast.BindingPattern =>
  param.type === "AssignmentPattern" ? param.left : param;

function assignToThis(name: string, at: number): Statement {
  const target: Pattern = { kind: "place", target: { kind: "member", object: { kind: "this", at }, name, at }, at };
  const value: Expression = { kind: "name", name, at };
  return { kind: "expression", value: { kind: "assign", target, value, at }, at };
}
