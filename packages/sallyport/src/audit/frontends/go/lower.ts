// One Go file to one module. Go declares in any order, so declarations come first, then what runs.
import type { Expression, Module, Statement } from "../../ir/ir.ts";
import { spansIn } from "../../ir/place.ts";
import type { Lowered, SourceText } from "../frontend.ts";
import { lowerExpression } from "./lower-expressions.ts";
import { lowerFunction } from "./lower-functions.ts";
import { importDeclaration } from "./lower-imports.ts";
import { lowerBlock, lowerStatement } from "./lower-statements.ts";
import { lowerType, rememberTypes } from "./lower-types.ts";
import { packageKey } from "./package-key.ts";
import { type Parsed, parse } from "./parse.ts";
import { placeOf, type Reading, textOf } from "./reading.ts";
import { child, childOfKind, type Syntax } from "./syntax.ts";

export function lower({ file, text }: SourceText): Lowered {
  const parsed = parse(text);
  const { root, remarks, faults } = parsed;
  const { spans, keep } = spansIn(parsed.place);
  const r = reading(text, parsed, keep);
  const body = root === undefined ? [] : topLevel(r, root);
  const clause = root && childOfKind(root, "package_clause")?.children[0];
  const module: Module = {
    file,
    language: "go",
    body,
    remarks,
    spans,
    package: packageKey(file, clause === undefined ? "" : textOf(r, clause)),
  };
  return { module, faults };
}

function reading(text: string, { place, faults }: Parsed, keep: Reading["keep"]): Reading {
  const r: Reading = {
    text,
    place,
    keep,
    faults,
    imports: new Map(),
    types: new Map(),
    blockLabels: new Set(),
    depth: 0,
    iota: undefined,
    results: [],
    expression: (node) => lowerExpression(r, node),
    statement: (node, into) => lowerStatement(r, node, into),
    block: (node) => lowerBlock(r, node),
    function: (node, name) => lowerFunction(r, node, name),
    type: (node) => lowerType(r, node),
  };
  return r;
}

function topLevel(r: Reading, root: Syntax): Statement[] {
  const imports: Statement[] = [];
  const nodes = topNodes(root);
  for (const each of nodes) {
    if (each.kind === "import_declaration") importDeclaration(r, each, imports);
    else if (each.kind === "type_declaration") rememberTypes(r, each);
  }
  const hoisted: Statement[] = [];
  const methods: Statement[] = [];
  const running: Statement[] = [];
  const started: Statement[] = [];
  for (const each of nodes) {
    if (each.kind === "function_declaration") functionAtTop(r, each, hoisted, started);
    else if (each.kind === "type_declaration") r.statement(each, hoisted);
    else if (each.kind === "method_declaration") r.statement(each, methods);
    else r.statement(each, running);
  }
  return [...imports, ...hoisted, ...methods, ...running, ...started];
}

/** Where the parser lost its way between declarations, those inside of the wreck count as well. */
const topNodes = (root: Syntax): Syntax[] =>
  root.children.flatMap((each) => (each.kind === "ERROR" ? [{ ...each, children: [] }, ...each.children] : [each]));

/** `init` runs by itself and has no name; a package may have many. */
function functionAtTop(r: Reading, node: Syntax, hoisted: Statement[], started: Statement[]): void {
  const name = child(node, "name");
  if (name === undefined || textOf(r, name) !== "init") {
    r.statement(node, hoisted);
    return;
  }
  const at = placeOf(r, name);
  const callee: Expression = { kind: "function", fn: r.function(node, "init"), at };
  started.push({ kind: "expression", value: { kind: "call", callee, args: [], at }, at });
}
