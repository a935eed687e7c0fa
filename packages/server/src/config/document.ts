// The text of a contract file as a tree whose every node knows its file, line and column. YAML 1.2, of which JSON is
// a part. Refuses what makes a file mean something else than it shows: aliases and anchors, tags, merge keys,
// directives, keys given twice. An error never quotes the file: it may hold a secret (OPS-05).
import { SallyportError, type ErrorCode } from "@sallyport/guard";
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type ParsedNode,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { interpolate, type Environment } from "./interpolation.ts";

export type Node = MapNode | ListNode | ScalarNode;

interface Placed {
  /** `file:line:column`. */
  readonly at: string;
}

export interface MapNode extends Placed {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  /** Of the key. */
  readonly at: string;
  readonly value: Node;
}

export interface ListNode extends Placed {
  readonly kind: "list";
  readonly items: readonly Node[];
}

export interface ScalarNode extends Placed {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As the file has it, before the environment was put in. */
  readonly written: string;
  readonly interpolated: boolean;
}

const MOST_CHARACTERS = 1024 * 1024;
const MOST_DEPTH = 64;

export function readDocument(text: string, file: string, env: Environment): Node {
  if (text.length > MOST_CHARACTERS) throw fault(file, `the file is larger than ${MOST_CHARACTERS} characters`, "Split the contract.");
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const parsed = parse(text, file, lines);
  const [error] = [...parsed.errors, ...parsed.warnings].sort((one, other) => one.pos[0] - other.pos[0]);
  if (error !== undefined) throw fault(at(error.pos[0]), sentenceOf(error), "Correct the YAML there.");
  if (parsed.directives?.yaml.explicit === true) throw fault(at(0), "a %YAML directive", "Leave it out: contract files are YAML 1.2.");
  if (parsed.contents === null) throw fault(at(0), "the file is empty", "Begin with name: and events:.");
  return new Reader(text, at, env).node(parsed.contents as ParsedNode);
}

function parse(text: string, file: string, lineCounter: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      stringKeys: true,
      resolveKnownTags: false,
      schema: "core",
      merge: false,
    });
  } catch {
    throw fault(file, "the file cannot be read as YAML", "Check it for very deep nesting.");
  }
}

class Reader {
  readonly #text: string;
  readonly #at: (offset: number) => string;
  readonly #env: Environment;

  constructor(text: string, at: (offset: number) => string, env: Environment) {
    this.#text = text;
    this.#at = at;
    this.#env = env;
  }

  node(given: ParsedNode | null, from = 0, depth = 1): Node {
    if (depth > MOST_DEPTH) throw fault(this.#at(from), `nesting deeper than ${MOST_DEPTH} levels`, "Make it flatter.");
    if (given === null) return { kind: "scalar", at: this.#at(from), value: null, written: "", interpolated: false };
    const at = this.#at(given.range[0]);
    if (isAlias(given))
      throw fault(at, "an alias", "Write the value out: aliases are refused, since a few of them can stand for millions of nodes.");
    if (given.anchor !== undefined) throw fault(at, "an anchor", "Leave it out: aliases are refused.");
    if (given.tag !== undefined) throw fault(at, "a tag", "Leave it out; put text that looks like a number in quotes.");
    if (isMap(given)) return this.#map(given, at, depth);
    if (isSeq(given)) return { kind: "list", at, items: given.items.map((item) => this.node(item, given.range[0], depth + 1)) };
    return this.#scalar(given, at);
  }

  #map(given: YAMLMap.Parsed, at: string, depth: number): MapNode {
    const entries = new Map<string, Entry>();
    for (const { key, value } of given.items) {
      const keyAt = this.#at(key.range[0]);
      if (!isScalar(key) || typeof key.value !== "string") throw fault(keyAt, "a key that is not text", "Put it in quotes.");
      if (key.anchor !== undefined || key.tag !== undefined) throw fault(keyAt, "a tag or an anchor on a key", "Leave it out.");
      if (key.value === "<<") throw fault(keyAt, "a merge key", "Write the members out: merge keys are refused.");
      if (key.value === "__proto__") throw fault(keyAt, "a key named __proto__", "Choose another name.");
      entries.set(key.value, { at: keyAt, value: this.node(value, key.range[1], depth + 1) });
    }
    return { kind: "map", at, entries };
  }

  #scalar(given: Scalar.Parsed, at: string): ScalarNode {
    const { value } = given;
    if (typeof value === "string") return this.#string(given, value, at);
    if (typeof value === "number" && (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))))
      throw fault(at, "a number that JSON cannot carry exactly", "Use one within ±2^53, or put it in quotes.");
    if (typeof value === "number" || typeof value === "boolean" || value === null)
      return { kind: "scalar", at, value, written: given.source, interpolated: false };
    throw fault(at, "a value that JSON does not have", "Put it in quotes.");
  }

  #string(given: Scalar.Parsed, written: string, at: string): ScalarNode {
    const [start, end] = given.range;
    const value = interpolate(written, this.#env, (match, what, remedy) => {
      const offset = this.#text.slice(start, end).search(match);
      return fault(offset < 0 ? at : this.#at(start + offset), what, remedy);
    });
    return { kind: "scalar", at, value, written, interpolated: written.includes("${") };
  }
}

/** The node as plain JSON. */
export function plain(node: Node): unknown {
  switch (node.kind) {
    case "map":
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
    case "list":
      return node.items.map(plain);
    case "scalar":
      return node.value;
  }
}

export function fault(place: string, what: string, remedy: string, code: ErrorCode = "ERR_CONFIG_INVALID"): SallyportError {
  return new SallyportError(code, what, { place, remedy });
}

// The parser's own messages quote the file.
const SENTENCES: ReadonlyMap<YAMLError["code"], string> = new Map([
  ["BAD_INDENT", "wrong indentation, or a bracket that is not closed"],
  ["DUPLICATE_KEY", "a key that was given before"],
  ["MISSING_CHAR", "a missing character, such as a quote, a colon, a comma or a bracket"],
  ["MULTIPLE_DOCS", "a second document; one file is one contract"],
  ["NON_STRING_KEY", "a key that is not text"],
  ["RESOURCE_EXHAUSTION", "nesting that is too deep"],
  ["TAB_AS_INDENT", "a tab as indentation; YAML wants spaces"],
  ["TAG_RESOLVE_FAILED", "a tag; tags are refused"],
  ["BAD_DQ_ESCAPE", "an escape in double quotes that does not exist"],
  ["BLOCK_AS_IMPLICIT_KEY", "a mapping or list where a plain key was expected; perhaps text with a colon in it needs quotes"],
  ["MULTILINE_IMPLICIT_KEY", "a key that goes over several lines; perhaps a quote is not closed"],
]);

const sentenceOf = ({ code }: YAMLError): string =>
  `the file is not valid YAML: ${SENTENCES.get(code) ?? code.toLowerCase().replaceAll("_", " ")}`;
