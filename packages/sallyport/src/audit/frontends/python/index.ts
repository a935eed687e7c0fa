// Python: how its files are read, and where its imports lead.
import type { Frontend, Lowered, SourceText } from "../frontend.ts";
import { type Grammar, loadGrammar } from "../tree-sitter.ts";
import { lowerFile } from "./lower.ts";
import { type ParsedFile, readSyntax, type Syntax } from "./parse.ts";
import { pythonResolver } from "./resolve.ts";

let grammar: Grammar | undefined;

export const python: Frontend = {
  language: "python",
  extensions: [".py", ".pyw"],
  async prepare() {
    grammar ??= await loadGrammar("tree-sitter-python/tree-sitter-python.wasm");
  },
  lower(source) {
    const parsed = parse(source.text, 0);
    return parsed === undefined ? unread(source, "took too long to parse") : lowerFile(source, parsed, parseType);
  },
  resolver: pythonResolver,
};

function parse(text: string, offset: number): ParsedFile | undefined {
  if (grammar === undefined) throw new Error("python.prepare() must have been awaited");
  const tree = grammar.parse(text);
  if (tree === undefined) return undefined;
  try {
    return readSyntax(tree, text, offset);
  } finally {
    tree.delete();
  }
}

const LONGEST_TYPE = 2000;

/** Only where all of it is one expression. */
function parseType(text: string, offset: number): Syntax | undefined {
  if (text.length > LONGEST_TYPE) return undefined;
  const parsed = parse(text.trim(), offset);
  const [statement, ...others] = parsed?.root.children ?? [];
  return parsed?.errors.length === 0 && others.length === 0 && statement?.children.length === 1 ? statement.children[0] : undefined;
}

const unread = ({ file }: SourceText, what: string): Lowered => ({
  module: { file, language: "python", body: [{ kind: "unread", why: what, at: 0 }], remarks: [] },
  faults: [{ line: 1, what }],
});
