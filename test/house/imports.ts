// What each source file imports, exports and asks of the clock, read from its syntax and never by running it.
import { posix } from "node:path";
import { parseSync } from "oxc-parser";
import { isSource, listFiles, readText } from "./files.ts";

export interface Import {
  /** A path of this repository, `node:…`, a package, or `?` when the source does not say. */
  readonly to: string;
  /** Erased before it runs. */
  readonly typeOnly: boolean;
}

export interface Module {
  readonly path: string;
  readonly imports: readonly Import[];
  readonly exports: readonly string[];
  /** Lines that read the wall clock: `Date.now`, `new Date()`, `Date()`. */
  readonly clockLines: readonly number[];
}

export function readModules(): readonly Module[] {
  return listFiles("packages")
    .filter(isSource)
    .map((path) => parseModule(path, readText(path)));
}

export function parseModule(path: string, source: string): Module {
  const { module, program, errors } = parseSync(path, source);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const imports: Import[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    imports.push({ to: resolve(path, moduleRequest.value), typeOnly: entries.length > 0 && entries.every((entry) => entry.isType) });
  }
  const exported = module.staticExports.flatMap((statement) => statement.entries);
  for (const { moduleRequest, isType } of exported) {
    if (moduleRequest !== null) imports.push({ to: resolve(path, moduleRequest.value), typeOnly: isType });
  }
  const clockLines: number[] = [];
  visit(program, (node) => {
    if (node["type"] === "ImportExpression") imports.push({ to: literal(path, node["source"]), typeOnly: false });
    if (node["type"] === "TSImportType") imports.push({ to: literal(path, node["source"]), typeOnly: true });
    if (readsClock(node)) clockLines.push(source.slice(0, node["start"] as number).split("\n").length);
  });
  return { path, imports, exports: exported.flatMap(({ exportName }) => exportName.name ?? []), clockLines };
}

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (isNode(value)) {
    see(value);
    for (const child of Object.values(value)) visit(child, see);
  }
}

function readsClock(node: Node): boolean {
  const { type, callee, object, property } = node as { type?: string; callee?: Node; object?: Node; property?: Node };
  if (type === "MemberExpression") return object?.["name"] === "Date" && (property?.["name"] ?? property?.["value"]) === "now";
  if (callee?.["name"] !== "Date") return false;
  return type === "CallExpression" || (node["arguments"] as readonly unknown[]).length === 0;
}

const literal = (from: string, node: unknown): string =>
  isNode(node) && typeof node["value"] === "string" ? resolve(from, node["value"]) : "?";

const resolve = (from: string, specifier: string): string =>
  specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : specifier;
