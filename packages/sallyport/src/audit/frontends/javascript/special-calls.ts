// Calls that mean something to the IR, and the helpers that compilers write into their output: these are undone, so that
// compiled code reads as its source did.
import type { Entry, Expression, FunctionDefinition, Pattern, Statement } from "../../ir/ir.ts";
import { argumentsOf, callPlace, lastOf } from "./lower-arguments.ts";
import { lowerFunction } from "./lower-functions.ts";
import { dotted, stringOf } from "./lower-keys.ts";
import type { AstFunction, Lowering } from "./lowering.ts";
import type { Ast } from "./parse.ts";

type Call = Ast.CallExpression;
/** `undefined`: not of the form that the name promises, so it is a call like any other. */
type Special = (c: Lowering, node: Call, name: string) => Expression | undefined;

const SPECIAL = new Map<string, Special>([
  ["require", builtin("module")],
  ["__require", builtin("module")],
  ["eval", builtin("evaluate")],
  ["Function", builtin("evaluate")],
  ["process.exit", builtin("exit")],
  ["__name", (c, node, name) => argument(c, node, 0, stringOf(node.arguments[1]) ?? name)],
  ["__awaiter", asyncCall],
  ["__async", asyncCall],
  ["_asyncToGenerator", asyncFunction],
  ["__commonJS", loader],
  ["__commonJSMin", loader],
  ["__esm", (c, node, name) => wrapped(c, node, name)?.value],
  ["__decorate", decorated],
  ["__assign", merged],
  ["__spreadValues", merged],
  ["__spreadProps", merged],
  ["__spreadArray", concatenated],
  ["__rest", first],
  ["__objRest", first],
  ["__publicField", (c, node) => stored(c, node, 2, stringOf(node.arguments[1]))],
  ["__privateGet", (c, node) => privateMember(c, node)],
  ["__privateAdd", (c, node) => (node.arguments.length > 2 ? stored(c, node, 2, privateName(node)) : undefined)],
  ["__privateSet", (c, node) => stored(c, node, 2, privateName(node))],
  ["__privateMethod", (c, node) => argument(c, node, 2)],
  ["__classPrivateFieldGet", (c, node) => (stringOf(node.arguments[2]) === "m" ? argument(c, node, 3) : privateMember(c, node))],
  ["__classPrivateFieldSet", (c, node) => stored(c, node, 2, privateName(node))],
]);

/** What makes a CommonJS module look like an ECMAScript one: the module itself, to whoever knows that `.default` may be it. */
export const MODULE_WRAPPERS = new Set([
  "__importStar",
  "__importDefault",
  "__toESM",
  "__toCommonJS",
  "_interopRequireDefault",
  "_interopRequireWildcard",
  "_interopDefault",
  "_interopNamespace",
  "_interop_require_default",
  "_interop_require_wildcard",
]);
for (const name of MODULE_WRAPPERS) SPECIAL.set(name, first);

export const isSpecialCall = (_: Lowering, node: Call): boolean => SPECIAL.has(helperName(node));

export function specialCall(c: Lowering, node: Call, name: string): Expression {
  return SPECIAL.get(helperName(node))?.(c, node, name) ?? plainCall(c, node);
}

/** The name a special call goes by: `tslib_1.__awaiter` and `__toESM2` are known by their plain names. */
export function helperName(node: Call): string {
  const callee = node.callee.type === "SequenceExpression" ? lastOf(node.callee) : node.callee;
  if (callee.type === "Identifier") return callee.name.startsWith("__") ? callee.name.replace(/(?<!\d)\d+$/, "") : callee.name;
  if (callee.type !== "MemberExpression" || callee.computed) return "";
  const { name } = callee.property;
  if (name === "exit") return dotted(callee);
  return name.startsWith("_") && callee.object.type === "Identifier" ? name : "";
}

function plainCall(c: Lowering, node: Call): Expression {
  return { kind: "call", callee: c.expression(node.callee), args: argumentsOf(c, node.arguments), at: callPlace(c, node) };
}

function builtin(name: "module" | "evaluate" | "exit"): Special {
  return (c, node) => {
    const args = node.arguments.map((arg) => c.expression(arg.type === "SpreadElement" ? arg.argument : arg));
    return { kind: "builtin", name, args, at: callPlace(c, node) };
  };
}

function argument(c: Lowering, node: Call, index: number, name = ""): Expression | undefined {
  const arg = node.arguments[index];
  return arg === undefined || arg.type === "SpreadElement" ? undefined : c.expression(arg, name);
}

function first(c: Lowering, node: Call): Expression | undefined {
  return argument(c, node, 0);
}

const isFunction = (node: Ast.Argument | undefined): node is AstFunction =>
  node?.type === "FunctionExpression" || node?.type === "ArrowFunctionExpression";

/** `__awaiter(this, void 0, void 0, function* () { yield x })`: an async function's body, called at once. */
function asyncCall(c: Lowering, node: Call, name: string): Expression | undefined {
  const body = node.arguments.at(-1);
  if (!isFunction(body)) return undefined;
  const at = c.place(body.start);
  const fn = { ...lowerFunction(c, body, name, { yieldIsAwait: true }), arrow: true };
  return { kind: "call", callee: { kind: "function", fn, at }, args: [], at };
}

function asyncFunction(c: Lowering, node: Call, name: string): Expression | undefined {
  const [body] = node.arguments;
  if (!isFunction(body)) return undefined;
  return { kind: "function", fn: lowerFunction(c, body, name, { yieldIsAwait: true }), at: c.place(body.start) };
}

/** esbuild's wrappers hold their function alone or under the name of its file. */
function wrapped(c: Lowering, node: Call, name: string): { readonly value: Expression; readonly fn: FunctionDefinition } | undefined {
  const [holder] = node.arguments;
  const property = holder?.type === "ObjectExpression" ? holder.properties[0] : undefined;
  const body = property?.type === "Property" ? property.value : holder;
  if (!isFunction(body)) return undefined;
  const fn = lowerFunction(c, body, name);
  return { value: { kind: "function", fn, at: fn.at }, fn };
}

/** `__commonJS((exports, module) => …)`: a function that gives what the module exports. */
function loader(c: Lowering, node: Call, name: string): Expression | undefined {
  const fn = wrapped(c, node, name)?.fn;
  if (fn === undefined) return undefined;
  const { at } = fn;
  const [exports, module] = fn.params.map(({ target }) => (target.kind === "name" ? target.name : ""));
  const own = exports ?? "exports";
  const result: Expression =
    module === undefined ? { kind: "name", name: own, at } : member({ kind: "name", name: module, at }, "exports", at);
  const before: Statement[] = [declare(own, { kind: "object", entries: [], at })];
  if (module !== undefined) {
    const entry: Entry = { kind: "property", key: "exports", value: { kind: "name", name: own, at }, at };
    before.push(declare(module, { kind: "object", entries: [entry], at }));
  }
  const body = [...before, ...fn.body, { kind: "return", value: result, at } as const];
  return { kind: "function", fn: { ...fn, params: [], body }, at };
}

const declare = (name: string, value: Expression): Statement => ({
  kind: "let",
  target: { kind: "name", name, at: value.at },
  value,
  at: value.at,
});

const member = (object: Expression, name: string, at: number): Extract<Expression, { kind: "member" }> => ({
  kind: "member",
  object,
  name,
  at,
});

/** `__decorate([A(), B], Foo.prototype, "bar", null)`: each decorator is called with what it decorates, and that stays what it was. */
function decorated(c: Lowering, node: Call): Expression | undefined {
  const [list, ...targets] = node.arguments;
  const value = argument(c, node, 1);
  if (list?.type !== "ArrayExpression" || value === undefined) return undefined;
  const items = list.elements.flatMap((one): Expression[] => {
    if (one === null || one.type === "SpreadElement") return [];
    return [{ kind: "call", callee: c.expression(one), args: argumentsOf(c, targets), at: c.place(one.start) }];
  });
  return { kind: "sequence", items: [...items, value], at: c.place(node.start) };
}

function merged(c: Lowering, node: Call): Expression {
  const entries = argumentsOf(c, node.arguments).map(({ value }): Entry => ({ kind: "spread", value, at: value.at }));
  return { kind: "object", entries, at: c.place(node.start) };
}

function concatenated(c: Lowering, node: Call): Expression {
  const items = argumentsOf(c, node.arguments.slice(0, 2)).map(({ value }) => ({ value, spread: true }));
  return { kind: "array", style: "list", items, at: c.place(node.start) };
}

function privateName(node: Call): string | undefined {
  const slot = node.arguments[1];
  return slot?.type === "Identifier" ? `#${slot.name}` : undefined;
}

function privateMember(c: Lowering, node: Call): Expression | undefined {
  const object = first(c, node);
  const name = privateName(node);
  return object && name !== undefined ? member(object, name, c.place(node.start)) : undefined;
}

function stored(c: Lowering, node: Call, index: number, name: string | undefined): Expression | undefined {
  const object = first(c, node);
  const value = argument(c, node, index, name);
  if (object === undefined || value === undefined || name === undefined) return undefined;
  const at = c.place(node.start);
  const target: Pattern = { kind: "place", target: member(object, name, at), at };
  return { kind: "assign", target, value, at };
}
