// What the tables of forms share: a source is read and written down again in the IR's notation.
import { go } from "../../../../src/audit/frontends/go/index.ts";
import type { Statement } from "../../../../src/audit/ir/ir.ts";
import { written } from "./notation.ts";

await go.prepare();

export const lowered = (text: string, file = "x.go") => go.lower({ file, text });

/** A whole file's statements. */
export const atTop = (source: string): string => written(lowered(`package p\n${source}`).module.body);

/** Statements inside of a function. */
export function inside(source: string): string {
  const { module, faults } = lowered(`package p\nfunc f() {\n${source}\n}`);
  if (faults.length > 0) throw new Error(faults[0]?.what);
  return written(bodyOf(module.body.at(-1)));
}

export function bodyOf(statement: Statement | undefined): readonly Statement[] {
  return statement?.kind === "let" && statement.value?.kind === "function" ? statement.value.fn.body : [];
}
