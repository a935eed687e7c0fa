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
/**
 * The parser asks after every hundred operations whether to go on. Counted and not timed, so that two runs agree however
 * busy the machine is: ordinary code is asked about less than once in fifty characters, and this is a few seconds' work.
 */
const MOST_ASKED = 60_000;

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
      let asked = 0;
      const tree = parser.parse(text, null, { progressCallback: () => ++asked > MOST_ASKED });
      if (tree === null) parser.reset();
      return tree ?? undefined;
    },
  };
}
