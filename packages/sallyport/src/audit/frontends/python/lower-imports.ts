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
  const { scope } = lowering;
  if (scope?.lifted.has(node) === true) return;
  const isAssigned = (name: string): boolean => scope !== undefined && (scope.foreign.has(name) || scope.rebinding.has(node));
  out.push(...readImport(lowering, node).flatMap((each) => assigned(each, isAssigned)));
};

/** An import declares its names where it stands; a name that is declared elsewhere is assigned after it. */
function assigned(statement: Import, isAssigned: (name: string) => boolean): Statement[] {
  const { at } = statement;
  const names = statement.bindings.map(({ local }) => local).filter((local) => local !== "*" && isAssigned(local));
  const hidden = (local: string): string => `import ${local}`;
  const bindings = statement.bindings.map((each) => (names.includes(each.local) ? { ...each, local: hidden(each.local) } : each));
  const assignments = names.map((name): Statement => {
    return { kind: "expression", value: assignName(name, nameOf(hidden(name), at), at), at };
  });
  return [{ ...statement, bindings }, ...assignments];
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
