// Names, members, indices and calls, which follow each other in chains: `client.queue("x").publish(m)[0]`. A chain is lowered in
// a loop from its root, since a builder's chain can be hundreds long.
import type { Argument, Expression } from "../../ir/ir.ts";
import { builtinCall } from "./builtins.ts";
import { formatByBraces } from "./format.ts";
import { isText } from "./lower-strings.ts";
import { levelsOf, literal, type LowerExpression, type Lowering, memberOf, nameOf, opaque } from "./lowering.ts";
import { childOf, childrenOf, type Syntax, unwrap } from "./parse.ts";
import { isFree } from "./scope.ts";

const LINKS = new Map([
  ["attribute", "object"],
  ["call", "function"],
  ["subscript", "value"],
]);

const chain: LowerExpression = (lowering, node) => {
  const links: Syntax[] = [];
  let root: Syntax | undefined = node;
  while (root !== undefined && LINKS.has(root.type)) {
    links.push(root);
    const inner: Syntax | undefined = childOf(root, LINKS.get(root.type) ?? "");
    root = inner && unwrap(inner);
  }
  return lowering.nested(node, () => followed(lowering, root, [...links]), levelsOf(links.length)) ?? cut(lowering, node, root, links);
};

function followed(lowering: Lowering, root: Syntax | undefined, links: Syntax[]): Expression {
  let value = lowering.expression(root);
  let path = root?.type === "identifier" ? root.text : undefined;
  while (links.length > 0) {
    const link = links.pop();
    if (link === undefined) break;
    path = link.type === "attribute" && path !== undefined ? `${path}.${childOf(link, "attribute")?.text ?? ""}` : undefined;
    value = importedUnder(lowering, path, link) ?? follow(lowering, value, link);
  }
  return value;
}

/** `import a.b` makes `a.b` a name of its own. */
function importedUnder(lowering: Lowering, path: string | undefined, link: Syntax): Expression | undefined {
  if (path === undefined || !lowering.dottedImports.has(path)) return undefined;
  return nameOf(path, lowering.at(childOf(link, "attribute") ?? link));
}

/** Too long to follow: what is passed in may come out. */
function cut(lowering: Lowering, node: Syntax, root: Syntax | undefined, links: readonly Syntax[]): Expression {
  const args = links.flatMap((link) => (link.type === "call" ? argumentsOf(lowering, link).map((arg) => arg.value) : []));
  return opaque([lowering.expression(root), ...args], lowering.at(node));
}

function follow(lowering: Lowering, object: Expression, link: Syntax): Expression {
  if (link.type === "attribute") {
    const name = childOf(link, "attribute");
    return memberOf(object, name?.text ?? "", lowering.at(name ?? link));
  }
  return link.type === "call" ? called(lowering, object, link) : indexed(lowering, object, link);
}

function called(lowering: Lowering, callee: Expression, node: Syntax): Expression {
  const args = argumentsOf(lowering, node);
  const at = lowering.keep(callee.at, node);
  if (callee.kind === "member" && callee.name === "format" && isText(callee.object)) return formatByBraces(callee.object.value, args, at);
  return builtinCall(callee, args, (name) => isFree(lowering.scope, name)) ?? { kind: "call", callee, args, at };
}

function argumentsOf(lowering: Lowering, call: Syntax): Argument[] {
  const list = childOf(call, "arguments");
  if (list === undefined) return [];
  if (list.type === "generator_expression") return [{ value: lowering.expression(list) }];
  return list.children.map((node) => argumentOf(lowering, node));
}

function argumentOf(lowering: Lowering, node: Syntax): Argument {
  const bare = unwrap(node);
  if (bare.type === "keyword_argument") return { value: lowering.expression(childOf(bare, "value")), name: childOf(bare, "name")?.text };
  if (bare.type === "list_splat" || bare.type === "list_splat_pattern")
    return { value: lowering.expression(bare.children[0]), spread: "list" };
  if (bare.type === "dictionary_splat") return { value: lowering.expression(bare.children[0]), spread: "map" };
  return { value: lowering.expression(bare) };
}

function indexed(lowering: Lowering, object: Expression, node: Syntax): Expression {
  const indices = childrenOf(node, "subscript");
  const [first] = indices;
  const at = lowering.at(first ?? node);
  if (first?.type === "slice" && indices.length === 1) return sliced(lowering, object, first);
  if (first !== undefined && indices.length === 1) return { kind: "index", object, index: lowering.expression(first), at };
  const items = indices.map((index) => ({ value: lowering.expression(index) }));
  return { kind: "index", object, index: { kind: "array", style: "tuple", items, at }, at };
}

/** `x[a:b]` is `x.slice(a, b)`, so that a bound on the length stays in sight; a start that is left out is 0. */
function sliced(lowering: Lowering, object: Expression, node: Syntax): Expression {
  const at = lowering.at(node);
  const bounds: (Expression | undefined)[] = [undefined];
  const colons = node.tokens.map((token) => token.start);
  for (const child of node.children) bounds[colons.filter((colon) => colon < child.start).length] = lowering.expression(child);
  const args = Array.from(bounds, (bound, index) => ({ value: bound ?? literal(index === 0 ? 0 : undefined, at) }));
  return { kind: "call", callee: memberOf(object, "slice", at), args, at };
}

const lone: LowerExpression = (lowering, node) => {
  const items = node.children.map((child) => lowering.expression(child));
  return items.length === 1 && items[0] !== undefined ? items[0] : opaque(items, lowering.at(node));
};

export const CALL_EXPRESSIONS: readonly (readonly [string, LowerExpression])[] = [
  ["attribute", chain],
  ["call", chain],
  ["subscript", chain],
  ["parenthesized_expression", lone],
  [
    "slice",
    (lowering, node) =>
      opaque(
        node.children.map((child) => lowering.expression(child)),
        lowering.at(node),
      ),
  ],
];
