// What values are taken apart into: declarations, parameters and the left sides of assignments.
import type { Expression, Pattern, PatternEntry } from "../../ir/ir.ts";
import { exportsName } from "./commonjs.ts";
import { type AstPattern, enter, type Lowering } from "./lowering.ts";
import { keyOf } from "./lower-keys.ts";
import type { Ast } from "./parse.ts";

type Rest = Ast.BindingRestElement | Ast.AssignmentTargetRest;
type Element = AstPattern | Rest | null;

export function lowerPattern(c: Lowering, node: AstPattern): Pattern {
  const at = c.place(node.start);
  if (!enter(c, node.start)) return { kind: "name", name: "", at };
  const pattern = patternOf(c, node, at);
  c.depth--;
  return pattern;
}

function patternOf(c: Lowering, node: AstPattern, at: number): Pattern {
  switch (node.type) {
    case "Identifier":
      return { kind: "name", name: node.name, at };
    case "ObjectPattern":
      return { kind: "object", entries: entriesOf(c, node.properties), rest: restOf(c, node.properties), at };
    case "ArrayPattern":
      return { kind: "array", items: itemsOf(c, node.elements), rest: restOf(c, node.elements), at };
    case "AssignmentPattern":
      return defaulted(c, node, at);
    case "MemberExpression":
      return placeOf(c, node, at);
    default:
      // `(x as T) = …`: the type says nothing of where it goes.
      return lowerPattern(c, node.expression as Ast.AssignmentTarget);
  }
}

function defaulted(c: Lowering, node: Ast.AssignmentPattern | Ast.AssignmentTargetWithDefault, at: number): Pattern {
  const target = lowerPattern(c, node.left);
  return { kind: "default", target, value: c.expression(node.right, target.kind === "name" ? target.name : ""), at };
}

/** `exports.x = …` inside of an expression or a function writes a name of the module. */
function placeOf(c: Lowering, node: Ast.MemberExpression, at: number): Pattern {
  const exported = exportsName(c, node);
  if (exported !== undefined) {
    c.commonJs.kept.add(exported);
    c.commonJs.inner.add(exported);
    return { kind: "name", name: exported, at };
  }
  const target = c.expression(node);
  if (target.kind === "member" || target.kind === "index") return { kind: "place", target, at };
  return { kind: "name", name: "", at };
}

function entriesOf(c: Lowering, properties: readonly (Ast.BindingProperty | Ast.AssignmentTargetProperty | Rest)[]): PatternEntry[] {
  const entries: PatternEntry[] = [];
  for (const property of properties) {
    if (property.type === "Property") entries.push({ key: patternKey(c, property), target: lowerPattern(c, property.value) });
  }
  return entries;
}

function patternKey(c: Lowering, property: { readonly key: Ast.PropertyKey; readonly computed: boolean }): string | Expression {
  return keyOf(property) ?? c.expression(property.key as Ast.Expression);
}

const itemsOf = (c: Lowering, elements: readonly Element[]): (Pattern | undefined)[] =>
  elements
    .filter((element) => element?.type !== "RestElement")
    .map((element) => (element === null ? undefined : lowerPattern(c, element as AstPattern)));

function restOf(c: Lowering, elements: readonly (Element | { readonly type: "Property" })[]): Pattern | undefined {
  const last = elements.at(-1);
  return last?.type === "RestElement" ? lowerPattern(c, (last as Rest).argument as AstPattern) : undefined;
}

/** The names that a pattern binds. */
export function namesIn(pattern: Pattern): string[] {
  switch (pattern.kind) {
    case "name":
      return [pattern.name];
    case "default":
      return namesIn(pattern.target);
    case "object":
      return [...pattern.entries.flatMap((entry) => namesIn(entry.target)), ...(pattern.rest ? namesIn(pattern.rest) : [])];
    case "array":
      return [...pattern.items.flatMap((item) => (item ? namesIn(item) : [])), ...(pattern.rest ? namesIn(pattern.rest) : [])];
    default:
      return [];
  }
}
