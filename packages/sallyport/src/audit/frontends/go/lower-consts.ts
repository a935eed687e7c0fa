// Constants: a row without a value repeats the one above, with the next `iota`.
import type { Expression, Statement } from "../../ir/ir.ts";
import { placeOf, type Reading, textOf } from "./reading.ts";
import { child, children, listed, type Syntax } from "./syntax.ts";

interface Row {
  readonly values: readonly Syntax[];
  readonly type: Syntax | undefined;
}

export function constDeclaration(r: Reading, node: Syntax, into: Statement[]): void {
  const outer = r.iota;
  let above: Row = { values: [], type: undefined };
  node.children
    .filter((each) => each.kind === "const_spec")
    .forEach((spec, row) => {
      r.iota = row;
      const value = child(spec, "value");
      if (value !== undefined) above = { values: listed(value), type: child(spec, "type") };
      constSpec(r, spec, above, into);
    });
  r.iota = outer;
}

function constSpec(r: Reading, spec: Syntax, row: Row, into: Statement[]): void {
  const type = row.type === undefined ? undefined : r.type(row.type);
  children(spec, "name").forEach((node, index) => {
    const written = row.values[index];
    const name = textOf(r, node);
    const at = placeOf(r, node);
    const value: Expression | undefined = written === undefined ? undefined : r.expression(written);
    if (name !== "_") into.push({ kind: "let", target: { kind: "name", name, at }, value, type, at });
  });
}
