// Statements of CommonJS modules and of bundles that import and export: assignments to `exports`, `require` in a declaration,
// and what compilers write for `export`.
import type { Entry, Expression, ImportBinding, Statement } from "../../ir/ir.ts";
import { exportedAs, exportsName, isExportsObject } from "./commonjs.ts";
import type { Lowering } from "./lowering.ts";
import { dotted, keyOf, stringOf } from "./lower-keys.ts";
import type { Ast } from "./parse.ts";
import { helperName, MODULE_WRAPPERS } from "./special-calls.ts";

// ------------------------------------------------------------------------------------------------------ exporting

/** `undefined`: an ordinary statement. */
export function exportingStatement(c: Lowering, node: Ast.ExpressionStatement): Statement[] | undefined {
  const { expression } = node;
  if (expression.type === "LogicalExpression") return isDead(expression) ? [] : undefined;
  if (expression.type === "CallExpression") return definingCall(c, expression);
  if (expression.type !== "AssignmentExpression" || !isTop(c)) return undefined;
  const left = expression.left as Ast.Expression;
  return isExportsObject(c, left) || exportsName(c, left) !== undefined ? assigned(c, expression) : undefined;
}

const isTop = (c: Lowering): boolean => c.scope.isModule && c.scope.blockDepth === 0;

/** `0 && (module.exports = {…})`: esbuild's note to Node.js, never run. */
const isDead = ({ operator, left }: Ast.LogicalExpression): boolean => operator === "&&" && left.type === "Literal" && left.value === 0;

/** `exports.a = exports.b = value`. */
function assigned(c: Lowering, node: Ast.AssignmentExpression): Statement[] {
  const names: string[] = [];
  let value: Ast.Expression = node;
  while (value.type === "AssignmentExpression" && value.operator === "=") {
    const name = exportsName(c, value.left as Ast.Expression);
    // `exports = module.exports = value`: only the latter exports.
    if (name === undefined && !isExportsObject(c, value.left as Ast.Expression)) break;
    if (name !== undefined && name !== "exports.__esModule") names.push(name);
    value = value.right;
  }
  // tsc first says `exports.a = exports.b = void 0`.
  if (names.length === 0 || (value.type === "UnaryExpression" && value.operator === "void")) return [];
  return sharing(c, names, value, c.place(node.start));
}

function sharing(c: Lowering, names: readonly string[], node: Ast.Expression, at: number): Statement[] {
  const value = c.expression(node, exportedAs(names.at(-1) ?? ""));
  const [first, ...others] = names;
  if (first === undefined || others.length === 0 || value.kind === "name") return names.map((name) => exported(name, value, at));
  c.commonJs.kept.add(first);
  return [exported(first, value, at), ...others.map((name) => exported(name, { kind: "name", name: first, at }, at))];
}

const exported = (name: string, value: Expression, at: number): Statement => ({ kind: "export", name: exportedAs(name), value, at });

const EXPORT_HELPERS = new Set(["__exportStar", "__export", "__reExport", "_export", "_export_star"]);

function definingCall(c: Lowering, node: Ast.CallExpression): Statement[] | undefined {
  const name = helperName(node);
  if (EXPORT_HELPERS.has(name)) return exportHelper(c, node);
  if (node.callee.type !== "MemberExpression" || node.callee.computed) return undefined;
  const { name: method } = node.callee.property;
  if (method === "d") return webpackExports(c, node);
  return method === "defineProperty" && dotted(node.callee) === "Object.defineProperty" ? definedProperty(c, node) : undefined;
}

/** `__exportStar(require("x"), exports)`, `__reExport(target, require("x"))`, `__export(target, { a: () => a })`. */
function exportHelper(c: Lowering, node: Ast.CallExpression): Statement[] | undefined {
  const at = c.place(node.start);
  const from = node.arguments.map(requiredModule).find((module) => module !== undefined);
  if (from !== undefined && isTop(c)) return [{ kind: "export-all", from, as: undefined, at }];
  const [target, names] = node.arguments;
  if (names?.type !== "ObjectExpression") return undefined;
  const getters = gettersOf(names);
  if (isExportsObject(c, target) && isTop(c)) {
    return getters.map(([name, fn]) => exported(`exports.${name}`, resultOf(c, fn), c.place(fn.start)));
  }
  if (target?.type !== "Identifier") return undefined;
  const entries = getters.map(([key, fn]): Entry => ({ kind: "accessor", key, get: c.fn(fn, key), at: c.place(fn.start) }));
  const value: Expression = { kind: "object", entries, at };
  return [{ kind: "expression", value: { kind: "assign", target: { kind: "name", name: target.name, at }, value, at }, at }];
}

type Getter = Ast.ArrowFunctionExpression | Ast.Function;

const isGetter = (node: Ast.Expression): node is Getter =>
  (node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression") && node.params.length === 0;

function gettersOf(node: Ast.ObjectExpression): [string, Getter][] {
  return node.properties.flatMap((property): [string, Getter][] => {
    const key = property.type === "Property" ? keyOf(property) : undefined;
    return property.type === "Property" && key !== undefined && isGetter(property.value) ? [[key, property.value]] : [];
  });
}

/** What a getter gives: the expression itself where it only returns one. */
function resultOf(c: Lowering, fn: Getter): Expression {
  const value = returned(fn);
  if (value) return c.expression(value);
  const at = c.place(fn.start);
  return { kind: "call", callee: { kind: "function", fn: c.fn(fn, ""), at }, args: [], at };
}

function returned({ body }: Getter): Ast.Expression | null | undefined {
  if (body === null || body.type !== "BlockStatement") return body;
  const [only] = body.body;
  return body.body.length === 1 && only?.type === "ReturnStatement" ? only.argument : undefined;
}

/** `__webpack_require__.d(exports, { a: () => a })` stands before what it exports, so the block says it again at its end. */
function webpackExports(c: Lowering, node: Ast.CallExpression): Statement[] | undefined {
  const [target, names] = node.arguments;
  if (target?.type !== "Identifier" || names?.type !== "ObjectExpression") return undefined;
  const getters = gettersOf(names);
  if (getters.length === 0 || getters.length !== names.properties.length) return undefined;
  for (const [name, fn] of getters) {
    const at = c.place(fn.start);
    const place = { kind: "member", object: { kind: "name", name: target.name, at }, name, at } as const;
    const value: Expression = { kind: "assign", target: { kind: "place", target: place, at }, value: resultOf(c, fn), at };
    c.scope.late.push({ kind: "expression", value, at });
  }
  return [];
}

/** `Object.defineProperty(exports, "a", { enumerable: true, get: function () { return x.a; } })`. */
function definedProperty(c: Lowering, node: Ast.CallExpression): Statement[] | undefined {
  const [target, key, descriptor] = node.arguments;
  const name = stringOf(key);
  if (!isExportsObject(c, target) || name === undefined || descriptor?.type !== "ObjectExpression" || !isTop(c)) return undefined;
  if (name === "__esModule") return [];
  const value = descriptor.properties.flatMap((property) => (property.type === "Property" ? described(c, property) : []))[0];
  return value && [exported(`exports.${name}`, value, c.place(node.start))];
}

function described(c: Lowering, property: Ast.ObjectProperty): Expression[] {
  const key = keyOf(property);
  if (key === "value") return [c.expression(property.value)];
  return key === "get" && isGetter(property.value) ? [resultOf(c, property.value)] : [];
}

// ------------------------------------------------------------------------------------------------------ importing

/** The module that `require("x")` asks for, also through what compilers wrap it in. */
export function requiredModule(node: Ast.Expression | Ast.SpreadElement | null | undefined): string | undefined {
  let call = node;
  while (call?.type === "CallExpression" && MODULE_WRAPPERS.has(helperName(call))) call = call.arguments[0];
  if (call?.type !== "CallExpression" || call.arguments.length !== 1) return undefined;
  const name = call.callee.type === "Identifier" ? call.callee.name : "";
  return name === "require" || name === "__require" ? stringOf(call.arguments[0]) : undefined;
}

/** `const x = require("x")`, `const { a } = require("x")`, `const b = require("x").b`, at the top of a module. */
export function requiringDeclaration(c: Lowering, node: Ast.VariableDeclarator): Statement | undefined {
  if (!isTop(c) || node.init === null) return undefined;
  const member = node.init.type === "MemberExpression" && !node.init.computed ? node.init : undefined;
  const from = requiredModule(member === undefined ? node.init : member.object);
  if (from === undefined) return undefined;
  const bindings = member === undefined ? bindingsOf(node.id) : memberBinding(member, node.id);
  return bindings && { kind: "import", from, bindings, at: c.place(node.start) };
}

function memberBinding(member: Ast.MemberExpression, id: Ast.BindingPattern): ImportBinding[] | undefined {
  return member.property.type === "Identifier" && id.type === "Identifier"
    ? [{ imported: member.property.name, local: id.name }]
    : undefined;
}

/** `undefined` when the pattern takes the module apart further than imports do. */
function bindingsOf(id: Ast.BindingPattern): ImportBinding[] | undefined {
  if (id.type === "Identifier") return [{ imported: "*", local: id.name }];
  if (id.type !== "ObjectPattern") return undefined;
  const bindings: ImportBinding[] = [];
  for (const property of id.properties) {
    const imported = property.type === "Property" ? keyOf(property) : undefined;
    if (imported === undefined || property.type !== "Property" || property.value.type !== "Identifier") return undefined;
    bindings.push({ imported, local: property.value.name });
  }
  return bindings;
}
