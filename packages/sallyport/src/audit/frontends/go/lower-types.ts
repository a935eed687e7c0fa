// Types as written, and the declarations of structs, interfaces and named types.
import type { ClassDefinition, Expression, Field, Method, Statement, TypeRef } from "../../ir/ir.ts";
import { nested, placeOf, type Reading, textOf } from "./reading.ts";
import { child, childOfKind, children, type Syntax } from "./syntax.ts";

const word = (path: string, args?: readonly TypeRef[]): TypeRef => (args === undefined ? { path: [path] } : { path: [path], args });

const ANY = word("any");

type TypeLowering = (r: Reading, node: Syntax) => TypeRef;

const ofElement =
  (path: string, field: string): TypeLowering =>
  (r, node) =>
    word(path, [typeAt(r, child(node, field))]);
const ofInner: TypeLowering = (r, node) => typeAt(r, node.children[0]);

const LOWERINGS: ReadonlyMap<string, TypeLowering> = new Map<string, TypeLowering>([
  ["type_identifier", (r, node) => word(textOf(r, node))],
  ["identifier", (r, node) => word(textOf(r, node))],
  ["qualified_type", (r, node) => ({ path: node.children.map((each) => textOf(r, each)) })],
  ["selector_expression", (r, node) => ({ path: node.children.map((each) => textOf(r, each)) })],
  ["generic_type", generic],
  ["pointer_type", ofInner],
  ["parenthesized_type", ofInner],
  ["negated_type", ofInner],
  ["slice_type", ofElement("list", "element")],
  ["array_type", ofElement("list", "element")],
  ["implicit_length_array_type", ofElement("list", "element")],
  ["channel_type", ofElement("chan", "value")],
  ["map_type", (r, node) => word("map", [typeAt(r, child(node, "key")), typeAt(r, child(node, "value"))])],
  ["function_type", functionType],
  ["struct_type", inlineStruct],
  ["interface_type", inlineInterface],
  ["type_elem", union],
  ["type_constraint", union],
]);

export function lowerType(r: Reading, node: Syntax): TypeRef {
  const lowering = LOWERINGS.get(node.kind);
  return lowering === undefined
    ? ANY
    : nested(
        r,
        node,
        () => lowering(r, node),
        () => ANY,
      );
}

const typeAt = (r: Reading, node: Syntax | undefined): TypeRef => (node === undefined ? ANY : r.type(node));

function generic(r: Reading, node: Syntax): TypeRef {
  const { path } = typeAt(r, child(node, "type"));
  return { path, args: (child(node, "type_arguments")?.children ?? []).map((each) => r.type(each)) };
}

function union(r: Reading, node: Syntax): TypeRef {
  return node.children.length === 1
    ? typeAt(r, node.children[0])
    : word(
        "union",
        node.children.map((each) => r.type(each)),
      );
}

/** Parameters, then the result. */
function functionType(r: Reading, node: Syntax): TypeRef {
  const params = (child(node, "parameters")?.children ?? []).flatMap((each) => {
    const type = typeAt(r, child(each, "type"));
    return Array.from({ length: Math.max(1, children(each, "name").length) }, () => type);
  });
  return word("function", [...params, resultType(r, child(node, "result")) ?? word("tuple", [])]);
}

/** What a function gives back: one type, or a `tuple`. */
export function resultType(r: Reading, result: Syntax | undefined): TypeRef | undefined {
  if (result === undefined) return undefined;
  if (result.kind !== "parameter_list") return r.type(result);
  const types = result.children.flatMap((each) => {
    const type = typeAt(r, child(each, "type"));
    return Array.from({ length: Math.max(1, children(each, "name").length) }, () => type);
  });
  return types.length === 1 ? types[0] : word("tuple", types);
}

function inlineStruct(r: Reading, node: Syntax): TypeRef {
  return { path: ["object"], members: fieldsOf(r, node).map(({ name, type }) => ({ name, type })) };
}

function inlineInterface(r: Reading, node: Syntax): TypeRef {
  const methods = node.children.filter((each) => each.kind === "method_elem");
  const elements = node.children.filter((each) => each.kind === "type_elem");
  if (methods.length === 0) return elements.length === 1 ? typeAt(r, elements[0]) : ANY;
  return { path: ["object"], members: methods.map((each) => ({ name: nameOf(r, each), type: functionType(r, each) })) };
}

const nameOf = (r: Reading, node: Syntax): string => {
  const name = child(node, "name");
  return name === undefined ? "" : textOf(r, name);
};

/** So that literals of these types are known for what they are. The file's own types win over those of its functions. */
export function rememberTypes(r: Reading, declaration: Syntax): void {
  for (const each of declaration.children) {
    const name = child(each, "name");
    const type = child(each, "type");
    if (name !== undefined && type !== undefined && !r.types.has(textOf(r, name))) r.types.set(textOf(r, name), type);
  }
}

/** `type T …`: a struct is a class, an interface is one without code, anything else a name for a type. */
export function typeDeclaration(r: Reading, spec: Syntax): Statement | undefined {
  const name = child(spec, "name");
  const type = child(spec, "type");
  if (name === undefined || type === undefined) return undefined;
  const at = placeOf(r, name);
  return { kind: "let", target: { kind: "name", name: textOf(r, name), at }, value: declared(r, textOf(r, name), type), hoisted: true, at };
}

function declared(r: Reading, name: string, type: Syntax): Expression {
  const at = placeOf(r, type);
  if (type.kind === "struct_type") return { kind: "class", cls: struct(r, name, type), at };
  if (type.kind === "interface_type" && type.children.some((each) => each.kind === "method_elem" || isEmbeddedInterface(each)))
    return { kind: "class", cls: interfaceClass(r, name, type), at };
  return { kind: "type", type: r.type(type), at };
}

/** Its methods come from elsewhere: see lowerMethod. */
function struct(r: Reading, name: string, node: Syntax): ClassDefinition {
  const bases = fieldNodes(node)
    .filter(isEmbedded)
    .flatMap((each) => baseExpression(r, child(each, "type")));
  return { name, bases, implements: [], methods: [], fields: fieldsOf(r, node), at: placeOf(r, node) };
}

const fieldNodes = (node: Syntax): readonly Syntax[] =>
  childOfKind(node, "field_declaration_list")?.children.filter((each) => each.kind === "field_declaration") ?? [];

const isEmbedded = (field: Syntax): boolean => child(field, "name") === undefined;

function fieldsOf(r: Reading, node: Syntax): Field[] {
  return fieldNodes(node).flatMap((each) => {
    const type = typeAt(r, child(each, "type"));
    const tag = child(each, "tag");
    const rest = { type, tag: tag === undefined ? undefined : textOf(r, tag).slice(1, -1), at: placeOf(r, each) };
    if (isEmbedded(each)) return [{ name: type.path.at(-1) ?? "", ...rest }];
    return children(each, "name").map((name) => ({ ...rest, name: textOf(r, name), at: placeOf(r, name) }));
  });
}

/** Names of a struct's fields in order, for literals that leave them out. */
export const fieldNames = (r: Reading, node: Syntax): readonly string[] => fieldsOf(r, node).map((each) => each.name);

function baseExpression(r: Reading, node: Syntax | undefined): Expression[] {
  if (node === undefined) return [];
  const { path } = r.type(node);
  const at = placeOf(r, node);
  const [first, ...rest] = path;
  if (first === undefined) return [];
  return [rest.reduce<Expression>((object, name) => ({ kind: "member", object, name, at }), { kind: "name", name: first, at })];
}

const EMBEDDABLE = new Set(["type_identifier", "qualified_type", "generic_type"]);

const isEmbeddedInterface = (each: Syntax): boolean =>
  each.kind === "type_elem" && each.children.length === 1 && EMBEDDABLE.has(each.children[0]?.kind ?? "");

function interfaceClass(r: Reading, name: string, node: Syntax): ClassDefinition {
  const bases = node.children.filter(isEmbeddedInterface).flatMap((each) => baseExpression(r, each.children[0]));
  const methods = node.children.filter((each) => each.kind === "method_elem").map((each) => interfaceMethod(r, name, each));
  return { name, bases, implements: [], isInterface: true, methods, fields: [], at: placeOf(r, node) };
}

function interfaceMethod(r: Reading, owner: string, node: Syntax): Method {
  const fn = r.function(node, `${owner}.${nameOf(r, node)}`);
  const receiver = { target: { kind: "name", name: "_", at: fn.at }, type: word(owner) } as const;
  return { name: nameOf(r, node), style: "method", fn: { ...fn, params: [receiver, ...fn.params] } };
}
