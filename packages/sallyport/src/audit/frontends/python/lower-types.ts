// Type hints, as written: enough to find a class, and to see a closed set of literals.
import type { Expression, TypeRef } from "../../ir/ir.ts";
import { plainText } from "./lower-strings.ts";
import type { Lowering } from "./lowering.ts";
import { childOf, childrenOf, type Syntax, unwrap } from "./parse.ts";

const LONGEST_PREFIX = 20;
const NONE: TypeRef = { path: ["literal"], literal: null };

const COLLECTIONS: Readonly<Record<string, string>> = {
  list: "list List Sequence MutableSequence Iterable Iterator Collection set Set frozenset FrozenSet AbstractSet MutableSet tuple Tuple deque Deque",
  map: "dict Dict Mapping MutableMapping DefaultDict defaultdict OrderedDict",
  function: "Callable",
};
const WORDS = new Map(Object.entries(COLLECTIONS).flatMap(([word, names]) => names.split(" ").map((name) => [name, word] as const)));
/** Says something of the place, not of the value. */
const TRANSPARENT = new Set(["Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "InitVar", "Unpack"]);

export function lowerType(lowering: Lowering, node: Syntax): TypeRef | undefined {
  const bare = unwrap(node);
  switch (bare.type) {
    case "type":
    case "constrained_type":
      return lowering.type(bare.children[0]);
    case "identifier":
      return named([bare.text]);
    case "attribute":
      return named(pathOf(lowering, bare));
    case "member_type":
      return named([...(lowering.type(bare.children[0])?.path ?? []), bare.children[1]?.text ?? ""]);
    case "none":
      return NONE;
    case "string":
    case "concatenated_string":
      return forward(lowering, bare);
    case "generic_type":
      return generic(lowering, [bare.children[0]?.text ?? ""], bare.children[1]?.children ?? []);
    case "subscript":
      return subscripted(lowering, bare);
    case "union_type":
    case "binary_operator":
      return union(alternativesOf(bare).map((each) => lowering.type(each)));
    case "call":
      return checked(lowering, bare);
    default:
      return undefined;
  }
}

function named(path: readonly string[]): TypeRef {
  const word = WORDS.get(path.at(-1) ?? "");
  return { path: word === undefined ? path : [word] };
}

/** `["google.cloud.pubsub_v1", "PublisherClient"]` where that much was imported as one. */
function pathOf(lowering: Lowering, node: Syntax): string[] {
  const parts: string[] = [];
  let left: Syntax | undefined = node;
  while (left?.type === "attribute") {
    parts.push(childOf(left, "attribute")?.text ?? "");
    left = childOf(left, "object");
  }
  if (left?.type !== "identifier") return [];
  const path = [left.text, ...parts.toReversed()];
  const longest = lowering.dottedImports.size === 0 ? 0 : Math.min(path.length - 1, LONGEST_PREFIX);
  for (let length = longest; length > 1; length--) {
    const prefix = path.slice(0, length).join(".");
    if (lowering.dottedImports.has(prefix)) return [prefix, ...path.slice(length)];
  }
  return path;
}

function subscripted(lowering: Lowering, node: Syntax): TypeRef | undefined {
  const value = childOf(node, "value");
  const path = value?.type === "attribute" ? pathOf(lowering, value) : value?.type === "identifier" ? [value.text] : undefined;
  return (
    path &&
    generic(
      lowering,
      path,
      childrenOf(node, "subscript").flatMap((each) => (each.type === "tuple" ? each.children : [each])),
    )
  );
}

function generic(lowering: Lowering, path: readonly string[], nodes: readonly Syntax[]): TypeRef | undefined {
  const name = path.at(-1) ?? "";
  const [first] = nodes;
  if (name === "Literal") return union(nodes.map((node) => literalType(lowering, node)));
  if (name === "Annotated") return annotated(lowering, nodes);
  if (TRANSPARENT.has(name)) return lowering.type(first);
  const args = nodes.flatMap((node) => argumentTypes(lowering, node));
  if (name === "Optional") return union([...args, NONE]);
  if (name === "Union") return union(args);
  if (name === "tuple" || name === "Tuple") return { path: ["list"], args: args.length < 2 ? args : [union(args) ?? { path: ["Any"] }] };
  return { path: named(path).path, args };
}

/** `Callable[[A, B], R]`: the parameters, then the result. */
function argumentTypes(lowering: Lowering, node: Syntax): TypeRef[] {
  const bare = bareOf(node);
  if (bare.type === "ellipsis") return [];
  if (bare.type === "list") return bare.children.flatMap((child) => argumentTypes(lowering, child));
  return [lowering.type(bare) ?? { path: ["Any"] }];
}

function bareOf(node: Syntax): Syntax {
  const inner = node.type === "type" ? node.children[0] : node;
  return unwrap(inner ?? node);
}

function literalType(lowering: Lowering, node: Syntax): TypeRef | undefined {
  const bare = bareOf(node);
  const text = plainText(bare);
  if (text !== undefined) return { path: ["literal"], literal: text };
  if (bare.type === "attribute" || bare.type === "subscript") return lowering.type(bare);
  const value = lowering.expression(bare);
  return value.kind === "literal" && value.value !== undefined ? { path: ["literal"], literal: value.value } : undefined;
}

/** One alternative is itself; unions of unions are one. */
function union(types: readonly (TypeRef | undefined)[]): TypeRef | undefined {
  const flat = types.flatMap((type) =>
    type?.path[0] === "union" && type.annotations === undefined ? (type.args ?? []) : [type ?? { path: ["Any"] }],
  );
  return flat.length <= 1 ? flat[0] : { path: ["union"], args: flat };
}

function alternativesOf(node: Syntax): Syntax[] {
  const found: Syntax[] = [];
  let left: Syntax | undefined = node;
  while (left?.type === node.type && left.children.length > 1) {
    found.push(left.children[1] ?? left);
    left = left.children[0]?.type === "type" ? (left.children[0].children[0] ?? left.children[0]) : left.children[0];
  }
  return left === undefined ? found.toReversed() : [left, ...found.toReversed()];
}

/** What stands beside the type checks values at run time, in pydantic. */
function annotated(lowering: Lowering, nodes: readonly Syntax[]): TypeRef | undefined {
  const [first, ...extras] = nodes;
  const annotations: Expression[] = extras.map((node) => lowering.expression(bareOf(node)));
  const type = lowering.type(first) ?? { path: ["Any"] };
  return { ...type, annotations: [...(type.annotations ?? []), ...annotations] };
}

/** `constr(max_length=3)`: the type is named by the callee, its checks by the call. */
function checked(lowering: Lowering, node: Syntax): TypeRef | undefined {
  const callee = childOf(node, "function");
  const path = callee?.type === "attribute" ? pathOf(lowering, callee) : callee?.type === "identifier" ? [callee.text] : undefined;
  return path && { path, annotations: [lowering.expression(node)] };
}

/** A name that is not there yet is written in quotes. */
function forward(lowering: Lowering, node: Syntax): TypeRef | undefined {
  const text = plainText(node);
  const content = node.children.find((child) => child.type === "string_content");
  return text === undefined ? undefined : lowering.type(lowering.parseType(text, content?.start ?? node.start));
}
