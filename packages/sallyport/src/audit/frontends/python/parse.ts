// The parser's tree, read once into plain objects: every look at a wasm node costs a call, and lowering looks often.
// What says nothing (brackets, commas, keywords that only mark a place) is left out; comments are kept only where they speak to us.
import type { Tree } from "../tree-sitter.ts";

export interface Syntax {
  readonly type: string;
  /** The grammar's name for its place in the parent. */
  readonly field: string | undefined;
  readonly start: number;
  /** Of leaves, and of what `ENDING` names; elsewhere 0, since nobody asks. */
  readonly end: number;
  /** Of leaves, and of a string's content; elsewhere empty. */
  readonly text: string;
  /** Named children, without comments. */
  readonly children: readonly Syntax[];
  /** Unnamed ones that carry meaning: operators, `async`, a yield's `from`. */
  readonly tokens: readonly Syntax[];
}

export interface ParsedFile {
  readonly root: Syntax;
  readonly comments: readonly Syntax[];
  readonly errors: readonly { readonly start: number; readonly what: string }[];
  /** Found on the way, since they act on the whole module wherever they stand. */
  readonly globals: readonly Syntax[];
  readonly imports: readonly Syntax[];
}

interface Kind {
  readonly type: string;
  readonly named: boolean;
  /** Has no children worth a look. */
  readonly leaf: boolean;
  readonly hasFields: boolean;
  readonly wantsEnd: boolean;
  readonly kept: boolean;
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));

const LEAVES = words(
  "identifier integer float true false none ellipsis comment string_start string_content string_end type_conversion line_continuation pass_statement break_statement continue_statement wildcard_import import_prefix keyword_separator positional_separator",
);
/** Asking the parser for a node's field costs a call, so children of these are not asked about. */
export const FIELDLESS = words(
  "module block expression_statement argument_list list tuple set dictionary dictionary_splat list_splat parameters lambda_parameters dotted_name string concatenated_string parenthesized_expression return_statement await type decorator expression_list pattern_list tuple_pattern list_pattern list_splat_pattern dictionary_splat_pattern slice conditional_expression with_clause finally_clause if_clause yield case_pattern class_pattern union_pattern union_type generic_type type_parameter relative_import assert_statement global_statement nonlocal_statement delete_statement ERROR",
);
const OPERATORS: ReadonlySet<string> = new Set([
  "not in",
  "is not",
  ..."+ - * / // % ** @ & | ^ << >> ~ < <= == != >= > <> in is and or += -= *= /= @= //= %= **= >>= <<= &= ^= |= async from _ :".split(" "),
]);
/** Asking for an end costs a call too. */
const ENDING = words("function_definition lambda call return_statement raise_statement");
const KEEPS_COLONS = "slice";
/** Where a stray piece of source can be lowered by itself; in other places it would only be mistaken for a part. */
const TOLERANT = words("module block expression_statement argument_list list tuple set dictionary ERROR");
const NO_SYNTAX: readonly Syntax[] = [];
const NOT_ASCII = /[^ -~]/;
const MOST_ERRORS = 50;

const kinds: Kind[] = [];

function kindOf(tree: Tree, id: number): Kind {
  const known = kinds[id];
  if (known !== undefined) return known;
  const type = tree.language.types[id] ?? "ERROR";
  const named = type === "ERROR" || tree.language.nodeTypeIsNamed(id);
  const leaf = !named || LEAVES.has(type);
  const kind = {
    type,
    named,
    leaf,
    hasFields: named && !FIELDLESS.has(type),
    wantsEnd: named && (leaf || ENDING.has(type)),
    kept: OPERATORS.has(type),
  };
  return (kinds[id] = kind);
}

interface Draft {
  readonly type: string;
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  children: readonly Syntax[];
  tokens: readonly Syntax[];
}

/** One pass, without recursion: the source may nest as deeply as it likes. */
export function readSyntax(tree: Tree, text: string, offset = 0): ParsedFile {
  const cursor = tree.walk();
  try {
    return new Reading(tree, text, offset, cursor).run();
  } finally {
    cursor.delete();
  }
}

class Reading {
  private readonly comments: Syntax[] = [];
  private readonly errors: { start: number; what: string }[] = [];
  private readonly globals: Syntax[] = [];
  private readonly imports: Syntax[] = [];
  private readonly parents: { readonly draft: Draft; readonly kind: Kind; readonly children: Syntax[]; readonly tokens: Syntax[] }[] = [];
  private readonly isBroken: boolean;
  private readonly tree: Tree;
  private readonly source: string;
  private readonly offset: number;
  private readonly cursor: ReturnType<Tree["walk"]>;

  constructor(tree: Tree, source: string, offset: number, cursor: ReturnType<Tree["walk"]>) {
    this.tree = tree;
    this.source = source;
    this.offset = offset;
    this.cursor = cursor;
    this.isBroken = tree.rootNode.hasError;
  }

  run(): ParsedFile {
    const { cursor } = this;
    const kind = kindOf(this.tree, cursor.nodeTypeId);
    const root = this.draft(kind, false);
    this.parents.push({ draft: root, kind, children: [], tokens: [] });
    let goesOn = cursor.gotoFirstChild();
    while (goesOn) goesOn = this.enter() || this.next();
    while (this.leave());
    return { root, comments: this.comments, errors: this.errors, globals: this.globals, imports: this.imports };
  }

  /** Reads the node here; true when it went down into its children. */
  private enter(): boolean {
    const kind = kindOf(this.tree, this.cursor.nodeTypeId);
    const draft = this.visit(kind);
    if (draft === undefined || kind.leaf || !this.cursor.gotoFirstChild()) return false;
    this.parents.push({ draft, kind, children: [], tokens: [] });
    return true;
  }

  private next(): boolean {
    while (!this.cursor.gotoNextSibling()) {
      if (!this.cursor.gotoParent() || !this.leave() || this.parents.length === 0) return false;
    }
    return true;
  }

  private leave(): boolean {
    const done = this.parents.pop();
    if (done === undefined) return false;
    const { draft } = done;
    draft.children = done.children.length > 0 ? done.children : NO_SYNTAX;
    draft.tokens = done.tokens.length > 0 ? done.tokens : NO_SYNTAX;
    if (draft.type === "global_statement") this.globals.push(draft);
    else if (draft.type === "import_statement") this.imports.push(draft);
    return true;
  }

  /** `undefined` for what is left out, with all beneath it. */
  private visit(kind: Kind): Draft | undefined {
    const parent = this.parents.at(-1);
    if (this.isBroken) this.noteError(kind);
    if (!kind.named && !(kind.kept && (kind.type !== ":" || parent?.kind.type === KEEPS_COLONS))) return undefined;
    if (kind.type === "line_continuation" || (kind.type === "ERROR" && parent !== undefined && !TOLERANT.has(parent.kind.type))) {
      return undefined;
    }
    const draft = this.draft(kind, parent?.kind.hasFields ?? false);
    if (kind.type === "comment") {
      if (draft.text.includes("sallyport")) this.comments.push(draft);
    } else if (kind.named) parent?.children.push(draft);
    else parent?.tokens.push(draft);
    return draft;
  }

  private draft(kind: Kind, hasField: boolean): Draft {
    const { cursor } = this;
    const start = cursor.startIndex;
    const end = kind.wantsEnd ? cursor.endIndex : 0;
    return {
      type: kind.type,
      field: hasField ? (cursor.currentFieldName ?? undefined) : undefined,
      start: start + this.offset,
      end: end + this.offset,
      text: kind.leaf && kind.named ? this.textOf(kind, start, end) : "",
      children: NO_SYNTAX,
      tokens: NO_SYNTAX,
    };
  }

  private textOf(kind: Kind, start: number, end: number): string {
    const text = this.source.slice(start, end);
    // Python compares names in this form, so that a look-alike spelling is the same variable.
    return kind.type === "identifier" && NOT_ASCII.test(text) ? text.normalize("NFKC") : text;
  }

  private noteError(kind: Kind): void {
    if (this.errors.length >= MOST_ERRORS) return;
    const isMissing = kind.leaf && this.cursor.nodeIsMissing;
    if (kind.type !== "ERROR" && !isMissing) return;
    const start = this.cursor.startIndex + this.offset;
    this.errors.push({ start, what: isMissing ? `syntax error: ${kind.type} expected` : "syntax error" });
  }
}

export function childOf(node: Syntax, field: string): Syntax | undefined {
  for (const child of node.children) if (child.field === field) return child;
  return undefined;
}

export const childrenOf = (node: Syntax, field: string): Syntax[] => node.children.filter((child) => child.field === field);

/** `a.b.c` of a dotted name. */
export const dotted = (node: Syntax): string => node.children.map((part) => part.text).join(".");

/** Takes off brackets that only group. */
export function unwrap(node: Syntax): Syntax {
  let inner = node;
  while (inner.type === "parenthesized_expression" && inner.children.length === 1 && inner.children[0] !== undefined)
    inner = inner.children[0];
  return inner;
}
