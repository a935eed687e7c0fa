// Lists, tuples, sets, dictionaries, and the comprehensions that make them.
import type { ComprehensionClause, Entry, Expression, Item } from "../../ir/ir.ts";
import { plainText } from "./lower-strings.ts";
import type { LowerExpression, Lowering } from "./lowering.ts";
import { childOf, childrenOf, type Syntax, unwrap } from "./parse.ts";
import { namesOf, scopeOf } from "./scope.ts";

const itemOf = (lowering: Lowering, node: Syntax): Item => {
  const bare = unwrap(node);
  return isSplat(bare) ? { value: lowering.expression(bare.children[0]), spread: true } : { value: lowering.expression(node) };
};

const isSplat = (node: Syntax): boolean => node.type === "list_splat" || node.type === "list_splat_pattern";

const display =
  (style: "list" | "tuple" | "set"): LowerExpression =>
  (lowering, node) => ({ kind: "array", style, items: node.children.map((child) => itemOf(lowering, child)), at: lowering.at(node) });

const dictionary: LowerExpression = (lowering, node) => ({
  kind: "object",
  entries: node.children.map((child) => entryOf(lowering, child)),
  at: lowering.at(node),
});

function entryOf(lowering: Lowering, node: Syntax): Entry {
  const at = lowering.at(node);
  if (node.type !== "pair") {
    return { kind: "spread", value: lowering.expression(node.type === "dictionary_splat" ? node.children[0] : node), at };
  }
  const keyNode = childOf(node, "key");
  const value = lowering.expression(childOf(node, "value"));
  const key = keyNode && plainText(unwrap(keyNode));
  return key === undefined ? { kind: "computed", key: lowering.expression(keyNode), value, at } : { kind: "property", key, value, at };
}

const STYLES = new Map<string, "list" | "set" | "dict" | "generator">([
  ["list_comprehension", "list"],
  ["set_comprehension", "set"],
  ["dictionary_comprehension", "dict"],
  ["generator_expression", "generator"],
]);

/** Its targets are its own: the scope around it does not see them. */
const comprehension: LowerExpression = (lowering, node) => {
  const params = node.children.flatMap((child) => (child.type === "for_in_clause" ? namesOf(childOf(child, "left")) : []));
  const scope = scopeOf([], { outer: lowering.scope, params, hasWalrus: false });
  return lowering.within(scope, () => {
    const clauses = clausesOf(lowering, node);
    const body = childOf(node, "body");
    const isPair = body?.type === "pair";
    return {
      kind: "comprehension",
      style: STYLES.get(node.type) ?? "list",
      ...(isPair ? { key: lowering.expression(childOf(body, "key")) } : {}),
      element: lowering.expression(isPair ? childOf(body, "value") : body),
      clauses,
      at: lowering.at(node),
    };
  });
};

function clausesOf(lowering: Lowering, node: Syntax): ComprehensionClause[] {
  const clauses: (ComprehensionClause & { conditions: Expression[] })[] = [];
  for (const child of node.children) {
    if (child.type === "if_clause") clauses.at(-1)?.conditions.push(lowering.expression(child.children[0]));
    if (child.type !== "for_in_clause") continue;
    const rights = childrenOf(child, "right");
    const at = lowering.at(child);
    const over: Expression =
      rights.length === 1
        ? lowering.expression(rights[0])
        : { kind: "array", style: "tuple", items: rights.map((right) => ({ value: lowering.expression(right) })), at };
    clauses.push({ target: lowering.pattern(childOf(child, "left")), over, conditions: [] });
  }
  return clauses;
}

export const DISPLAY_EXPRESSIONS: readonly (readonly [string, LowerExpression])[] = [
  ["list", display("list")],
  ["list_pattern", display("list")],
  ["tuple", display("tuple")],
  ["tuple_pattern", display("tuple")],
  ["expression_list", display("tuple")],
  ["pattern_list", display("tuple")],
  ["set", display("set")],
  ["dictionary", dictionary],
  ...[...STYLES.keys()].map((type) => [type, comprehension] as const),
];
