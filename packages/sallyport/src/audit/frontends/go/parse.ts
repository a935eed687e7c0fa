// Go source to plain syntax. Names what the parser could not read; keeps of the comments only those that speak to the audit.
import type { Place, Remark } from "../../ir/ir.ts";
import { lineOf, placesIn } from "../../ir/place.ts";
import type { Lowered } from "../frontend.ts";
import { type Grammar, loadGrammar, type Tree } from "../tree-sitter.ts";
import type { Syntax } from "./syntax.ts";

export type Faults = Lowered["faults"][number][];

export interface Parsed {
  /** Absent when the parser gave up. */
  readonly root: Syntax | undefined;
  readonly remarks: Remark[];
  readonly faults: Faults;
  readonly place: (offset: number) => Place;
}

type Cursor = ReturnType<Tree["walk"]>;

/** What the grammar's numbers mean, and which nodes are not worth copying. */
interface Vocabulary {
  readonly kinds: readonly string[];
  readonly fields: readonly (string | null)[];
  /** Punctuation and keywords, by kind number: they matter only as operators. */
  readonly punctuation: readonly boolean[];
}

const ERROR = "ERROR";
/** Their text says it all. */
const WHOLE = new Set(["interpreted_string_literal", "raw_string_literal"]);
/** Tells a declaration from an assignment where the grammar uses one node for both. */
const TELLING = ":=";
const ADDRESSED = "sallyport";

let grammar: Grammar | undefined;
let vocabulary: Vocabulary | undefined;

export async function prepareParser(): Promise<void> {
  grammar ??= await loadGrammar("tree-sitter-go/tree-sitter-go.wasm");
}

export function parse(text: string): Parsed {
  // A byte order mark is legal in Go, unknown to the grammar.
  const marked = text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text;
  const parsed = read(marked);
  if (parsed.faults.length === 0 || !marked.includes("new(")) return parsed;
  const again = read(marked.replaceAll(NEW, OTHER_NAME));
  return again.faults.length < parsed.faults.length ? again : parsed;
}

/** Since Go 1.26 `new` takes values too, which the grammar does not know. By another name as long, it is a function like others. */
const NEW = /\bnew(?=\()/g;
const OTHER_NAME = "nev";

function read(text: string): Parsed {
  const parsed: Omit<Parsed, "root"> = { remarks: [], faults: [], place: placesIn(text) };
  if (grammar === undefined) throw new Error("prepare() comes first");
  const tree = grammar.parse(text);
  if (tree === undefined) return { ...parsed, root: undefined, faults: [{ line: 1, what: "the parser gave up on this file" }] };
  try {
    return { ...parsed, root: copy(tree, text, parsed) };
  } finally {
    tree.delete();
  }
}

function vocabularyOf(tree: Tree): Vocabulary {
  const { language } = tree;
  const kinds = language.types;
  vocabulary ??= {
    kinds,
    fields: language.fields,
    punctuation: kinds.map((kind, id) => !language.nodeTypeIsNamed(id) && kind !== TELLING),
  };
  return vocabulary;
}

/** Not recursive: hostile sources nest deeper than the stack. */
function copy(tree: Tree, text: string, into: Omit<Parsed, "root">): Syntax {
  const words = vocabularyOf(tree);
  const cursor = tree.walk();
  const broken = tree.rootNode.hasError;
  const root = nodeAt(cursor, words);
  const parents = [root];
  let inError = root.kind === ERROR ? 0 : Infinity;
  if (inError === 0) into.faults.push(faultAt(root, into, "syntax error"));
  let descending = cursor.gotoFirstChild();
  if (!descending) parents.pop();
  while (parents.length > 0) {
    if (broken && parents.length <= inError) inError = Infinity;
    const node = visit(cursor, words, text, into, broken && inError === Infinity);
    if (node !== undefined) {
      parents.at(-1)?.children.push(node);
      if (node.kind === ERROR) inError = Math.min(inError, parents.length);
      if (!WHOLE.has(node.kind) && cursor.gotoFirstChild()) {
        parents.push(node);
        continue;
      }
    }
    while (parents.length > 0 && !cursor.gotoNextSibling()) {
      parents.pop();
      cursor.gotoParent();
    }
  }
  cursor.delete();
  return root;
}

/** The node here, or `undefined` for what is not copied. `report`: errors may be here, and the outermost is to be named. */
function visit(cursor: Cursor, words: Vocabulary, text: string, into: Omit<Parsed, "root">, report: boolean): Syntax | undefined {
  const id = cursor.nodeTypeId;
  if (report && cursor.nodeIsMissing) into.faults.push(faultAt(nodeAt(cursor, words), into, `missing ${words.kinds[id] ?? "token"}`));
  if (words.punctuation[id] === true && words.fields[cursor.currentFieldId] !== "operator") return undefined;
  const node = nodeAt(cursor, words);
  if (node.kind === "comment") {
    remark(node, text, into);
    return undefined;
  }
  if (report && node.kind === ERROR) into.faults.push(faultAt(node, into, "syntax error"));
  return node;
}

function nodeAt(cursor: Cursor, words: Vocabulary): Syntax {
  return {
    kind: words.kinds[cursor.nodeTypeId] ?? ERROR,
    field: words.fields[cursor.currentFieldId] ?? "",
    start: cursor.startIndex,
    end: cursor.endIndex,
    children: [],
  };
}

const faultAt = (node: Syntax, { place }: { place: Parsed["place"] }, what: string) => ({ line: lineOf(place(node.start)), what });

function remark(comment: Syntax, text: string, { remarks, place }: Omit<Parsed, "root">): void {
  const raw = text.slice(comment.start, comment.end);
  if (!raw.includes(ADDRESSED)) return;
  const said = raw.startsWith("//") ? raw.slice(2) : raw.slice(2, -2);
  remarks.push({ line: lineOf(place(comment.start)), text: said.trim() });
}
