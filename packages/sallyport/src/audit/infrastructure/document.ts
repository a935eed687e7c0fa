// YAML and JSON with places: what stands where in a file. Tags of CloudFormation are left aside, their text is kept.
import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import type { Place } from "../ir/ir.ts";
import { at } from "../ir/place.ts";

let loaded: typeof Yaml | undefined;

/** Loaded where there is a document to read: many projects have none that says anything here. */
const yaml = (): typeof Yaml => (loaded ??= createRequire(import.meta.url)("yaml") as typeof Yaml);

export interface Documented {
  readonly value: unknown;
  /** Where the value at a path stands, or the nearest that does. */
  place(...path: readonly (string | number)[]): Place;
}

/** `undefined` for what is no document; `refuse` is told what is not read, and why. */
export function readDocument(text: string, refuse: (why: string) => void): Documented | undefined {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, logLevel: "error", prettyErrors: false, strict: false, uniqueKeys: false });
    for (const { code, message, pos } of document.errors.slice(0, 1))
      refuse(`line ${Math.max(1, lines.linePos(pos[0]).line)}: ${code === "MULTIPLE_DOCS" ? "what follows is another document" : message}`);
    // Of several the first is read.
    if (document.errors.some(({ code }) => code !== "MULTIPLE_DOCS")) return undefined;
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    const root = document.contents;
    return {
      value,
      place: (...path) => {
        const { line, col } = lines.linePos(offsetOf(root, path));
        return at(Math.max(1, line), Math.max(1, col));
      },
    };
  } catch (error) {
    // An alias of an alias, a thousand times over, or one of itself.
    refuse(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function offsetOf(root: Yaml.Node | null, path: readonly (string | number)[]): number {
  let node: unknown = root;
  let offset = 0;
  for (const key of path) {
    const [next, from] = step(node, key);
    if (from === undefined) break;
    node = next;
    offset = from;
  }
  return offset;
}

function step(node: unknown, key: string | number): readonly [unknown, number | undefined] {
  const { isMap, isNode, isPair, isScalar, isSeq } = yaml();
  if (isSeq(node) && typeof key === "number") {
    const item: unknown = node.items[key];
    return [item, isNode(item) ? item.range?.[0] : undefined];
  }
  if (!isMap(node)) return [undefined, undefined];
  const pair = node.items.find((one) => isPair(one) && isScalar(one.key) && String(one.key.value) === String(key));
  return [pair?.value, isScalar(pair?.key) ? pair.key.range?.[0] : undefined];
}

export type Table = Readonly<Record<string, unknown>>;

export const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null && !Array.isArray(value);

export const tableOf = (value: unknown): Table => (isTable(value) ? value : {});

export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

export const textsOf = (value: unknown): readonly string[] => listOf(value).filter((one) => typeof one === "string");
