// Declarations: variables, functions, classes, and the types, enums and namespaces of TypeScript.
import type { ClassDefinition, Entry, Expression, Field, FunctionDefinition, Method, Statement, TypeRef } from "../../ir/ir.ts";
import { lineOf } from "../../ir/place.ts";
import { type AstStatement, type Lowering, type Named, newScope } from "./lowering.ts";
import { requiringDeclaration } from "./lower-commonjs.ts";
import { hoistedVars } from "./lower-functions.ts";
import { dotted, textOf } from "./lower-keys.ts";
import { namesIn } from "./lower-patterns.ts";
import { annotated, membersOf, pathOf, signatureName } from "./lower-types.ts";
import type { Ast } from "./parse.ts";

type Namespace = Named<AstStatement, "TSModuleDeclaration">;

/** `undefined`: no declaration of these. */
export function lowerDeclarations(c: Lowering, node: AstStatement, values: ReadonlySet<string>): Statement[] | undefined {
  switch (node.type) {
    case "FunctionDeclaration":
      return [functionDeclaration(c, node)];
    case "ClassDeclaration":
      return node.declare === true ? [] : [classDeclaration(c, node)];
    case "TSDeclareFunction":
    case "TSNamespaceExportDeclaration":
      return [];
    case "TSTypeAliasDeclaration":
      return values.has(node.id.name)
        ? []
        : [declared(c, node.id, { kind: "type", type: c.type(node.typeAnnotation), at: c.place(node.id.start) }, true)];
    case "TSInterfaceDeclaration":
      return values.has(node.id.name)
        ? []
        : [declared(c, node.id, { kind: "class", cls: interfaceOf(c, node), at: c.place(node.id.start) }, true)];
    case "TSEnumDeclaration":
      return node.declare ? [] : [declared(c, node.id, enumObject(c, node))];
    case "TSModuleDeclaration":
      return node.declare || node.body === null ? [] : namespace(c, node, values);
    default:
      return undefined;
  }
}

const declared = (c: Lowering, id: { readonly name: string; readonly start: number }, value: Expression, hoisted = false): Statement => {
  const at = c.place(id.start);
  const target = { kind: "name", name: id.name, at } as const;
  return hoisted ? { kind: "let", target, value, hoisted, at } : { kind: "let", target, value, at };
};

const DEFAULT = "default";

export function functionDeclaration(c: Lowering, node: Ast.Function): Statement {
  const name = node.id?.name ?? DEFAULT;
  const id = { name, start: node.id?.start ?? node.start };
  return declared(c, id, { kind: "function", fn: c.fn(node, name), at: c.place(node.start) }, true);
}

export function classDeclaration(c: Lowering, node: Ast.Class): Statement {
  const name = node.id?.name ?? DEFAULT;
  return declared(
    c,
    { name, start: node.id?.start ?? node.start },
    { kind: "class", cls: c.cls(node, name), at: c.place(node.start) },
    true,
  );
}

// ------------------------------------------------------------------------------------------------------ variables

export function lowerVariables(c: Lowering, node: Ast.VariableDeclaration): Statement[] {
  if (node.declare === true) return [];
  return node.declarations.flatMap((one) => requiringDeclaration(c, one) ?? variable(c, node, one));
}

function variable(c: Lowering, { kind }: Ast.VariableDeclaration, node: Ast.VariableDeclarator): Statement[] {
  const target = c.pattern(node.id);
  const at = c.place(node.start);
  const given = node.init ? c.expression(node.init, target.kind === "name" ? target.name : "") : undefined;
  const value: Expression | undefined = kind === "await using" && given ? { kind: "await", value: given, at } : given;
  if (kind === "var" && isKnownVar(c, namesIn(target))) {
    return value ? [{ kind: "expression", value: { kind: "assign", target, value, at }, at }] : [];
  }
  const type = "typeAnnotation" in node.id ? annotated(c, node.id.typeAnnotation) : undefined;
  return [type ? { kind: "let", target, value, type, at } : { kind: "let", target, value, at }];
}

/** `var` in an inner block names the function's variable, and so does a second `var`: both only assign. */
function isKnownVar({ scope }: Lowering, names: readonly string[]): boolean {
  const isInner = scope.blockDepth > 0;
  const isAgain = !isInner && names.some((name) => scope.declared.has(name) || scope.hoisted.has(name));
  const known = isInner || isAgain ? scope.hoisted : scope.declared;
  for (const name of names) if (!scope.declared.has(name)) known.add(name);
  return isInner || isAgain;
}

// ---------------------------------------------------------------------------------------------------------- types

/** The names that are values in a block, as far as a type of the same name could hide one. */
export function declaredNames(nodes: readonly AstStatement[]): ReadonlySet<string> {
  const plain = nodes.map((node) => ("declaration" in node && node.type === "ExportNamedDeclaration" ? node.declaration : node));
  const hasTypes = plain.some((node) => node?.type.startsWith("TS"));
  return hasTypes ? new Set(plain.flatMap((node) => (node ? valueNames(node) : []))) : NONE;
}

const NONE: ReadonlySet<string> = new Set();

function valueNames(node: AstStatement): string[] {
  if (node.type === "VariableDeclaration") return node.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") return node.id ? [node.id.name] : [];
  return node.type === "TSEnumDeclaration" ? [node.id.name] : [];
}

function interfaceOf(c: Lowering, node: Ast.TSInterfaceDeclaration): ClassDefinition {
  const { name } = node.id;
  const bases = node.extends.map((base) => c.expression(base.expression));
  const members = node.body.body;
  const methods = members.flatMap((member) =>
    member.type === "TSMethodSignature" && member.kind === "method" ? [signature(c, name, member)] : [],
  );
  const fields = membersOf(
    c,
    members.filter((member) => member.type !== "TSMethodSignature" || member.kind !== "method"),
  ).map((member): Field => ({ name: member.name, ...(member.type ? { type: member.type } : {}), at: c.place(node.id.start) }));
  return { name, bases, implements: [], isInterface: true, methods, fields, at: c.place(node.id.start) };
}

function signature(c: Lowering, owner: string, node: Ast.TSMethodSignature): Method {
  const name = signatureName(node);
  const params = node.params.map((param) => {
    const type = "typeAnnotation" in param ? annotated(c, param.typeAnnotation) : undefined;
    const target = { kind: "name", name: parameterName(param), at: c.place(param.start) } as const;
    return { target, ...(type ? { type } : {}), ...(param.type === "RestElement" ? { style: "rest" as const } : {}) };
  });
  const returns: TypeRef | undefined = annotated(c, node.returnType);
  const at = c.place(node.start);
  const fn: FunctionDefinition = {
    name: `${owner}.${name}`,
    params,
    body: [],
    ...(returns ? { returns } : {}),
    at,
    endLine: lineOf(c.place(node.end)),
  };
  return { name, style: "method", fn };
}

function parameterName(node: Ast.ParamPattern): string {
  const target: Ast.ParamPattern = node.type === "RestElement" ? node.argument : node;
  return target.type === "Identifier" ? target.name : "";
}

/** Names to values. The way back from values to names is left out: nobody looks a topic up by it. */
function enumObject(c: Lowering, node: Ast.TSEnumDeclaration): Expression {
  const at = c.place(node.id.start);
  const names = new Set<string>();
  let next: number | undefined = 0;
  const entries = node.body.members.map((member): Entry => {
    const place = c.place(member.start);
    const key = "name" in member.id ? member.id.name : (textOf(member.id) ?? "");
    const value: Expression = member.initializer
      ? enumValue(c, member.initializer, node.id.name, names)
      : { kind: "literal", value: next, at: place };
    next = value.kind === "literal" && typeof value.value === "number" ? value.value + 1 : undefined;
    names.add(key);
    return { kind: "property", key, value, at: place };
  });
  return { kind: "object", entries, at };
}

/** A member may name an earlier one. */
function enumValue(c: Lowering, node: Ast.Expression, owner: string, names: ReadonlySet<string>): Expression {
  const value = c.expression(node);
  if (value.kind !== "name" || !names.has(value.name)) return value;
  return { kind: "member", object: { kind: "name", name: owner, at: value.at }, name: value.name, at: value.at };
}

/** A function that is called at once and gives what the namespace exports. */
function namespace(c: Lowering, node: Namespace, values: ReadonlySet<string>): Statement[] {
  const at = c.place(node.start);
  const path = node.id.type === "Literal" ? [node.id.value] : pathOf(node.id);
  const [first = "", ...inner] = path;
  let value = namespaceValue(c, node, path.join("."));
  for (const name of inner.toReversed()) value = { kind: "object", entries: [{ kind: "property", key: name, value, at }], at };
  // One of a function or class of the same name adds to it.
  if (values.has(first)) return [{ kind: "expression", value: addedTo(first, value, at), at }];
  return [{ kind: "let", target: { kind: "name", name: first, at }, value, at }];
}

function addedTo(name: string, value: Expression, at: number): Expression {
  const callee: Expression = { kind: "member", object: { kind: "name", name: "Object", at }, name: "assign", at };
  return { kind: "call", callee, args: [{ value: { kind: "name", name, at } }, { value }], at };
}

function namespaceValue(c: Lowering, node: Namespace, name: string): Expression {
  const at = c.place(node.start);
  const outer = c.scope;
  c.scope = newScope(false);
  const lowered = c.block(node.body?.body ?? []);
  const hoisted = hoistedVars(c, [], at);
  c.scope = outer;
  const entries = lowered.flatMap((one): Entry[] =>
    one.kind === "export" ? [{ kind: "property", key: one.name, value: one.value, at: one.at }] : [],
  );
  const body: Statement[] = [
    ...hoisted,
    ...lowered.filter((one) => one.kind !== "export"),
    { kind: "return", value: { kind: "object", entries, at }, at },
  ];
  const fn: FunctionDefinition = { name, params: [], body, arrow: true, at, endLine: lineOf(c.place(node.end)) };
  return { kind: "call", callee: { kind: "function", fn, at }, args: [], at };
}

/** `import x = A.B`. */
export function aliased(c: Lowering, node: Ast.TSImportEqualsDeclaration): Expression {
  const { moduleReference: to } = node;
  const at = c.place(to.start);
  if (to.type === "TSExternalModuleReference") return { kind: "builtin", name: "module", args: [c.expression(to.expression)], at };
  const [first = "", ...rest] = to.type === "Identifier" ? [dotted(to)] : pathOf(to);
  return rest.reduce<Expression>((object, name) => ({ kind: "member", object, name, at }), { kind: "name", name: first, at });
}
