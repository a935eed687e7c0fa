// Arguments grown from a tool's JSON Schema: the smallest value that fits, with a text of the caller's in every place
// that takes free text. What cannot be grown is said, never guessed around.
import { roleOf } from "./roles.ts";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";

export type Schema = Readonly<Record<string, unknown>>;

const DEEPEST = 8;
const FILLER = "sallyport";

/** `undefined` when what was grown does not fit the schema, or there is no such value. */
export function grow(schema: Schema, text: string): Record<string, unknown> | undefined {
  const grown = value(schema, schema, text, 0);
  return isRecord(grown) && fits(schema, grown) ? grown : undefined;
}

/** As {@link grow}, without what may be left out: a made-up cursor or id is no honest argument. */
export function growRequired(schema: Schema, text: string): Record<string, unknown> | undefined {
  const {
    properties = {},
    required = [],
    ...rest
  } = resolved(schema, schema) as Schema & {
    readonly properties?: Schema;
    readonly required?: readonly string[];
  };
  const needed = Object.fromEntries(Object.entries(properties).filter(([name]) => required.includes(name)));
  const grown = value({ ...rest, properties: needed, required }, schema, text, 0);
  return isRecord(grown) && fits(schema, grown) ? grown : undefined;
}

type Form = Record<string, string | number | boolean | string[]>;

/** For forms that a server shows to a person: as {@link grow}, with whatever text, and every box ticked. */
export function growMatching(schema: Schema): Form {
  const form = (grow({ type: "object", ...schema }, FILLER) ?? {}) as Form;
  return Object.fromEntries(Object.entries(form).map(([name, given]) => [name, typeof given === "boolean" ? true : given]));
}

export function fits(schema: Schema, candidate: unknown): boolean {
  try {
    return new AjvJsonSchemaValidator().getValidator(schema as never)(candidate).valid;
  } catch {
    // A schema that no validator understands forbids nothing that we could know.
    return true;
  }
}

/** Of local references, `allOf` merged and the first of alternatives taken. */
export function resolved(schema: Schema, root: Schema, depth = 0): Schema {
  if (depth > DEEPEST) return {};
  const { $ref, allOf, anyOf, oneOf, ...rest } = schema;
  const parts: Schema[] = [];
  if (typeof $ref === "string") parts.push(resolved(pointed(root, $ref), root, depth + 1));
  if (Array.isArray(allOf)) parts.push(...allOf.filter(isRecord).map((part) => resolved(part, root, depth + 1)));
  const alternatives = [anyOf, oneOf].filter(Array.isArray).map((list) => list.filter(isRecord));
  for (const list of alternatives) {
    const first = list.find(({ type }) => type !== "null") ?? list[0];
    if (first !== undefined) parts.push(resolved(first, root, depth + 1));
  }
  return parts.length === 0 ? rest : merged([...parts, rest]);
}

function merged(parts: readonly Schema[]): Schema {
  const properties = Object.assign({}, ...parts.map((part) => part["properties"] ?? {})) as Schema;
  const required = parts.flatMap((part) => (Array.isArray(part["required"]) ? (part["required"] as string[]) : []));
  return Object.assign({}, ...parts, Object.keys(properties).length === 0 ? {} : { properties, required }) as Schema;
}

function pointed(root: Schema, ref: string): Schema {
  if (!ref.startsWith("#/")) return {};
  let at: unknown = root;
  for (const step of ref.slice(2).split("/")) at = isRecord(at) ? at[step.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  return isRecord(at) ? at : {};
}

export function typeOf(schema: Schema): string {
  const { type, properties, items } = schema;
  const named = Array.isArray(type) ? (type as string[]).find((one) => one !== "null") : type;
  if (typeof named === "string") return named;
  return isRecord(properties) ? "object" : items === undefined ? "any" : "array";
}

function value(given: Schema, root: Schema, text: string, depth: number): unknown {
  const schema = resolved(given, root);
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  switch (typeOf(schema)) {
    case "object":
      return object(schema, root, text, depth);
    case "array":
      return array(schema, root, text, depth);
    case "integer":
    case "number":
      return number(schema);
    case "boolean":
      return schema["default"] ?? false;
    case "null":
      return null;
    default:
      return string(schema, text);
  }
}

function object(schema: Schema, root: Schema, text: string, depth: number): Record<string, unknown> {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Schema>; required?: readonly string[] };
  const names = Object.keys(properties).filter((name) => required.includes(name) || (depth === 0 && takesText(properties[name]!, root)));
  const grown =
    depth >= DEEPEST
      ? []
      : names.map((name) => [name, exampleOf(name, properties[name]!) ?? value(properties[name]!, root, text, depth + 1)] as const);
  // Free data: something that can be recognised has to be in it.
  if (Object.keys(properties).length === 0 && depth > 0 && schema["additionalProperties"] !== false) return { text };
  return Object.fromEntries(grown);
}

/** Where a word has to be known, the schema's own example is one. */
function exampleOf(name: string, { examples, default: usual }: Schema): unknown {
  return roleOf(name) === "data" ? undefined : (usual ?? (Array.isArray(examples) ? examples[0] : undefined));
}

/** Optional text is filled in too: it is where canaries go. What has a default, or a list of words, is left alone. */
const takesText = (property: Schema, root: Schema): boolean => {
  const schema = resolved(property, root);
  return typeOf(schema) === "string" && schema["enum"] === undefined && schema["default"] === undefined && schema["format"] === undefined;
};

function array(schema: Schema, root: Schema, text: string, depth: number): readonly unknown[] {
  const items = isRecord(schema["items"]) ? schema["items"] : {};
  const count = Math.max(Number(schema["minItems"] ?? 0), depth >= DEEPEST ? 0 : 1);
  return Array.from({ length: Math.min(count, 100) }, () => value(items, root, text, depth + 1));
}

function number({ default: given, minimum, exclusiveMinimum, maximum, multipleOf }: Schema): number {
  if (typeof given === "number") return given;
  const least = typeof minimum === "number" ? minimum : typeof exclusiveMinimum === "number" ? exclusiveMinimum + 1 : 1;
  const stepped = typeof multipleOf === "number" ? Math.ceil(least / multipleOf) * multipleOf : least;
  return typeof maximum === "number" ? Math.min(stepped, maximum) : stepped;
}

const OF_FORMAT: ReadonlyMap<string, (text: string) => string> = new Map<string, (text: string) => string>([
  ["uuid", (text) => uuidOf(text)],
  ["email", (text) => `${text}@example.com`],
  ["uri", (text) => `https://example.com/${text}`],
  ["url", (text) => `https://example.com/${text}`],
  ["date-time", () => "2026-01-01T00:00:00Z"],
  ["date", () => "2026-01-01"],
  ["time", () => "00:00:00Z"],
]);

interface Shaped {
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

function string(schema: Schema, text: string): string {
  const { format = "", minLength = 0, maxLength = Infinity, pattern } = schema as Shaped;
  const shaped = OF_FORMAT.get(format)?.(text) ?? text.padEnd(minLength, "x");
  const cut = shaped.length > maxLength ? shaped.slice(0, maxLength) : shaped;
  if (pattern === undefined) return cut;
  return candidates(cut, schema).find((candidate) => matches(pattern, candidate) && candidate.length <= maxLength) ?? cut;
}

/** What patterns of names, numbers and addresses usually take. */
const candidates = (text: string, { examples }: Schema): readonly string[] => [
  text,
  text.toUpperCase(),
  `a${text}`,
  `${text.slice(0, 8)}-${text.slice(8)}`,
  `${text}.${text}`,
  text.replaceAll(/[a-z]/g, "1"),
  text.replaceAll(/\d/g, "a"),
  `/${text}`,
  uuidOf(text),
  ...(Array.isArray(examples) ? examples.filter((one) => typeof one === "string") : []),
  "1",
  "2026-01-01",
];

function matches(pattern: string, candidate: string): boolean {
  try {
    return new RegExp(pattern, "u").test(candidate);
  } catch {
    return true;
  }
}

function uuidOf(text: string): string {
  const digits = text.replaceAll(/[^0-9a-f]/g, "").padEnd(32, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

export const isRecord = (candidate: unknown): candidate is Record<string, unknown> =>
  typeof candidate === "object" && candidate !== null && !Array.isArray(candidate);
