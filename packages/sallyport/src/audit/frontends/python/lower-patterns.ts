// Targets of assignment, loops, with and except.
import type { Pattern, Place } from "../../ir/ir.ts";
import { type Lowering, opaque } from "./lowering.ts";
import type { Syntax } from "./parse.ts";

export function lowerPattern(lowering: Lowering, node: Syntax): Pattern {
  const at = lowering.at(node);
  switch (node.type) {
    case "identifier":
      return { kind: "name", name: node.text, at };
    case "attribute":
    case "subscript":
      return placeOf(lowering, node, at);
    case "as_pattern_target":
    case "parenthesized_expression":
      return lowering.pattern(node.children[0]);
    case "tuple":
    case "list":
    case "tuple_pattern":
    case "list_pattern":
    case "pattern_list":
    case "expression_list":
      return arrayOf(lowering, node.children, at);
    case "list_splat":
    case "list_splat_pattern":
      return { kind: "array", items: [], rest: lowering.pattern(node.children[0]), at };
    default:
      return notATarget(lowering, node, at);
  }
}

/** `a, *b, c = xs`: what comes after the star is taken from the rest, since no place in the list can be named for it. */
function arrayOf(lowering: Lowering, nodes: readonly Syntax[], at: Place): Pattern {
  const star = nodes.findIndex((node) => node.type === "list_splat" || node.type === "list_splat_pattern");
  const lowered = (some: readonly Syntax[]): Pattern[] => some.map((node) => lowering.pattern(node));
  if (star === -1) return { kind: "array", items: lowered(nodes), rest: undefined, at };
  const rest = lowering.pattern(nodes[star]?.children[0]);
  const after = lowered(nodes.slice(star + 1));
  return {
    kind: "array",
    items: lowered(nodes.slice(0, star)),
    rest: after.length === 0 ? rest : { kind: "array", items: after, rest, at },
    at,
  };
}

/** `x[a:b] = …` writes somewhere in x. */
function placeOf(lowering: Lowering, node: Syntax, at: Place): Pattern {
  const target = lowering.expression(node);
  if (target.kind === "member" || target.kind === "index") return { kind: "place", target, at };
  const object = node.children[0] === undefined ? target : lowering.expression(node.children[0]);
  return { kind: "place", target: { kind: "index", object, index: opaque([], at), at }, at };
}

/** Broken source: writing to a place of a value loses nothing that flows in. */
const notATarget = (lowering: Lowering, node: Syntax, at: Place): Pattern => ({
  kind: "place",
  target: { kind: "index", object: lowering.expression(node), index: opaque([], at), at },
  at,
});
