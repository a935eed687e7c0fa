// What lowering one file carries along. Expressions, functions and statements contain each other, so each reaches the others
// through here and not by import.
import type { Expression, FunctionDefinition, Place, Statement, TypeRef } from "../../ir/ir.ts";
import { lineOf } from "../../ir/place.ts";
import type { Faults } from "./parse.ts";
import type { Syntax } from "./syntax.ts";

export interface Reading {
  readonly text: string;
  readonly place: (offset: number) => Place;
  /** Remembers from where to where it goes, what stands at this place. */
  readonly keep: (at: Place, node: Syntax) => Place;
  readonly faults: Faults;
  /** Local name → import path. */
  readonly imports: Map<string, string>;
  /** What the types that this file declares stand for. */
  readonly types: Map<string, Syntax>;
  /** Labels of what is no loop: `break` of them leaves the innermost switch. */
  readonly blockLabels: Set<string>;
  depth: number;
  /** Inside a const declaration: its row. */
  iota: number | undefined;
  /** Named results of the function being lowered: what a bare `return` returns. */
  results: readonly string[];

  expression(node: Syntax): Expression;
  /** One statement of Go may be several of the IR. */
  statement(node: Syntax, into: Statement[]): void;
  block(node: Syntax | undefined): Statement[];
  /** Anything with parameters and a body. */
  function(node: Syntax, name: string): FunctionDefinition;
  type(node: Syntax): TypeRef;
}

/** Deeper than people write; shallow enough for every stack that will walk the IR. */
const MOST_DEPTH = 400;

/** Lowers something nested, unless the nesting is hostile. */
export function nested<T>(r: Reading, node: Syntax, lower: () => T, tooDeep: () => T): T {
  if (r.depth >= MOST_DEPTH) {
    const line = lineOf(r.place(node.start));
    if (r.faults.at(-1)?.line !== line) r.faults.push({ line, what: "nested too deeply" });
    return tooDeep();
  }
  r.depth++;
  const lowered = lower();
  r.depth--;
  return lowered;
}

export const textOf = (r: Reading, node: Syntax): string => r.text.slice(node.start, node.end);

export const placeOf = (r: Reading, node: Syntax): Place => r.place(node.start);

const MOST_PARTS = 64;

/** For what is too deep or broken: the names in it, so that what flows through is not lost. */
export function opaque(r: Reading, node: Syntax): Expression {
  const names = new Map<string, Expression>();
  const waiting = [node];
  for (let each = waiting.pop(); each !== undefined && names.size < MOST_PARTS; each = waiting.pop()) {
    if (each.kind === "identifier") names.set(textOf(r, each), { kind: "name", name: textOf(r, each), at: placeOf(r, each) });
    for (let index = each.children.length - 1; index >= 0; index--) waiting.push(each.children[index] as Syntax);
  }
  return { kind: "opaque", parts: [...names.values()], at: placeOf(r, node) };
}
