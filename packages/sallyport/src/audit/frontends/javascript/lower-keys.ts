// Names of properties and members, where the source gives them.
import type { Ast } from "./parse.ts";

interface Keyed {
  readonly key: Ast.PropertyKey;
  readonly computed: boolean;
}

/** `undefined` when it is computed from something that is not a literal. */
export function keyOf({ key, computed }: Keyed): string | undefined {
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (key.type === "Identifier") return computed ? undefined : key.name;
  return textOf(key);
}

/** The name of a class member: classes have no computed ones in the IR, so `[Symbol.iterator]` is a name. */
export function memberName(node: Keyed): string {
  return keyOf(node) ?? `[${dotted(node.key as Ast.Expression)}]`;
}

/** The text of a string, number or template that holds no expression. */
export function textOf(node: Ast.Expression | Ast.PrivateIdentifier): string | undefined {
  if (node.type === "TemplateLiteral") return node.expressions.length === 0 ? (node.quasis[0]?.value.cooked ?? undefined) : undefined;
  if (node.type !== "Literal" || node.value === null || "regex" in node) return undefined;
  return String(node.value);
}

/** The text of a string, and of nothing else. */
export function stringOf(node: Ast.Expression | Ast.SpreadElement | undefined): string | undefined {
  if (node === undefined || node.type === "SpreadElement") return undefined;
  return node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string") ? textOf(node) : undefined;
}

/** `a.b.c` of plain names; empty when it is anything else. */
export function dotted(node: Ast.Expression | Ast.Super): string {
  const names: string[] = [];
  let left = node;
  for (; left.type === "MemberExpression" && !left.computed; left = left.object) names.unshift(left.property.name);
  if (left.type === "Identifier") return [left.name, ...names].join(".");
  if (left.type === "ThisExpression") return ["this", ...names].join(".");
  return "";
}
