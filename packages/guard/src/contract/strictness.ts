// Refuses schemas that would let an agent choose more than the contract says (PUB-02, PUB-04).
// It reads the JSON Schema that the validator gives of itself, since that is also what the agent is shown.
import { SallyportError } from "../errors.ts";
import type { JsonSchema } from "./standard-schema.ts";
import { resolvePointer } from "./subschemas.ts";

const SERVER_FIELDS = new Set([
  "id",
  "time",
  "source",
  "specversion",
  "actor",
  "principal",
  "origin",
  "tenant",
  "approval",
  "approved",
  "approvedby",
  "destination",
  "topic",
  "queue",
  "exchange",
  "routingkey",
  "headers",
  "partition",
  "signature",
  "keyid",
  "hop",
  "rootid",
  "generation",
]);
// The other keywords that take a schema only narrow what is accepted, and may be empty or true.
const WIDENING = ["items", "additionalProperties"];
const LISTS = ["anyOf", "oneOf", "allOf", "prefixItems"];
// Definitions first, so that what is wrong with one is said where it stands and not where it is used.
const MAPS = ["$defs", "definitions", "properties", "patternProperties", "dependentSchemas"];

export function checkStrictObject(schema: JsonSchema, place: string): void {
  if (schema["type"] !== "object") {
    throw new SallyportError("ERR_CONFIG_SCHEMA_NOT_STRICT", "the schema of an event must be one object", {
      place,
      remedy: "Wrap the value in a strict object, e.g. z.strictObject({ … }).",
    });
  }
  new Closed(schema).check(schema, place);
  for (const part of partsOf(schema, schema, new Set())) checkServerFields(part, place);
}

/** The schemas that the event's own object is held to, itself first. */
function* partsOf(schema: unknown, root: JsonSchema, seen: Set<unknown>): Generator<JsonSchema> {
  if (!isSchema(schema) || seen.has(schema)) return;
  seen.add(schema);
  yield schema;
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    const list = schema[keyword];
    if (Array.isArray(list)) for (const part of list) yield* partsOf(part, root, seen);
  }
  for (const keyword of ["if", "then", "else"]) yield* partsOf(schema[keyword], root, seen);
  if (typeof schema["$ref"] === "string") yield* partsOf(resolvePointer(root, schema["$ref"]), root, seen);
}

function checkServerFields(schema: JsonSchema, place: string): void {
  for (const name of namesOf(schema)) {
    if (!SERVER_FIELDS.has(name.toLowerCase().replaceAll(/[_-]/g, ""))) continue;
    throw new SallyportError("ERR_CONFIG_SCHEMA_SERVER_FIELD", `"${name}" belongs to the server`, {
      place: `${place}.${name}`,
      remedy: "The envelope carries it, signed. Name the field for what it means to your domain, e.g. noteId (PUB-04).",
    });
  }
  if (!takesServerFields(schema)) return;
  throw new SallyportError("ERR_CONFIG_SCHEMA_SERVER_FIELD", "the event takes fields of any name, those of the server among them", {
    place,
    remedy: "Name the fields of the event; keep what has free names in one of them (PUB-04).",
  });
}

function namesOf(schema: JsonSchema): readonly string[] {
  const { properties, propertyNames } = schema;
  return [...(isSchema(properties) ? Object.keys(properties) : []), ...(listedNames(propertyNames) ?? [])];
}

/** What a record with listed keys gives. */
const listedNames = (propertyNames: unknown): readonly string[] | undefined =>
  isSchema(propertyNames) && Array.isArray(propertyNames["enum"]) ? propertyNames["enum"].map(String) : undefined;

function takesServerFields({ additionalProperties, propertyNames, patternProperties }: JsonSchema): boolean {
  if (isSchema(additionalProperties) && listedNames(propertyNames) === undefined) return true;
  return (
    isSchema(patternProperties) && Object.keys(patternProperties).some((pattern) => [...SERVER_FIELDS].some((name) => fits(pattern, name)))
  );
}

/** A pattern that this engine cannot read may fit anything. */
function fits(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, "iu").test(name);
  } catch {
    return true;
  }
}

class Closed {
  readonly #root: JsonSchema;
  readonly #seen = new Set<unknown>();

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  check(schema: unknown, place: string): void {
    if (schema === true || (isSchema(schema) && acceptsAnything(schema))) {
      throw notStrict(place, "this part of the schema accepts anything", ANYTHING_REMEDY);
    }
    if (!isSchema(schema) || this.#seen.has(schema)) return;
    this.#seen.add(schema);
    if (describes(schema, "object") && isOpen(schema)) {
      const remedy = "Use z.strictObject({ … }), or additionalProperties: false in JSON Schema; unknown keys are refused, not stripped.";
      throw notStrict(place, "an object in the schema takes unknown keys", remedy);
    }
    if (describes(schema, "array") && isOpenArray(schema)) {
      throw notStrict(
        place,
        "an array in the schema takes items of any kind",
        "Say what its items are, e.g. z.array(z.string()) (PUB-02).",
      );
    }
    if ("$ref" in schema) this.#checkReference(schema["$ref"], place);
    for (const [child, where] of childrenOf(schema)) this.check(child, `${place}.${where}`);
  }

  #checkReference(reference: unknown, place: string): void {
    const target = typeof reference === "string" ? resolvePointer(this.#root, reference) : undefined;
    if (target === undefined)
      throw notStrict(place, "the schema refers to what is not in it", "Give the whole schema, with its definitions in $defs.");
    this.check(target, place);
  }
}

const ANYTHING_REMEDY = "Say what it is: any, unknown and empty schemas let an agent choose the payload freely (PUB-02).";
const notStrict = (place: string, what: string, remedy: string): SallyportError =>
  new SallyportError("ERR_CONFIG_SCHEMA_NOT_STRICT", what, { place, remedy });

function describes(schema: JsonSchema, kind: "object" | "array"): boolean {
  const type = schema["type"];
  return type === kind || (Array.isArray(type) && type.includes(kind)) || (kind === "object" && "properties" in schema);
}

const isOpen = (schema: JsonSchema): boolean =>
  (schema["additionalProperties"] === undefined || schema["additionalProperties"] === true) && schema["unevaluatedProperties"] !== false;

function isOpenArray({ items, unevaluatedItems, prefixItems, maxItems }: JsonSchema): boolean {
  if (items !== undefined || unevaluatedItems === false) return false;
  return !(typeof maxItems === "number" && maxItems <= (Array.isArray(prefixItems) ? prefixItems.length : 0));
}

const ASSERTIONS = ["type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "properties"];
const acceptsAnything = (schema: JsonSchema): boolean => !ASSERTIONS.some((keyword) => keyword in schema) && !acceptsNothing(schema);

/** `not` leaves all the rest, unless it is of everything. */
const acceptsNothing = ({ not }: JsonSchema): boolean => not === true || (isSchema(not) && Object.keys(not).length === 0);

function* childrenOf(schema: JsonSchema): Generator<[unknown, string]> {
  for (const keyword of MAPS) {
    const map = schema[keyword];
    if (isSchema(map)) for (const [name, child] of Object.entries(map)) yield [child, name];
  }
  for (const keyword of LISTS) {
    const list = schema[keyword];
    if (Array.isArray(list)) for (const [index, child] of list.entries()) yield [child, `${keyword}[${index}]`];
  }
  for (const keyword of WIDENING) {
    const child = schema[keyword];
    if (child !== undefined && child !== false) yield [child, keyword];
  }
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === "object" && value !== null && !Array.isArray(value);
