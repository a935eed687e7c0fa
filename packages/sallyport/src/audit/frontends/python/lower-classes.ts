// Classes. A class body is a list of methods and fields; a branch in it counts with all its sides.
import type { ClassDefinition, Decorator, Expression, Field, Method } from "../../ir/ir.ts";
import { bindDefinition, decoratorsOf, functionOf } from "./lower-functions.ts";
import { valueOf } from "./lower-statements.ts";
import { literal, opaque, type LowerStatement, type Lowering } from "./lowering.ts";
import { childOf, type Syntax } from "./parse.ts";
import { namesOf } from "./scope.ts";

interface Body {
  readonly methods: Method[];
  readonly fields: Field[];
}

export function classOf(lowering: Lowering, node: Syntax, qualifier: string, decorators: readonly Decorator[]): ClassDefinition {
  const name = qualifier + (childOf(node, "name")?.text ?? "");
  const bases = (childOf(node, "superclasses")?.children ?? []).filter((child) => child.type !== "keyword_argument");
  const body: Body = { methods: [], fields: [] };
  readBody(lowering, childOf(node, "body"), name, body);
  return {
    name,
    bases: bases.map((base) => lowering.expression(base)),
    implements: [],
    ...(bases.some(isProtocol) ? { isInterface: true } : {}),
    ...body,
    ...(decorators.length > 0 ? { decorators } : {}),
    at: lowering.at(node),
  };
}

/** `Protocol`, `typing.Protocol`, `Protocol[T]`: classes that fit it stand for it. */
function isProtocol(base: Syntax): boolean {
  if (base.type === "subscript") return base.children[0] !== undefined && isProtocol(base.children[0]);
  return (base.type === "attribute" ? childOf(base, "attribute") : base)?.text === "Protocol";
}

const HOLDERS = new Set([
  "if_statement",
  "elif_clause",
  "else_clause",
  "try_statement",
  "except_clause",
  "finally_clause",
  "with_statement",
  "for_statement",
  "block",
  "ERROR",
]);

/** Without recursion: a body's blocks may nest as they like. */
function readBody(lowering: Lowering, block: Syntax | undefined, className: string, body: Body): void {
  const waiting = block === undefined ? [] : block.children.toReversed();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (HOLDERS.has(node.type)) waiting.push(...node.children.toReversed());
    else readMember(lowering, node, className, body);
  }
}

function readMember(lowering: Lowering, node: Syntax, className: string, body: Body): void {
  const decorated = node.type === "decorated_definition" ? childOf(node, "definition") : undefined;
  const definition = decorated ?? node;
  const decoratorNodes = decorated === undefined ? [] : node.children.filter((child) => child.type === "decorator");
  if (definition.type === "function_definition") body.methods.push(methodOf(lowering, definition, className, decoratorNodes));
  else if (definition.type === "class_definition") {
    const name = childOf(definition, "name")?.text ?? "";
    const at = lowering.at(definition);
    const value = lowering.nested(definition, (): Expression => {
      return { kind: "class", cls: classOf(lowering, definition, `${className}.`, decoratorsOf(lowering, decoratorNodes)), at };
    });
    body.fields.push({ name, value: value ?? opaque([], at), at });
  } else if (node.type === "expression_statement" && node.children[0]?.type === "assignment") {
    body.fields.push(...fieldsOf(lowering, node.children[0]));
  }
}

const DECORATED_AS = new Map<string, Partial<Method>>([
  ["property", { style: "getter" }],
  ["cached_property", { style: "getter" }],
  ["abstractproperty", { style: "getter" }],
  ["getter", { style: "getter" }],
  ["setter", { style: "setter" }],
  ["staticmethod", { static: true }],
  ["classmethod", { static: true, classMethod: true }],
]);

/** The decorators that say how a method is called become that; the others are left for whoever knows them. */
function methodOf(lowering: Lowering, node: Syntax, className: string, decoratorNodes: readonly Syntax[]): Method {
  const name = childOf(node, "name")?.text ?? "";
  const told = decoratorNodes.map((decorator) => DECORATED_AS.get(lastName(decorator)));
  const others = decoratorNodes.filter((_, index) => told[index] === undefined);
  const style = name === "__init__" ? "constructor" : "method";
  const fn = functionOf(lowering, node, `${className}.${name}`, decoratorsOf(lowering, others));
  return { name, style, ...Object.assign({}, ...told), fn };
}

function lastName(decorator: Syntax): string {
  const value = decorator.children[0];
  return (value?.type === "attribute" ? childOf(value, "attribute") : value)?.text ?? "";
}

/** `a: T = v`, `a = b = v`, `a, b = v, w`. */
function fieldsOf(lowering: Lowering, assignment: Syntax): Field[] {
  const targets: Syntax[] = [];
  let node = assignment;
  for (let inner = childOf(node, "right"); inner?.type === "assignment"; inner = childOf(node, "right")) {
    targets.push(childOf(node, "left") ?? node);
    node = inner;
  }
  const at = lowering.at(assignment);
  const right = childOf(node, "right");
  const typeNode = childOf(node, "type");
  const type = lowering.type(typeNode);
  const value = right && valueOf(lowering, right, type?.path.at(-1));
  const shared = typeNode !== undefined && isClassVar(typeNode) ? { static: true } : {};
  return [...targets, childOf(node, "left") ?? node].flatMap((target) => {
    const names = namesOf(target);
    if (names.length > 1) return names.map((name, index) => ({ name, value: partOf(value, index), at }));
    return names.map((name) => ({ name, ...shared, type, value, at }));
  });
}

function partOf(value: Expression | undefined, index: number): Expression | undefined {
  if (value === undefined) return undefined;
  if (value.kind === "array") return value.items[index]?.value;
  return { kind: "index", object: value, index: literal(index, value.at), at: value.at };
}

function isClassVar(type: Syntax): boolean {
  for (let node: Syntax | undefined = type; node !== undefined; node = node.children[0]) if (node.text === "ClassVar") return true;
  return false;
}

const classDefinition: LowerStatement = (lowering, node, out) => {
  const cls = classOf(lowering, node, "", []);
  out.push(bindDefinition(lowering, node, cls.name, { kind: "class", cls, at: cls.at }));
};

const decoratedDefinition: LowerStatement = (lowering, node, out) => {
  const definition = childOf(node, "definition");
  if (definition === undefined) return;
  const decorators = decoratorsOf(
    lowering,
    node.children.filter((child) => child.type === "decorator"),
  );
  const name = childOf(definition, "name")?.text ?? "";
  if (definition.type === "class_definition") {
    const cls = classOf(lowering, definition, "", decorators);
    out.push(bindDefinition(lowering, node, name, { kind: "class", cls, at: cls.at }));
  } else {
    const fn = functionOf(lowering, definition, name, decorators);
    out.push(bindDefinition(lowering, node, name, { kind: "function", fn, at: fn.at }));
  }
};

export const CLASS_STATEMENTS: readonly (readonly [string, LowerStatement])[] = [
  ["class_definition", classDefinition],
  ["decorated_definition", decoratedDefinition],
];
