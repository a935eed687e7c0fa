// Expressions. What may be nested without end along one child (chains of members, calls, operators) is built from the inside
// out without recursion, since generated code has chains of thousands; see `CHAINS`.
import type { Expression } from "../../ir/ir.ts";
import { isOwnExports } from "./commonjs.ts";
import { enter, type Lowering, type Named } from "./lowering.ts";
import { CHAINS, type Link } from "./lower-chains.ts";
import { LEAVES } from "./lower-leaves.ts";
import { isSpecialCall } from "./special-calls.ts";
import type { Ast } from "./parse.ts";

type Node = Ast.Expression | Ast.Super;
type Build = (c: Lowering, node: Node, inner: Expression) => Expression;
type LowerLeaf = (c: Lowering, node: Node, name: string) => Expression;

export function lowerExpression(c: Lowering, node: Node, name = ""): Expression {
  if (!enter(c, node.start)) return { kind: "opaque", parts: [], at: c.place(node.start) };
  const spine: Link[] = [];
  let leaf = node;
  let kept = true;
  for (let child = childOf(c, leaf); child !== undefined; child = childOf(c, leaf)) {
    kept &&= isTransparent(leaf);
    spine.push(leaf as Link);
    leaf = child;
  }
  let value = lowerLeaf(c, leaf, kept ? name : "");
  for (let link = spine.pop(); link !== undefined; link = spine.pop()) value = (CHAINS[link.type].build as Build)(c, link, value);
  c.depth--;
  return value;
}

/** The child along which a chain goes on; `undefined` at its end. */
function childOf(c: Lowering, node: Node): Node | undefined {
  if (!(node.type in CHAINS)) return undefined;
  if (node.type === "CallExpression" && isSpecialCall(c, node)) return undefined;
  if (node.type === "MemberExpression" && isOwnExports(c, node)) return undefined;
  return (CHAINS[node.type as Link["type"]].child as (node: Node) => Node | undefined)(node);
}

/** A function keeps the name that it is given through a type cast. */
const isTransparent = ({ type }: Node): boolean =>
  type === "TSAsExpression" || type === "TSSatisfiesExpression" || type === "TSNonNullExpression" || type === "TSTypeAssertion";

function lowerLeaf(c: Lowering, node: Node, name: string): Expression {
  const lower = LEAVES[node.type as keyof typeof LEAVES] as LowerLeaf | undefined;
  return lower?.(c, node, name) ?? { kind: "opaque", parts: [], at: c.place(node.start) };
}

export type Leaf = Named<Node, keyof typeof LEAVES>;
