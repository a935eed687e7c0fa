// The syntax tree as plain objects: one walk with the parser's cursor copies it, because every look-up in the parser's own
// nodes crosses into wasm. Punctuation is left behind; what says something has a field name.

export interface Syntax {
  readonly kind: string;
  /** What it is to its parent (`name`, `operator`); empty when the grammar gives it no name. */
  readonly field: string;
  readonly start: number;
  readonly end: number;
  readonly children: Syntax[];
}

export function child(node: Syntax, field: string): Syntax | undefined {
  for (const each of node.children) if (each.field === field) return each;
  return undefined;
}

export function childOfKind(node: Syntax, kind: string): Syntax | undefined {
  for (const each of node.children) if (each.kind === kind) return each;
  return undefined;
}

export const children = (node: Syntax, field: string): Syntax[] => node.children.filter((each) => each.field === field);

/** The node inside any number of parentheses. */
export function inner(node: Syntax): Syntax {
  let found = node;
  while (found.kind === "parenthesized_expression" || found.kind === "parenthesized_type") {
    const next = found.children[0];
    if (next === undefined) break;
    found = next;
  }
  return found;
}

/** Expressions of an `expression_list`, or the one expression that stands in its place. */
export function listed(node: Syntax | undefined): readonly Syntax[] {
  if (node === undefined) return [];
  return node.kind === "expression_list" ? node.children : [node];
}

/** Whether some node below, or this one, is of these kinds, without looking into the `closed` ones. */
export function holds(node: Syntax, wanted: (each: Syntax) => boolean, closed: ReadonlySet<string>): boolean {
  const waiting = [node];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    if (wanted(each)) return true;
    if (!closed.has(each.kind)) waiting.push(...each.children);
  }
  return false;
}
