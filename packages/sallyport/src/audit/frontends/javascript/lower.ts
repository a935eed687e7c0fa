// From a syntax tree to a module of the IR. The parts know each other only through what is put together here.
import type { Module } from "../../ir/ir.ts";
import { spansIn } from "../../ir/place.ts";
import type { Lowered, SourceText } from "../frontend.ts";
import { settleExports } from "./commonjs.ts";
import { lowerClass } from "./lower-classes.ts";
import { lowerExpression } from "./lower-expressions.ts";
import { hoistedVars, lowerFunction } from "./lower-functions.ts";
import { lowerPattern } from "./lower-patterns.ts";
import { lowerBlock, lowerBranch } from "./lower-statements.ts";
import { lowerType } from "./lower-types.ts";
import { type Lowering, newScope } from "./lowering.ts";
import { type Parsed, parse } from "./parse.ts";

export function lower(source: SourceText): Lowered {
  try {
    return lowered(source);
  } catch (error) {
    // The parts guard their recursion; should one of them still run out of stack, the file is named as not read.
    const what = `could not be read: ${error instanceof Error ? error.message : String(error)}`;
    return { module: { file: source.file, language: "javascript", body: [], remarks: [] }, faults: [{ line: 1, what }] };
  }
}

function lowered(source: SourceText): Lowered {
  const parsed = parse(source);
  const { spans, keep } = spansIn(parsed.place);
  const c = lowering(parsed, keep);
  const block = [...lowerBlock(c, parsed.body), ...c.scope.late];
  const body = settleExports(c, [...hoistedVars(c, [], c.place(0)), ...block]);
  const module: Module = { file: source.file, language: "javascript", body, remarks: parsed.remarks, spans };
  return { module, faults: c.faults };
}

function lowering({ place, faults }: Parsed, keep: Lowering["keep"]): Lowering {
  const c: Lowering = {
    place,
    keep,
    faults: [...faults],
    commonJs: { shadows: 0, kept: new Set(), inner: new Set() },
    depth: 0,
    scope: newScope(true),
    expression: (node, name) => lowerExpression(c, node, name),
    pattern: (node) => lowerPattern(c, node),
    block: (nodes) => lowerBlock(c, nodes),
    branch: (node) => lowerBranch(c, node),
    fn: (node, name) => lowerFunction(c, node, name),
    cls: (node, name) => lowerClass(c, node, name),
    type: (node) => lowerType(c, node),
  };
  return c;
}
