// Imports. A package's name is not in its path, so without an alias it is guessed, and the guess checked against the file.
import type { ImportBinding, Statement } from "../../ir/ir.ts";
import { placeOf, type Reading, textOf } from "./reading.ts";
import { child, type Syntax } from "./syntax.ts";

export function importDeclaration(r: Reading, node: Syntax, into: Statement[]): void {
  for (const each of node.children) {
    if (each.kind === "import_spec_list") importDeclaration(r, each, into);
    else if (each.kind === "import_spec") importSpec(r, each, into);
  }
}

function importSpec(r: Reading, spec: Syntax, into: Statement[]): void {
  const path = child(spec, "path");
  if (path === undefined) return;
  const from = textOf(r, path).slice(1, -1);
  const bindings = bindingsOf(r, child(spec, "name"), from);
  const [first] = bindings;
  if (first !== undefined && first.local !== "*") r.imports.set(first.local, from);
  into.push({ kind: "import", from, bindings, at: placeOf(r, spec) });
}

function bindingsOf(r: Reading, alias: Syntax | undefined, from: string): ImportBinding[] {
  if (alias?.kind === "blank_identifier") return [];
  if (alias?.kind === "dot") return [{ imported: "*", local: "*" }];
  return [{ imported: "*", local: alias === undefined ? packageName(from, r.text) : textOf(r, alias) }];
}

const VERSION = /^v\d+$/;

/** `nats` of `github.com/nats-io/nats.go`. Of several readings, the one that the file uses: Go allows no unused import. */
function packageName(path: string, text: string): string {
  const candidates = namesFor(path);
  if (candidates.length === 1) return candidates[0] ?? path;
  return candidates.find((name) => uses(text, name)) ?? candidates[0] ?? path;
}

function namesFor(path: string): string[] {
  const elements = path.split("/").filter((each) => each !== "");
  while (elements.length > 1 && VERSION.test(elements.at(-1) ?? "")) elements.pop();
  const last = (elements.at(-1) ?? path).replace(/\.v\d+$/, "");
  if (/^\w+$/.test(last)) return [last];
  const guess = last.replace(/^go[-.]/, "").replace(/[-.]go(?:lang)?$/, "");
  const parts = last.split(/[-.]/).filter((each) => each !== "");
  return [
    ...new Set([guess, guess.replaceAll(/[-.]/g, ""), guess.replaceAll(/[-.]/g, "_"), ...parts].filter((each) => /^\w+$/.test(each))),
  ];
}

function uses(text: string, name: string): boolean {
  for (let found = text.indexOf(`${name}.`); found !== -1; found = text.indexOf(`${name}.`, found + 1)) {
    if (!/[\w./"-]/.test(text.charAt(found - 1))) return true;
  }
  return false;
}
