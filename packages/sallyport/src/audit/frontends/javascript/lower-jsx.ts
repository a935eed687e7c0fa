// JSX: a component is called with its properties; anything else holds its parts.
import type { Entry, Expression } from "../../ir/ir.ts";
import type { Lowering } from "./lowering.ts";
import type { Ast } from "./parse.ts";

export function lowerJsx(c: Lowering, node: Ast.JSXElement | Ast.JSXFragment): Expression {
  const at = c.place(node.start);
  const children = node.children.flatMap((child) => childValue(c, child));
  if (node.type === "JSXFragment") return { kind: "opaque", parts: children, at };
  const entries = node.openingElement.attributes.map((attribute) => property(c, attribute));
  if (children.length > 0) entries.push({ kind: "property", key: "children", value: list(children, at), at });
  const properties: Expression = { kind: "object", entries, at };
  const component = componentOf(c, node.openingElement.name);
  if (component === undefined) return { kind: "opaque", parts: [properties], at };
  return { kind: "call", callee: component, args: [{ value: properties }], at: c.place(node.openingElement.name.start) };
}

const list = (values: readonly Expression[], at: number): Expression => ({
  kind: "array",
  style: "list",
  items: values.map((value) => ({ value })),
  at,
});

/** `undefined` for `<div>`: lower case is the platform's. */
function componentOf(c: Lowering, name: Ast.JSXElementName | Ast.JSXMemberExpressionObject): Expression | undefined {
  const at = c.place(name.start);
  // In the tree that the parser gives, a component's name is an identifier as any other.
  const type: string = name.type;
  if (name.type === "JSXMemberExpression") {
    const object = componentOf(c, name.object) ?? { kind: "name", name: "name" in name.object ? String(name.object.name) : "", at };
    return { kind: "member", object, name: name.property.name, at: c.place(name.property.start) };
  }
  if (name.type === "JSXNamespacedName") return undefined;
  return type === "Identifier" || /^[A-Z_$]/.test(name.name) ? { kind: "name", name: name.name, at } : undefined;
}

function property(c: Lowering, node: Ast.JSXAttributeItem): Entry {
  const at = c.place(node.start);
  if (node.type === "JSXSpreadAttribute") return { kind: "spread", value: c.expression(node.argument), at };
  const key = node.name.type === "JSXIdentifier" ? node.name.name : `${node.name.namespace.name}:${node.name.name.name}`;
  return { kind: "property", key, value: attributeValue(c, node.value, at), at };
}

function attributeValue(c: Lowering, node: Ast.JSXAttributeValue | null, at: number): Expression {
  if (node === null) return { kind: "literal", value: true, at };
  if (node.type !== "JSXExpressionContainer") return c.expression(node);
  return node.expression.type === "JSXEmptyExpression" ? { kind: "literal", value: undefined, at } : c.expression(node.expression);
}

function childValue(c: Lowering, node: Ast.JSXChild): Expression[] {
  const at = c.place(node.start);
  if (node.type === "JSXText") return node.value.trim() === "" ? [] : [{ kind: "literal", value: node.value, at }];
  if (node.type === "JSXExpressionContainer") return node.expression.type === "JSXEmptyExpression" ? [] : [c.expression(node.expression)];
  return [c.expression(node.type === "JSXSpreadChild" ? node.expression : node)];
}
