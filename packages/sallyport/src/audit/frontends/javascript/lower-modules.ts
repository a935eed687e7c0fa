// `import` and `export` of ECMAScript and TypeScript.
import type { Expression, ImportBinding, Statement } from "../../ir/ir.ts";
import type { AstStatement, Lowering } from "./lowering.ts";
import { aliased, classDeclaration, functionDeclaration, lowerDeclarations, lowerVariables } from "./lower-declarations.ts";
import { namesIn } from "./lower-patterns.ts";
import type { Ast } from "./parse.ts";

/** `undefined`: nothing of these. */
export function lowerModuleStatement(c: Lowering, node: AstStatement, values: ReadonlySet<string>): Statement[] | undefined {
  switch (node.type) {
    case "ImportDeclaration":
      return [importStatement(c, node)];
    case "ExportNamedDeclaration":
      return exportNamed(c, node, values);
    case "ExportDefaultDeclaration":
      return exportDefault(c, node, values);
    case "ExportAllDeclaration":
      return [
        { kind: "export-all", from: node.source.value, as: node.exported ? nameOf(node.exported) : undefined, at: c.place(node.start) },
      ];
    case "TSExportAssignment":
      return [{ kind: "export", name: "*", value: c.expression(node.expression), at: c.place(node.start) }];
    case "TSImportEqualsDeclaration":
      return importEquals(c, node);
    default:
      return undefined;
  }
}

const nameOf = (node: Ast.ModuleExportName): string => (node.type === "Literal" ? node.value : node.name);

function importStatement(c: Lowering, node: Ast.ImportDeclaration): Statement {
  const bindings = node.specifiers.map(bindingOf);
  const typeOnly =
    node.importKind === "type" || (bindings.length > 0 && node.specifiers.every((one) => "importKind" in one && one.importKind === "type"));
  const at = c.place(node.start);
  return { kind: "import", from: node.source.value, bindings, ...(typeOnly ? { typeOnly } : {}), at };
}

function bindingOf(node: Ast.ImportDeclarationSpecifier): ImportBinding {
  const local = node.local.name;
  if (node.type === "ImportNamespaceSpecifier") return { imported: "*", local };
  return { imported: node.type === "ImportDefaultSpecifier" ? "default" : nameOf(node.imported), local };
}

function importEquals(c: Lowering, node: Ast.TSImportEqualsDeclaration): Statement[] {
  const at = c.place(node.start);
  const { moduleReference: to } = node;
  const local = node.id.name;
  if (to.type !== "TSExternalModuleReference")
    return [{ kind: "let", target: { kind: "name", name: local, at }, value: aliased(c, node), at }];
  const typeOnly = node.importKind === "type";
  return [{ kind: "import", from: to.expression.value, bindings: [{ imported: "*", local }], ...(typeOnly ? { typeOnly } : {}), at }];
}

function exportNamed(c: Lowering, node: Ast.ExportNamedDeclaration, values: ReadonlySet<string>): Statement[] {
  if (node.declaration) return exportDeclaration(c, node.declaration, values);
  return node.source ? reexported(c, node, node.source.value) : node.specifiers.map((one) => exported(c, one, nameOf(one.local)));
}

function exported(c: Lowering, node: Ast.ExportSpecifier, local: string): Statement {
  const at = c.place(node.start);
  return { kind: "export", name: nameOf(node.exported), value: { kind: "name", name: local, at }, at };
}

/** `export { a as b } from "x"`: an import under a name that no program can write, and an export of it. */
function reexported(c: Lowering, node: Ast.ExportNamedDeclaration, from: string): Statement[] {
  const hidden = (imported: string): string => `${from}#${imported}`;
  const bindings = node.specifiers.map((one) => ({ imported: nameOf(one.local), local: hidden(nameOf(one.local)) }));
  const typeOnly = node.exportKind === "type";
  return [
    { kind: "import", from, bindings, ...(typeOnly ? { typeOnly } : {}), at: c.place(node.start) },
    ...node.specifiers.map((one) => exported(c, one, hidden(nameOf(one.local)))),
  ];
}

function exportDeclaration(c: Lowering, node: Ast.Declaration, values: ReadonlySet<string>): Statement[] {
  const declared = declarationOf(c, node, values);
  const names = declared.flatMap((one) => {
    if (one.kind === "import") return one.bindings.map(({ local }) => local);
    return one.kind === "let" ? namesIn(one.target) : [];
  });
  const at = c.place(node.start);
  const exports = names.map((name): Statement => ({ kind: "export", name, value: { kind: "name", name, at }, at }));
  return [...declared, ...exports];
}

function declarationOf(c: Lowering, node: Ast.Declaration, values: ReadonlySet<string>): Statement[] {
  if (node.type === "VariableDeclaration") return lowerVariables(c, node);
  if (node.type === "TSImportEqualsDeclaration") return importEquals(c, node);
  return lowerDeclarations(c, node, values) ?? [];
}

function exportDefault(c: Lowering, node: Ast.ExportDefaultDeclaration, values: ReadonlySet<string>): Statement[] {
  const { declaration } = node;
  const at = c.place(declaration.start);
  if (declaration.type === "TSDeclareFunction") return [];
  if (declaration.type === "TSInterfaceDeclaration") return named(lowerDeclarations(c, declaration, values) ?? [], declaration.id.name, at);
  if (declaration.type === "FunctionDeclaration") return ofDeclaration(functionDeclaration(c, declaration), declaration.id, at);
  if (declaration.type === "ClassDeclaration") return ofDeclaration(classDeclaration(c, declaration), declaration.id, at);
  return [defaultOf(c.expression(declaration as Ast.Expression, "default"), at)];
}

const defaultOf = (value: Expression, at: number): Statement => ({ kind: "export", name: "default", value, at });

const named = (before: readonly Statement[], name: string, at: number): Statement[] => [
  ...before,
  defaultOf({ kind: "name", name, at }, at),
];

/** Without a name of its own it is known only as the default export. */
function ofDeclaration(declaration: Statement, id: { readonly name: string } | null, at: number): Statement[] {
  if (id !== null) return named([declaration], id.name, at);
  return declaration.kind === "let" && declaration.value ? [defaultOf(declaration.value, at)] : [];
}
