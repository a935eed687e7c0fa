// Lowers a file: dispatches on what each node is, and keeps depth, faults and the present scope.
import type { Expression, Module, Pattern, Place, Remark, Spans, Statement, TypeRef } from "../../ir/ir.ts";
import { lineOf, placesIn, spansIn } from "../../ir/place.ts";
import type { Lowered, SourceText } from "../frontend.ts";
import { CALL_EXPRESSIONS } from "./lower-calls.ts";
import { CLASS_STATEMENTS } from "./lower-classes.ts";
import { COMPOUND_STATEMENTS } from "./lower-compound.ts";
import { DISPLAY_EXPRESSIONS } from "./lower-displays.ts";
import { PLAIN_EXPRESSIONS } from "./lower-expressions.ts";
import { FUNCTION_EXPRESSIONS, FUNCTION_STATEMENTS, prologueOf } from "./lower-functions.ts";
import { dottedImportsOf, IMPORT_STATEMENTS } from "./lower-imports.ts";
import { MATCH_STATEMENTS } from "./lower-match.ts";
import { OPERATOR_EXPRESSIONS } from "./lower-operators.ts";
import { lowerPattern } from "./lower-patterns.ts";
import { SIMPLE_STATEMENTS } from "./lower-statements.ts";
import { STRING_EXPRESSIONS } from "./lower-strings.ts";
import { lowerType } from "./lower-types.ts";
import { type LowerExpression, type Lowering, type LowerStatement, nameOf, opaque, tooDeep } from "./lowering.ts";
import type { ParsedFile, Syntax } from "./parse.ts";
import { type Scope, scopeOf } from "./scope.ts";

const STATEMENTS = new Map<string, LowerStatement>([
  ...SIMPLE_STATEMENTS,
  ...IMPORT_STATEMENTS,
  ...COMPOUND_STATEMENTS,
  ...MATCH_STATEMENTS,
  ...FUNCTION_STATEMENTS,
  ...CLASS_STATEMENTS,
]);
const EXPRESSIONS = new Map<string, LowerExpression>([
  ...PLAIN_EXPRESSIONS,
  ...OPERATOR_EXPRESSIONS,
  ...CALL_EXPRESSIONS,
  ...STRING_EXPRESSIONS,
  ...DISPLAY_EXPRESSIONS,
  ...FUNCTION_EXPRESSIONS,
]);

/** Python itself refuses more than 100 indents and 200 brackets inside each other. */
const MOST_NESTED = 250;
const MOST_NAMES_KEPT = 1000;
const MOST_FAULTS = 100;

/** Parses a type that stands in quotes; `offset` is where it stands in the file. */
export type ParseType = (text: string, offset: number) => Syntax | undefined;

export function lowerFile(source: SourceText, parsed: ParsedFile, parseType: ParseType): Lowered {
  const dotted = dottedImportsOf(parsed.imports);
  const lowering = new FileLowering(source.text, new Set(dotted.keys()), parseType);
  for (const { start, what } of parsed.errors) lowering.faultAt(start, what);
  const body = lowering.module(parsed);
  const bound = [...dotted].map(([name, node]): Statement => {
    return { kind: "import", from: name, bindings: [{ imported: "*", local: name }], at: lowering.at(node) };
  });
  const remarks = parsed.comments.map((node): Remark => ({ line: lineOf(lowering.at(node)), text: node.text.replace(/^#+/, "").trim() }));
  const module: Module = { file: source.file, language: "python", body: [...bound, ...body], remarks, spans: lowering.spans };
  return { module, faults: lowering.faults };
}

class FileLowering implements Lowering {
  readonly faults: { line: number; what: string }[] = [];
  readonly hasWalrus: boolean;
  readonly dottedImports: ReadonlySet<string>;
  readonly parseType: ParseType;
  scope: Scope | undefined;
  private depth = 0;
  readonly keep: (at: Place, node: Syntax) => Place;
  readonly spans: Spans;
  private readonly placeOf: (offset: number) => Place;

  constructor(text: string, dottedImports: ReadonlySet<string>, parseType: ParseType) {
    this.placeOf = placesIn(text);
    ({ spans: this.spans, keep: this.keep } = spansIn(this.placeOf));
    this.hasWalrus = text.includes(":=");
    this.dottedImports = dottedImports;
    this.parseType = parseType;
  }

  module({ root, globals }: ParsedFile): Statement[] {
    const assignedFromInside = globals.flatMap((node) => node.children.map((child) => child.text));
    const scope = scopeOf(root.children, { outer: undefined, params: [], assignedFromInside, hasWalrus: this.hasWalrus });
    return this.within(scope, () => [...prologueOf(this, scope, root), ...this.block(root)]);
  }

  at(node: Syntax): Place {
    return this.placeOf(node.start);
  }

  lineAt(offset: number): number {
    return lineOf(this.placeOf(offset));
  }

  fault(node: Syntax, what: string): void {
    this.faultAt(node.start, what);
  }

  faultAt(offset: number, what: string): void {
    const line = this.lineAt(offset);
    if (this.faults.length < MOST_FAULTS && this.faults.at(-1)?.line !== line) this.faults.push({ line, what });
  }

  expression(node: Syntax | undefined): Expression {
    if (node === undefined) return opaque([], 0);
    const lower = EXPRESSIONS.get(node.type);
    if (lower === undefined) return this.unknown(node);
    return this.nested(node, () => lower(this, node)) ?? this.beneath(node);
  }

  pattern(node: Syntax | undefined): Pattern {
    const nothing = (at: Place): Pattern => ({ kind: "array", items: [], rest: undefined, at });
    if (node === undefined) return nothing(0);
    return this.nested(node, () => lowerPattern(this, node)) ?? nothing(this.at(node));
  }

  type(node: Syntax | undefined): TypeRef | undefined {
    return node && this.nested(node, () => lowerType(this, node));
  }

  block(node: Syntax | undefined): Statement[] {
    const out: Statement[] = [];
    for (const child of node?.children ?? []) this.statement(child, out);
    return out;
  }

  statement(node: Syntax, out: Statement[]): void {
    const lower = STATEMENTS.get(node.type);
    if (lower === undefined) {
      if (EXPRESSIONS.has(node.type)) out.push({ kind: "expression", value: this.expression(node), at: this.at(node) });
      return;
    }
    const before = out.length;
    if (this.nested(node, () => (lower(this, node, out), true)) === undefined && out.length === before) {
      out.push(tooDeep(this.at(node)));
    }
  }

  nested<Result>(node: Syntax, work: () => Result, levels = 1): Result | undefined {
    if (this.depth + levels > MOST_NESTED) {
      this.fault(node, "nested too deeply");
      return undefined;
    }
    this.depth += levels;
    try {
      return work();
    } finally {
      this.depth -= levels;
    }
  }

  within<Result>(scope: Scope, work: () => Result): Result {
    const outer = this.scope;
    this.scope = scope;
    try {
      return work();
    } finally {
      this.scope = outer;
    }
  }

  private unknown(node: Syntax): Expression {
    const parts = node.children.filter((child) => EXPRESSIONS.has(child.type));
    return opaque(
      parts.map((child) => this.expression(child)),
      this.at(node),
    );
  }

  /** What is too deep to be lowered is at least known by the names that flow into it. */
  private beneath(node: Syntax): Expression {
    const parts: Expression[] = [];
    const waiting: Syntax[] = [node];
    for (let next = waiting.pop(); next !== undefined && parts.length < MOST_NAMES_KEPT; next = waiting.pop()) {
      if (next.type === "identifier" && next.field !== "attribute") parts.push(nameOf(next.text, this.at(next)));
      for (const child of next.children) waiting.push(child);
    }
    return opaque(parts, this.at(node));
  }
}
