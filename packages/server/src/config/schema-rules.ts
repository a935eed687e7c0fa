// Which JSON Schema a contract file may hold: draft 2020-12 without what reaches out of the file, what cannot be
// bounded in time, and what two readers understand differently. Whether it is strict is for the guard to say.
import { fault, plain, type MapNode, type Node } from "./document.ts";
import { mapping, text } from "./fields.ts";
import { waysToMatch } from "./pattern-cost.ts";

const DIALECT = "https://json-schema.org/draft/2020-12/schema";
export const FORMATS = ["date", "time", "date-time", "duration", "uuid", "email", "uri", "hostname", "ipv4", "ipv6"] as const;
/** A text of 64 KiB in pieces that each cost this much is done in about a second. */
const MOST_WAYS = 1_000_000;
const MOST_PATTERN = 512;

const MAPS = ["properties", "$defs", "dependentSchemas"];
const LISTS = ["anyOf", "oneOf", "allOf", "prefixItems"];
const SINGLE = ["items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "contains", "propertyNames", "not"];
const BRANCHES = ["if", "then", "else"];
const ASSERTIONS = ["type", "enum", "const", "required", "dependentRequired", "pattern", "format", "multipleOf", "uniqueItems"];
const LIMITS = ["maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "maxItems", "minItems"];
const COUNTS = ["maxProperties", "minProperties", "maxContains", "minContains"];
const ANNOTATIONS = ["title", "description", "examples", "default", "deprecated", "readOnly", "writeOnly", "$comment"];
const KEYWORDS = [...MAPS, ...LISTS, ...SINGLE, ...BRANCHES, ...ASSERTIONS, ...LIMITS, ...COUNTS, ...ANNOTATIONS, "$schema", "$ref"];

/** Throws at the line and column of the first keyword that may not be there. */
export function checkSchemaRules(root: MapNode): void {
  const definitions = root.entries.get("$defs")?.value;
  walk(root, (schema) => {
    for (const [keyword, { at }] of schema.entries) {
      if (KEYWORDS.includes(keyword)) continue;
      throw fault(at, `unknown key "${keyword}" in a schema`, `Known keys: ${KEYWORDS.join(", ")}.`, "ERR_CONFIG_UNKNOWN_KEY");
    }
    for (const [keyword, check] of CHECKS) {
      const value = schema.entries.get(keyword)?.value;
      if (value !== undefined) check(value, schema, definitions);
    }
  });
  refuseRecursion(root, definitions);
}

/** Every schema that is a mapping, the outermost first. */
function walk(node: Node, see: (schema: MapNode) => void): void {
  if (node.kind !== "map") return;
  see(node);
  for (const child of childrenOf(node)) walk(child, see);
}

function childrenOf(schema: MapNode): readonly Node[] {
  const valueOf = (keyword: string): readonly Node[] => {
    const entry = schema.entries.get(keyword);
    return entry === undefined ? [] : [entry.value];
  };
  const inMaps = MAPS.flatMap(valueOf).flatMap((node) => [...mapping(node, "this").entries.values()].map(({ value }) => value));
  const inLists = LISTS.flatMap(valueOf).flatMap((node) => (node.kind === "list" ? node.items : []));
  return [...inMaps, ...inLists, ...[...SINGLE, ...BRANCHES].flatMap(valueOf)];
}

type Check = (value: Node, schema: MapNode, definitions: Node | undefined) => void;

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  [
    "$schema",
    (value) => {
      if (text(value, "$schema") !== DIALECT)
        throw fault(value.at, "another dialect of JSON Schema", `Use ${DIALECT}, or leave $schema out.`);
    },
  ],
  [
    "$ref",
    (value, _schema, definitions) => {
      if (definitionOf(value, definitions) === undefined)
        throw fault(value.at, "a reference to something other than a definition of this schema", "Write #/$defs/NAME; nothing is fetched.");
    },
  ],
  [
    "format",
    (value) => {
      if (!FORMATS.some((format) => format === text(value, "format")))
        throw fault(value.at, "an unknown format", `Use one of ${FORMATS.join(", ")}, or a pattern.`);
    },
  ],
  ["pattern", checkPattern],
  [
    "uniqueItems",
    (_value, schema) => {
      if (numberOf(schema, "maxItems") === undefined)
        throw fault(schema.at, "uniqueItems without maxItems", "Add maxItems: every item is compared with every other.");
    },
  ],
]);

function checkPattern(value: Node, schema: MapNode): void {
  const pattern = text(value, "pattern");
  const maxLength = numberOf(schema, "maxLength");
  if (maxLength === undefined)
    throw fault(value.at, "a pattern without maxLength", "Add maxLength beside it: on a text without bound a pattern can take for ever.");
  if (pattern.length > MOST_PATTERN || !compiles(pattern))
    throw fault(value.at, "not a regular expression", `Use the syntax of JavaScript with the u flag, at most ${MOST_PATTERN} characters.`);
  const ways = waysToMatch(pattern, maxLength);
  if (ways === undefined)
    throw fault(
      value.at,
      "a pattern whose time cannot be bounded",
      "Use no lookaround or back reference, and repeat no group that itself has *, +, ? or |; write [ab]* for (a|b)*.",
    );
  if (ways > MOST_WAYS)
    throw fault(
      value.at,
      `a pattern that could be tried in more than ${MOST_WAYS} ways on a text of ${maxLength} characters`,
      "Begin it with ^, use fewer *, + and ?, or lower maxLength.",
    );
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function numberOf(schema: MapNode, keyword: string): number | undefined {
  const value = schema.entries.get(keyword)?.value;
  return value?.kind === "scalar" && typeof value.value === "number" ? value.value : undefined;
}

function definitionOf(reference: Node, definitions: Node | undefined): Node | undefined {
  const [, name] = /^#\/\$defs\/([A-Za-z0-9_-]+)$/.exec(text(reference, "$ref")) ?? [];
  return name === undefined || definitions?.kind !== "map" ? undefined : definitions.entries.get(name)?.value;
}

/** A schema inside itself can have data of any depth, or no data at all and a validator that never ends. */
function refuseRecursion(root: MapNode, definitions: Node | undefined): void {
  const finished = new Set<Node>();
  const visit = (node: Node, open: readonly Node[]): void => {
    if (node.kind !== "map" || finished.has(node)) return;
    const reference = node.entries.get("$ref")?.value;
    const target = reference && definitionOf(reference, definitions);
    if (reference !== undefined && target !== undefined) {
      if (target === node || open.includes(target)) throw fault(reference.at, "a schema that contains itself", "Write its levels out.");
      visit(target, [...open, node]);
    }
    for (const child of childrenOf(node)) visit(child, [...open, node]);
    finished.add(node);
  };
  visit(root, []);
}

/** The node that a JSON pointer of the schema leads to, or the nearest above it. */
export function nodeAt(root: Node, pointer: string): Node {
  let node = root;
  for (const escaped of pointer.split("/").slice(1)) {
    const step = decodeURIComponent(escaped).replaceAll("~1", "/").replaceAll("~0", "~");
    const next = node.kind === "map" ? node.entries.get(step)?.value : node.kind === "list" ? node.items[Number(step)] : undefined;
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

/** Names of properties that the schema itself says. */
export function namesIn(root: MapNode): ReadonlySet<string> {
  const names = new Set<string>();
  walk(root, (schema) => {
    const properties = schema.entries.get("properties")?.value;
    for (const name of Object.keys(properties === undefined ? {} : (plain(properties) as object))) names.add(name);
  });
  return names;
}

/** Every pattern of the schema, with the greatest length of a text that it is for. */
export function patternsIn(root: MapNode): ReadonlyMap<string, number> {
  const patterns = new Map<string, number>();
  walk(root, (schema) => {
    const pattern = schema.entries.get("pattern")?.value;
    if (pattern?.kind !== "scalar") return;
    const key = String(pattern.value);
    patterns.set(key, Math.max(patterns.get(key) ?? 0, numberOf(schema, "maxLength") ?? 0));
  });
  return patterns;
}
