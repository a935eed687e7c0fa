// `exports` and `module.exports`. What is written to them at the top of a file becomes an `export` statement. Where a file
// reads its own exports, or writes them inside of an expression or function, they are names of the module: `exports.x`.
import type { Expression, Statement } from "../../ir/ir.ts";
import type { Lowering } from "./lowering.ts";
import { textOf } from "./lower-keys.ts";
import type { Ast } from "./parse.ts";

const WHOLE = "module.exports";

/** The module's name for what is written here; `undefined` where it is not the module's exports. */
export function exportsName(c: Lowering, node: Ast.Expression | Ast.Super): string | undefined {
  if (c.commonJs.shadows > 0 || node.type !== "MemberExpression") return undefined;
  const name = node.computed ? textOf(node.property) : node.property.name;
  if (name === undefined) return undefined;
  if (isName(node.object, "exports")) return `exports.${name}`;
  if (isName(node.object, "module") && name === "exports") return WHOLE;
  return isWhole(node.object) ? `exports.${name}` : undefined;
}

const isName = (node: Ast.Expression | Ast.Super, name: string): boolean => node.type === "Identifier" && node.name === name;

const isWhole = (node: Ast.Expression | Ast.Super): boolean =>
  node.type === "MemberExpression" && !node.computed && node.property.name === "exports" && isName(node.object, "module");

/** `exports` itself, in either form. */
export const isExportsObject = (c: Lowering, node: Ast.Expression | Ast.SpreadElement | undefined): boolean =>
  node !== undefined && node.type !== "SpreadElement" && c.commonJs.shadows === 0 && (isName(node, "exports") || isWhole(node));

/** Read where it stands: `exports.x`, `module.exports`; `module.exports.x` is a member of the latter. */
export function isOwnExports(c: Lowering, node: Ast.MemberExpression): boolean {
  if (node.object.type !== "Identifier") return false;
  const { name } = node.object;
  return (name === "exports" || name === "module") && exportsName(c, node) !== undefined;
}

export function exportsRead(c: Lowering, node: Ast.MemberExpression): Expression {
  const name = exportsName(c, node) ?? "";
  c.commonJs.kept.add(name);
  return { kind: "name", name, at: c.place(node.property.start) };
}

/** The name under which others know it; `*` is the module itself, as it is in imports. */
export const exportedAs = (name: string): string => (name === WHOLE ? "*" : name.slice("exports.".length));

/** Declares the names that the module keeps for its exports, and exports those that are written out of sight. */
export function settleExports(c: Lowering, body: readonly Statement[]): Statement[] {
  const { kept, inner } = c.commonJs;
  if (kept.size === 0) return [...body];
  const written = new Set(inner);
  const settled = body.map((statement) => (statement.kind === "export" ? keepValue(c, statement, written) : statement));
  const at = c.place(0);
  const declared = [...written].map((name): Statement => ({ kind: "let", target: { kind: "name", name, at }, value: undefined, at }));
  const exported = [...inner].map((name): Statement => ({ kind: "export", name: exportedAs(name), value: { kind: "name", name, at }, at }));
  return [...declared, ...settled, ...exported];
}

function keepValue(c: Lowering, statement: Extract<Statement, { kind: "export" }>, written: Set<string>): Statement {
  const name = statement.name === "*" ? WHOLE : `exports.${statement.name}`;
  if (!c.commonJs.kept.has(name)) return statement;
  written.add(name);
  const { at } = statement;
  return { ...statement, value: { kind: "assign", target: { kind: "name", name, at }, value: statement.value, at } };
}
