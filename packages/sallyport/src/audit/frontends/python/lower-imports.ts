// Imports. What Python spreads over `import a.b`, `from . import c` and `if TYPE_CHECKING` becomes one statement.
import type { ImportBinding, Statement } from "../../ir/ir.ts";
import { assignName, type LowerStatement, type Lowering, nameOf } from "./lowering.ts";
import { childOf, childrenOf, dotted, type Syntax } from "./parse.ts";
import { isNamespace } from "./namespaces.ts";

type Import = Extract<Statement, { kind: "import" }>;

export function readImport(lowering: Lowering, node: Syntax): Import[] {
  const at = lowering.at(node);
  if (node.type === "import_statement") {
    return childrenOf(node, "name").map((name) => ({ kind: "import", at, ...wholeModule(name) }));
  }
  const from = specifierOf(childOf(node, "module_name"));
  if (node.children.some((child) => child.type === "wildcard_import")) {
    return [{ kind: "import", from, bindings: [{ imported: "*", local: "*" }], at }];
  }
  const bindings = childrenOf(node, "name").map(bindingOf);
  // A namespace package has no code of its own: what is taken from it is a module.
  if (isNamespace(from)) {
    return bindings.map(({ imported, local }) => ({
      kind: "import",
      from: `${from}.${imported}`,
      bindings: [{ imported: "*", local }],
      at,
    }));
  }
  return [{ kind: "import", from, bindings, at }];
}

/** `import a.b as c` is a.b under the name c; `import a.b` binds only a. */
function wholeModule(name: Syntax): Pick<Import, "from" | "bindings"> {
  const alias = childOf(name, "alias");
  if (alias === undefined) {
    const root = name.children[0]?.text ?? "";
    return { from: root, bindings: [{ imported: "*", local: root }] };
  }
  return { from: dotted(childOf(name, "name") ?? name), bindings: [{ imported: "*", local: alias.text }] };
}

function bindingOf(name: Syntax): ImportBinding {
  const alias = childOf(name, "alias");
  const imported = dotted(alias === undefined ? name : (childOf(name, "name") ?? name));
  return { imported, local: alias?.text ?? imported };
}

/** As written: `..pkg.mod`, `.`, `pkg`. */
function specifierOf(name: Syntax | undefined): string {
  if (name === undefined) return "";
  if (name.type !== "relative_import") return dotted(name);
  const [prefix, rest] = name.children;
  return (prefix?.text ?? ".").replaceAll(/\s/g, "") + (rest === undefined ? "" : dotted(rest));
}

const imported: LowerStatement = (lowering, node, out) => {
  if (lowering.scope?.lifted.has(node) !== true) out.push(...readImport(lowering, node).flatMap((each) => toForeign(lowering, each)));
};

/** `global redis; import redis`: an import declares its names here, so a name of another scope is assigned after it. */
function toForeign(lowering: Lowering, statement: Import): Statement[] {
  const foreign = lowering.scope?.foreign;
  if (foreign === undefined || !statement.bindings.some(({ local }) => foreign.has(local))) return [statement];
  const hidden = (local: string): string => (foreign.has(local) ? `import ${local}` : local);
  const bindings = statement.bindings.map((binding) => ({ ...binding, local: hidden(binding.local) }));
  const { at } = statement;
  const assigned = statement.bindings.filter(({ local }) => foreign.has(local));
  return [
    { ...statement, bindings },
    ...assigned.map(({ local }): Statement => ({ kind: "expression", value: assignName(local, nameOf(hidden(local), at), at), at })),
  ];
}

/** `import a.b` anywhere lets `a.b` be named everywhere: the module binds it under the dotted name. */
export function dottedImportsOf(imports: readonly Syntax[]): Map<string, Syntax> {
  const found = new Map<string, Syntax>();
  for (const statement of imports) {
    for (const name of statement.children) {
      if (name.type === "dotted_name" && name.children.length > 1 && !found.has(dotted(name))) found.set(dotted(name), statement);
    }
  }
  return found;
}

export const IMPORT_STATEMENTS: readonly (readonly [string, LowerStatement])[] = [
  ["import_statement", imported],
  ["import_from_statement", imported],
];
