// Classes: their methods and fields, and the fields that a constructor's parameters declare.
import type { ClassDefinition, Expression, Field, Method, TypeRef } from "../../ir/ir.ts";
import { lineOf } from "../../ir/place.ts";
import { type AstClass, enter, type Lowering } from "./lowering.ts";
import { decoratorsOf, lowerFunction, propertyOf } from "./lower-functions.ts";
import { memberName, dotted } from "./lower-keys.ts";
import { annotated, named } from "./lower-types.ts";
import type { Ast } from "./parse.ts";

type Property = Ast.PropertyDefinition | Ast.AccessorProperty;

export function lowerClass(c: Lowering, node: AstClass, name: string): ClassDefinition {
  const own = node.id?.name ?? name;
  const at = c.place(node.id?.start ?? node.start);
  const empty = { name: own, bases: [], implements: [], methods: [], fields: [], at };
  if (!enter(c, node.start)) return empty;
  const elements = node.body.body;
  // With no code at all it is what classes are held to, as an interface is.
  const isInterface = node.abstract === true && node.superClass === null && elements.every(isAbstract);
  const cls: ClassDefinition = {
    ...empty,
    bases: node.superClass ? [c.expression(node.superClass)] : [],
    implements: (node.implements ?? []).map((type) => implemented(c, type)),
    ...(isInterface ? { isInterface } : {}),
    methods: elements.flatMap((element) => method(c, element, own, isInterface)),
    fields: elements.flatMap((element) => fields(c, element, own)),
    ...(node.decorators.length > 0 ? { decorators: decoratorsOf(c, node.decorators) } : {}),
  };
  c.depth--;
  return cls;
}

const isAbstract = (element: Ast.ClassElement): boolean => element.type.startsWith("TS");

const implemented = (c: Lowering, node: Ast.TSClassImplements): TypeRef => named(c, dotted(node.expression).split("."), node.typeArguments);

const STYLES = { constructor: "constructor", method: "method", get: "getter", set: "setter" } as const;

/** Overload signatures have no body; an abstract method is its subclasses' to give, except where the whole class is one. */
function method(c: Lowering, node: Ast.ClassElement, cls: string, keepAbstract: boolean): Method[] {
  if (node.type !== "MethodDefinition" && node.type !== "TSAbstractMethodDefinition") return [];
  if (node.value.body === null && !keepAbstract) return [];
  const name = memberName(node);
  const fn = lowerFunction(c, node.value, cls === "" ? name : `${cls}.${name}`, { decorators: node.decorators });
  return [{ name, style: STYLES[node.kind], ...(node.static ? { static: true } : {}), fn: { ...fn, at: c.place(node.key.start) } }];
}

function fields(c: Lowering, node: Ast.ClassElement, cls: string): Field[] {
  if (node.type === "StaticBlock") return [staticBlock(c, node)];
  if (node.type === "MethodDefinition") return node.kind === "constructor" ? parameterFields(c, node.value.params) : [];
  if (isProperty(node)) return [field(c, node, cls)];
  return [];
}

const isProperty = (node: Ast.ClassElement): node is Property =>
  node.type.endsWith("PropertyDefinition") || node.type.endsWith("AccessorProperty");

function field(c: Lowering, node: Property, cls: string): Field {
  const name = memberName(node);
  const type = annotated(c, node.typeAnnotation);
  return {
    name,
    ...(node.static ? { static: true } : {}),
    ...(type ? { type } : {}),
    ...(node.value ? { value: c.expression(node.value, cls === "" ? name : `${cls}.${name}`) } : {}),
    ...(node.decorators.length > 0 ? { decorators: decoratorsOf(c, node.decorators) } : {}),
    at: c.place(node.key.start),
  };
}

/** Runs when the class is made, with the class as `this`: the value of a static field without a name. */
function staticBlock(c: Lowering, node: Ast.StaticBlock): Field {
  const at = c.place(node.start);
  const callee: Expression = {
    kind: "function",
    fn: { name: "", params: [], body: c.block(node.body), arrow: true, at, endLine: lineOf(c.place(node.end)) },
    at,
  };
  return { name: "", static: true, value: { kind: "call", callee, args: [], at }, at };
}

function parameterFields(c: Lowering, params: readonly Ast.ParamPattern[]): Field[] {
  return params.flatMap((param) => {
    if (param.type !== "TSParameterProperty") return [];
    const target = propertyOf(param);
    if (target.type !== "Identifier") return [];
    const type = annotated(c, target.typeAnnotation);
    return [{ name: target.name, ...(type ? { type } : {}), at: c.place(target.start) }];
  });
}
