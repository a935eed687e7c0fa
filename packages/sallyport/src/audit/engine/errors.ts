// Go's errors are values: which tests ask for one, and whether what is done about it falls out at its end.
import type { Expression, Statement } from "../ir/ir.ts";

/** `err != nil` */
export const asksForError = (test: Expression): boolean =>
  test.kind === "binary" &&
  test.op === "!=" &&
  test.right.kind === "literal" &&
  test.right.value === null &&
  test.left.kind === "name" &&
  /err(?:or)?$|^e$/i.test(test.left.name);

const LEAVING: ReadonlySet<string> = new Set(["return", "continue", "break", "throw"]);

export const leaves = (body: readonly Statement[]): boolean => LEAVING.has(body.at(-1)?.kind ?? "");
