// Refuses schemas that would let an agent choose more than the contract says (PUB-02, PUB-04).
// It reads the JSON Schema that the validator gives of itself, since that is also what the agent is shown.
import { SallyportError } from "../errors.ts";
import type { JsonSchema } from "./standard-schema.ts";

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
const MAPS = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

export function checkStrictObject(schema: JsonSchema, place: string): void {
  if (schema["type"] !== "object") {
    throw new SallyportError("ERR_CONFIG_SCHEMA_NOT_STRICT", "the schema of an event must be one object", {
      place,
      remedy: "Wrap the value in a strict object, e.g. z.strictObject({ … }).",
    });
  }
  checkServerFields(schema, place);
  checkClosed(schema, place);
}

function checkServerFields(schema: JsonSchema, place: string): void {
  const properties = schema["properties"];
  if (!isSchema(properties)) return;
  for (const name of Object.keys(properties)) {
    if (!SERVER_FIELDS.has(name.toLowerCase().replaceAll(/[_-]/g, ""))) continue;
    throw new SallyportError("ERR_CONFIG_SCHEMA_SERVER_FIELD", `"${name}" belongs to the server`, {
      place: `${place}.${name}`,
      remedy: "The envelope carries it, signed. Name the field for what it means to your domain, e.g. noteId (PUB-04).",
    });
  }
}

function checkClosed(schema: unknown, place: string): void {
  if (schema === true || (isSchema(schema) && acceptsAnything(schema))) {
    throw new SallyportError("ERR_CONFIG_SCHEMA_NOT_STRICT", "this part of the schema accepts anything", {
      place,
      remedy: "Say what it is: any, unknown and empty schemas let an agent choose the payload freely (PUB-02).",
    });
  }
  if (!isSchema(schema)) return;
  if (describesObject(schema) && isOpen(schema)) {
    throw new SallyportError("ERR_CONFIG_SCHEMA_NOT_STRICT", "an object in the schema takes unknown keys", {
      place,
      remedy: "Use z.strictObject({ … }), or additionalProperties: false in JSON Schema; unknown keys are refused, not stripped.",
    });
  }
  for (const [child, where] of childrenOf(schema)) checkClosed(child, `${place}.${where}`);
}

function describesObject(schema: JsonSchema): boolean {
  const type = schema["type"];
  return type === "object" || (Array.isArray(type) && type.includes("object")) || "properties" in schema;
}

const isOpen = (schema: JsonSchema): boolean =>
  (schema["additionalProperties"] === undefined || schema["additionalProperties"] === true) && schema["unevaluatedProperties"] !== false;

const ASSERTIONS = ["type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "not", "properties"];
const acceptsAnything = (schema: JsonSchema): boolean => !ASSERTIONS.some((keyword) => keyword in schema);

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
