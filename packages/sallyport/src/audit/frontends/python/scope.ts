// Which names a Python scope binds. A name that is assigned anywhere in a function is the function's own from its first line to
// its last, whatever block the assignment stands in; the IR's `let` holds for its block. So a scope's names are collected before
// it is lowered: the first assignment declares where it can, and the other names are declared at the scope's start.
import { childOf, childrenOf, type Syntax, unwrap } from "./parse.ts";

export interface Scope {
  readonly outer: Scope | undefined;
  /** Everything bound here, parameters too. */
  readonly names: ReadonlySet<string>;
  /** Statements that are lowered to a `let` of their own. */
  readonly declaring: ReadonlySet<Syntax>;
  /** Names that need a `let` before everything else. */
  readonly hoisted: readonly string[];
  /** Imports in blocks, which move to the scope's start: each the first to bind its names. */
  readonly lifted: ReadonlySet<Syntax>;
  /** Imports in blocks that bind names which something else bound before: `except ImportError: import json`. */
  readonly rebinding: ReadonlySet<Syntax>;
  /** `global` and `nonlocal`. */
  readonly foreign: ReadonlySet<string>;
  /** Set while lowering: a `yield` was met. */
  isGenerator: boolean;
}

interface Reach {
  readonly outer: Scope | undefined;
  readonly params: readonly string[];
  /** Names that functions inside assign by `global`. */
  readonly assignedFromInside?: readonly string[];
  /** `:=` binds from anywhere within an expression; without one, expressions need no look. */
  readonly hasWalrus: boolean;
}

export function scopeOf(body: readonly Syntax[], reach: Reach): Scope {
  const found = collect(body, reach.hasWalrus);
  const seen = new Set(reach.params);
  const declaring = new Set<Syntax>();
  const lifted = new Set<Syntax>();
  const rebinding = new Set<Syntax>();
  const hoisted: string[] = [];
  for (const { statement, names, isNested, canDeclare } of found.bindings) {
    const own = names.filter((name) => !found.foreign.has(name));
    if (isImport(statement)) {
      if (!isNested) own.forEach((name) => seen.add(name));
      else if (own.length === names.length && own.every((name) => !seen.has(name))) {
        lifted.add(statement);
        own.forEach((name) => seen.add(name));
      } else rebinding.add(statement);
    } else if (canDeclare && !isNested && own.length === names.length && names.every((name) => !seen.has(name))) {
      declaring.add(statement);
      names.forEach((name) => seen.add(name));
    }
    for (const name of own) if (!seen.has(name)) hoisted.push(...taken(seen, name));
  }
  for (const name of reach.assignedFromInside ?? []) if (!seen.has(name)) hoisted.push(...taken(seen, name));
  return { outer: reach.outer, names: seen, declaring, hoisted, lifted, rebinding, foreign: found.foreign, isGenerator: false };
}

function taken(seen: Set<string>, name: string): string[] {
  seen.add(name);
  return [name];
}

/** Whether a name means Python's own: no scope from here outwards binds it. */
export function isFree(scope: Scope | undefined, name: string): boolean {
  for (let current = scope; current !== undefined; current = current.outer) if (current.names.has(name)) return false;
  return true;
}

interface Binding {
  readonly statement: Syntax;
  readonly names: readonly string[];
  readonly isNested: boolean;
  readonly canDeclare: boolean;
}

interface Found {
  readonly bindings: Binding[];
  readonly foreign: Set<string>;
}

export const isImport = (node: Syntax): boolean => node.type === "import_statement" || node.type === "import_from_statement";

/** Statements, and what holds statements: the rest binds nothing but by `:=`. */
const HOLDERS = new Set(
  "if_statement elif_clause else_clause for_statement while_statement try_statement except_clause except_group_clause finally_clause with_statement with_clause match_statement case_clause case_pattern block expression_statement assignment augmented_assignment decorated_definition ERROR as_pattern tuple_pattern list_pattern dict_pattern class_pattern keyword_pattern union_pattern with_item tuple".split(
    " ",
  ),
);
const CLOSED = new Set(["function_definition", "class_definition", "lambda"]);

function collect(body: readonly Syntax[], hasWalrus: boolean): Found {
  const found: Found = { bindings: [], foreign: new Set() };
  const waiting: { node: Syntax; depth: number; inCase: boolean }[] = [];
  const push = (nodes: readonly Syntax[], depth: number, inCase: boolean): void => {
    for (let index = nodes.length - 1; index >= 0; index--) {
      const node = nodes[index];
      if (node !== undefined) waiting.push({ node, depth, inCase });
    }
  };
  push(body, 0, false);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    note(found, node, depth, next.inCase);
    const isOpen = HOLDERS.has(node.type) || (hasWalrus && !CLOSED.has(node.type));
    if (node.type === "if_statement" && isTypeChecking(node)) {
      for (const each of (childOf(node, "consequence")?.children ?? []).filter(isImport))
        found.bindings.push({ statement: each, names: importedNames(each), isNested: false, canDeclare: false });
    }
    if (isOpen) push(holding(node), depth + 1, node.type === "case_pattern" || (next.inCase && node.type !== "block"));
  }
  return found;
}

/** `if TYPE_CHECKING:`, whose imports are for types alone. */
export function isTypeChecking(node: Syntax): boolean {
  const test = childOf(node, "condition");
  const name = test?.type === "attribute" ? childOf(test, "attribute") : test;
  return name?.type === "identifier" && name.text === "TYPE_CHECKING";
}

/** An `except … as e` lives in its clause; the class of a class pattern is not captured; imports for types were taken already. */
function holding(node: Syntax): readonly Syntax[] {
  if (node.type === "except_clause") return node.children.filter((child) => child.type === "block");
  if (node.type === "class_pattern") return node.children.slice(1);
  if (node.type !== "if_statement" || !isTypeChecking(node)) return node.children;
  return node.children.flatMap((child) => (child.field === "consequence" ? child.children.filter((each) => !isImport(each)) : [child]));
}

/** An expression statement or a decorated definition is one step above what binds. */
function note(found: Found, node: Syntax, depth: number, inCase: boolean): void {
  const bind = (names: readonly string[], isNested: boolean, canDeclare = false): void => {
    if (names.length > 0) found.bindings.push({ statement: node, names, isNested, canDeclare });
  };
  switch (node.type) {
    case "assignment":
      return bind(namesOf(childOf(node, "left")), depth > 1, isPlain(node));
    case "augmented_assignment":
    case "for_statement":
      return bind(namesOf(childOf(node, "left")), true);
    case "function_definition":
    case "class_definition":
      return bind([childOf(node, "name")?.text ?? ""], depth > 0, true);
    case "decorated_definition":
      return bind([childOf(childOf(node, "definition") ?? node, "name")?.text ?? ""], depth > 0, true);
    case "type_alias_statement":
      return bind([aliasName(node)], depth > 0, true);
    case "import_statement":
    case "import_from_statement":
      return bind(importedNames(node), depth > 0);
    case "named_expression":
      return bind(namesOf(childOf(node, "name")), true);
    case "as_pattern":
      return bind(inCase ? namesOf(node.children.at(-1)) : namesOf(childOf(node, "alias")), true);
    case "dotted_name":
      if (inCase && node.children.length === 1) bind([dottedCapture(node)], true);
      return;
    case "splat_pattern":
      return bind(namesOf(node.children[0]), true);
    case "global_statement":
    case "nonlocal_statement":
      for (const child of node.children) found.foreign.add(child.text);
      return;
    default:
  }
}

const dottedCapture = (node: Syntax): string => node.children[0]?.text ?? "";

/** The name before any type parameters: `type Pair[T] = …`. */
export function aliasName(node: Syntax): string {
  let left = childOf(node, "left");
  while (left !== undefined && left.children.length > 0) left = left.children[0];
  return left?.text ?? "";
}

/** `x = …`, `a, b = …`; not `x = y = …`, not `self.x = …`. */
function isPlain(node: Syntax): boolean {
  const right = childOf(node, "right");
  return right?.type !== "assignment" && right?.type !== "augmented_assignment" && onlyNames(childOf(node, "left"));
}

const GROUPS = new Set(
  "tuple_pattern pattern_list list_pattern list_splat_pattern tuple list list_splat expression_list parenthesized_expression as_pattern_target".split(
    " ",
  ),
);

function onlyNames(target: Syntax | undefined): boolean {
  if (target === undefined) return false;
  if (target.type === "identifier") return true;
  return GROUPS.has(target.type) && target.children.every((child) => unwrap(child).type === "identifier");
}

/** The names that a target binds; places (`x.y`, `x[i]`) bind none. */
export function namesOf(target: Syntax | undefined): string[] {
  const names: string[] = [];
  const waiting = target === undefined ? [] : [target];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === "identifier") names.push(node.text);
    else if (GROUPS.has(node.type))
      for (let index = node.children.length - 1; index >= 0; index--) waiting.push(node.children[index] ?? node);
  }
  return names;
}

function importedNames(node: Syntax): string[] {
  return childrenOf(node, "name").map((name) => {
    const alias = childOf(name, "alias");
    if (alias !== undefined) return alias.text;
    return name.children[0]?.text ?? "";
  });
}
