// The one place that knows web-tree-sitter: grammars are wasm files from the grammars' own packages, so nothing is compiled.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Language, type Node, Parser, type Tree } from "web-tree-sitter";

export type { Node, Tree };

export interface Grammar {
  /** The caller must `delete` the tree: its memory is not the garbage collector's. `undefined` when the parser gave up. */
  parse(text: string): Tree | undefined;
}

const require = createRequire(import.meta.url);
/** A file of ordinary size takes milliseconds. */
const MOST_PARSE_MS = 2000;

let ready: Promise<void> | undefined;

/** @param wasm as in `tree-sitter-go/tree-sitter-go.wasm` */
export async function loadGrammar(wasm: string): Promise<Grammar> {
  ready ??= Parser.init();
  await ready;
  const language = await Language.load(await readFile(require.resolve(wasm)));
  const parser = new Parser();
  parser.setLanguage(language);
  return {
    parse(text) {
      const giveUpAtMs = performance.now() + MOST_PARSE_MS;
      const tree = parser.parse(text, null, { progressCallback: () => performance.now() > giveUpAtMs });
      if (tree === null) parser.reset();
      return tree ?? undefined;
    },
  };
}
