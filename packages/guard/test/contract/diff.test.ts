import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type ContractChange, diffContracts } from "../../src/contract/diff.ts";
import { diffSchemas } from "../../src/contract/diff-schema.ts";
import { contract, event, type EventOptions, type JsonSchema, type JsonSchemaSource, keyAt, type StandardSchema } from "../../src/index.ts";
import { notes } from "../house.ts";

/** A schema for contracts of which only the JSON Schema is looked at. */
const schemaOf = (json: JsonSchema): StandardSchema & JsonSchemaSource => ({
  "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }), jsonSchema: { input: () => json } },
});

const closed = (properties: JsonSchema, required: readonly string[] = []): JsonSchema => ({
  type: "object",
  additionalProperties: false,
  properties,
  required,
});

const one = (change: object = {}) =>
  contract({
    name: "notes",
    events: {
      "note.created": event({
        description: "A note.",
        schema: schemaOf(closed({ noteId: { type: "string" } })),
        destination: "notes",
        ...change,
      } as EventOptions<StandardSchema>),
    },
  });

const told = (changes: readonly ContractChange[]): readonly string[] => changes.map(({ change, breaks }) => `${change}: ${breaks}`);

describe("what a change of the contract breaks", () => {
  test.each([
    ["nothing at all", {}, {}, []],
    ["another destination", {}, { destination: "memos" }, ["destination-changed: consumers"]],
    ["a destination per tenant", {}, { destination: "notes.{tenant}" }, ["destination-changed: consumers"]],
    ["another tool name", {}, { tool: "write_note" }, ["tool-renamed: producers"]],
    ["a new scope", { scopes: ["b"] }, { scopes: ["a", "b"] }, ["scopes-added: producers"]],
    ["a scope less", { scopes: ["a", "b"] }, { scopes: ["b"] }, ["scopes-removed: nothing"]],
    ["other scopes", { scopes: ["a"] }, { scopes: ["b"] }, ["scopes-added: producers", "scopes-removed: nothing"]],
    ["scopes in another order", { scopes: ["a", "b"] }, { scopes: ["b", "a"] }, []],
    ["approval", {}, { approval: true, destructive: false }, ["approval-added: producers"]],
    ["no approval", { approval: true }, { destructive: true }, ["approval-removed: nothing"]],
    ["another question", { approval: { message: "Sure?" } }, { approval: { message: "Really?" } }, ["text-changed: nothing"]],
    ["another description", {}, { description: "A memo." }, ["text-changed: nothing"]],
    ["a warning", {}, { destructive: true }, ["text-changed: nothing"]],
    ["an order", { key: keyAt("noteId") }, { key: keyAt("noteId"), ordering: "key" }, ["ordering-changed: nothing"]],
    ["no order", { key: keyAt("noteId"), ordering: "key" }, { key: keyAt("noteId") }, ["ordering-changed: consumers"]],
    [
      "another key of an order",
      { key: keyAt("noteId"), ordering: "key" },
      { key: keyAt("n"), ordering: "key" },
      ["key-changed: consumers"],
    ],
    ["another key without order", { key: keyAt("noteId") }, { key: keyAt("n") }, ["key-changed: nothing"]],
    ["a first key", {}, { key: keyAt("n") }, ["key-changed: nothing"]],
    ["a key that is code", { key: () => "a", ordering: "key" }, { key: () => "a", ordering: "key" }, ["not-compared: consumers"]],
    ["a longer message", {}, { bounds: { maxBytes: 99_999 } }, ["bounds-widened: consumers"]],
    ["a flatter message", {}, { bounds: { maxDepth: 3 } }, ["bounds-narrowed: consumers"]],
    ["an expiry", {}, { expiresAfterMs: 5 }, ["expiry-changed: consumers"]],
    ["a later expiry", { expiresAfterMs: 5 }, { expiresAfterMs: 6 }, ["expiry-changed: nothing"]],
    ["a lower rate", {}, { rate: { limit: 59, windowMs: 60_000 } }, ["limits-tightened: producers"]],
    ["a higher rate", {}, { rate: { limit: 61, windowMs: 60_000 } }, ["limits-relaxed: nothing"]],
    ["as many in a longer time", {}, { rate: { limit: 60, windowMs: 60_001 } }, ["limits-tightened: producers"]],
    ["more in a longer time", {}, { rate: { limit: 600, windowMs: 600_000 } }, ["limits-tightened: producers"]],
    ["a quota", {}, { quota: { limit: 1, windowMs: 1 } }, ["limits-tightened: producers"]],
    ["reading", {}, { readable: true }, ["reading-added: nothing"]],
    ["no reading", { readable: true }, {}, ["reading-removed: producers"]],
    ["reading with a scope", { readable: true }, { readable: { scopes: ["a"] } }, ["reading-removed: producers"]],
    ["reading without a scope", { readable: { scopes: ["a"] } }, { readable: true }, ["reading-added: nothing"]],
    ["no quota", { quota: { limit: 1, windowMs: 1 } }, {}, ["limits-relaxed: nothing"]],
  ] as const)("%s", (_what, before, after, changes) => {
    expect(told(diffContracts(one(before), one(after)))).toEqual(changes);
  });

  test("another name of the contract, to which keys are bound", () => {
    const renamed = contract({ name: "memos", events: notes.definitions });
    expect(told(diffContracts(notes, renamed))).toEqual(["contract-renamed: consumers"]);
  });

  test("a contract and itself, whatever its keys are", () => {
    expect(diffContracts(notes, notes)).toEqual([]);
  });

  const reading = (destination: string) => ({ "note.read": event({ description: "x", schema: z.strictObject({}), destination }) });
  const more = (destination: string) => contract({ name: "notes", events: { ...one().definitions, ...reading(destination) } });
  /** In the place of the old event: where the two can meet, no contract has both. */
  const instead = (destination: string) => contract({ name: "notes", events: reading(destination) });

  test.each([
    ["reads", "nothing"],
    ["notes", "consumers"],
    ["notes.{tenant}", "nothing"],
    ["{tenant}.notes", "nothing"],
    ["no{tenant}tes", "nothing"],
  ])("an event that is new on %s, where consumers read notes: %s", (destination, breaks) => {
    expect(told(diffContracts(one(), more(destination)))).toEqual([`event-added: ${breaks}`]);
  });

  test.each([
    ["notes", "{tenant}", "consumers"],
    ["notes", "note{tenant}", "consumers"],
    ["notes", "{tenant}s", "consumers"],
    ["notes", "no{tenant}tes", "nothing"],
    ["a.{tenant}", "a.{tenant}.b", "nothing"],
    ["a.{tenant}", "a.{tenant}-b", "consumers"],
    ["a.{tenant}", "a.{tenant}", "consumers"],
    ["a.{tenant}", "b.{tenant}", "nothing"],
    ["{tenant}.a", "{tenant}.b", "nothing"],
    ["a.{tenant}", "{tenant}.b", "consumers"],
  ])("after an event on %s, one that is new on %s: %s", (destination, another, breaks) => {
    expect(told(diffContracts(one({ destination }), instead(another)))).toContain(`event-added: ${breaks}`);
  });

  test("an event that is gone: its messages in flight", () => {
    expect(told(diffContracts(more("reads"), one()))).toEqual(["event-removed: consumers"]);
  });

  test("comes in order of the types, whatever the order in the contract", () => {
    const events = (reversed: boolean) => {
      const made = ["a", "c", "b"].map(
        (type) =>
          [type, event({ description: "x", schema: z.strictObject({}), destination: type, tool: reversed ? `${type}2` : type })] as const,
      );
      return contract({ name: "x", events: Object.fromEntries(reversed ? made.toReversed() : made) });
    };
    expect(diffContracts(events(false), events(true)).map((change) => change.event)).toEqual(["a", "b", "c"]);
  });
});

const changed = (before: JsonSchema, after: JsonSchema): readonly string[] =>
  diffSchemas(closed({ a: before }), closed({ a: after })).map(({ change, shift }) => `${change}: ${shift}`);
const widened = ["schema-widened: wider"];
const narrowed = ["schema-narrowed: narrower"];
const both = ["schema-changed: both"];
const undecided = ["not-compared: both"];

describe("what a change of a schema does to what it accepts", () => {
  test.each<readonly [string, JsonSchema, JsonSchema, readonly string[]]>([
    ["type widened", { type: "integer" }, { type: "number" }, widened],
    ["type narrowed", { type: ["string", "null"] }, { type: "string" }, narrowed],
    ["type changed", { type: "string" }, { type: "integer" }, both],
    ["type in another order", { type: ["string", "null"] }, { type: ["null", "string"] }, []],
    ["enum value added", { enum: ["a"] }, { enum: ["b", "a"] }, widened],
    ["enum value removed", { enum: ["a", "b"] }, { enum: ["a"] }, narrowed],
    ["enum replaced", { enum: ["a"] }, { enum: ["b"] }, both],
    ["const for enum", { enum: ["a"] }, { const: "a" }, []],
    ["maxLength lowered", { type: "string", maxLength: 9 }, { type: "string", maxLength: 8 }, narrowed],
    ["maxLength raised", { type: "string", maxLength: 9 }, { type: "string", maxLength: 10 }, widened],
    ["maxLength added", { type: "string" }, { type: "string", maxLength: 8 }, narrowed],
    ["maxLength gone", { type: "string", maxLength: 8 }, { type: "string" }, widened],
    ["minLength of nothing added", { type: "string" }, { type: "string", minLength: 0 }, []],
    ["minimum raised", { type: "integer", minimum: 1 }, { type: "integer", minimum: 2 }, narrowed],
    ["exclusiveMinimum lowered", { type: "integer", exclusiveMinimum: 1 }, { type: "integer", exclusiveMinimum: 0 }, widened],
    ["multipleOf doubled", { type: "integer", multipleOf: 2 }, { type: "integer", multipleOf: 4 }, narrowed],
    ["multipleOf halved", { type: "integer", multipleOf: 4 }, { type: "integer", multipleOf: 2 }, widened],
    ["multipleOf changed", { type: "integer", multipleOf: 2 }, { type: "integer", multipleOf: 3 }, both],
    ["multipleOf a fraction", { type: "number", multipleOf: 0.1 }, { type: "number", multipleOf: 0.2 }, undecided],
    ["pattern added", { type: "string" }, { type: "string", pattern: "^a" }, narrowed],
    ["pattern gone", { type: "string", pattern: "^a" }, { type: "string" }, widened],
    ["pattern changed", { type: "string", pattern: "^a" }, { type: "string", pattern: "^b" }, undecided],
    ["format changed", { type: "string", format: "uuid" }, { type: "string", format: "email" }, undecided],
    ["items narrowed", { type: "array", items: { type: "number" } }, { type: "array", items: { type: "integer" } }, narrowed],
    ["uniqueItems", { type: "array", uniqueItems: false }, { type: "array", uniqueItems: true }, narrowed],
    ["tuple changed", { type: "array", prefixItems: [{ type: "string" }] }, { type: "array", prefixItems: [{ type: "null" }] }, undecided],
    ["branch added", { anyOf: [{ type: "string" }] }, { anyOf: [{ type: "null" }, { type: "string" }] }, widened],
    ["branch removed", { anyOf: [{ type: "string" }, { type: "null" }] }, { anyOf: [{ type: "null" }] }, narrowed],
    ["branch widened", { anyOf: [{ type: "integer" }, { type: "null" }] }, { anyOf: [{ type: "null" }, { type: "number" }] }, widened],
    ["branches all changed", { anyOf: [{ type: "string" }] }, { anyOf: [{ type: "null" }, { type: "integer" }] }, undecided],
    ["one more to fit all", { allOf: [{ maximum: 3 }] }, { allOf: [{ maximum: 3 }, { minimum: 1 }] }, narrowed],
    ["exclusive branches changed", { oneOf: [{ type: "string" }] }, { oneOf: [{ type: "null" }] }, undecided],
    ["not changed", { not: { type: "string" } }, { not: { type: "null" } }, undecided],
    ["condition changed", { if: { minimum: 1 }, else: { maximum: 3 } }, { if: { minimum: 1 }, else: { maximum: 4 } }, undecided],
    ["contains changed", { type: "array", contains: { const: 1 } }, { type: "array", contains: { const: 2 } }, undecided],
    ["unknown keyword changed", { type: "string", "x-law": 1 }, { type: "string", "x-law": 2 }, undecided],
    ["names of members bounded", closed({}), { ...closed({}), propertyNames: { maxLength: 3 } }, narrowed],
    [
      "patterns of members",
      { type: "object", patternProperties: { "^a": { type: "string" } } },
      { type: "object", patternProperties: { "^a": { type: "null" } } },
      undecided,
    ],
    [
      "unevaluated members",
      { type: "object", unevaluatedProperties: false },
      { type: "object", unevaluatedProperties: false, maxProperties: 3 },
      undecided,
    ],
    ["closed to a schema", closed({}), { type: "object", properties: {}, additionalProperties: { type: "string" } }, widened],
    [
      "named from a schema",
      { type: "object", additionalProperties: { type: "number" } },
      { type: "object", additionalProperties: { type: "number" }, properties: { x: { type: "integer" } } },
      narrowed,
    ],
    ["described otherwise", { type: "string", title: "a", description: "b", default: "c" }, { type: "string", examples: ["d"] }, []],
    ["a property called title", closed({ title: { type: "string" } }), closed({ title: { type: "null" } }), both],
    ["a value that looks like a schema", { enum: [{ title: 1 }] }, { enum: [{ title: 2 }] }, both],
  ])("%s", (_what, before, after, changes) => {
    expect(changed(before, after)).toEqual(changes);
  });

  test.each<readonly [string, JsonSchema, JsonSchema, readonly string[]]>([
    ["optional property added", closed({}), closed({ a: { type: "null" } }), ["property-added: wider"]],
    ["required property added", closed({}), closed({ a: { type: "null" } }, ["a"]), ["required-property-added: both"]],
    ["optional property removed", closed({ a: { type: "null" } }), closed({}), ["property-removed: narrower"]],
    ["required property removed", closed({ a: { type: "null" } }, ["a"]), closed({}), ["required-property-removed: both"]],
    ["property made required", closed({ a: { type: "null" } }), closed({ a: { type: "null" } }, ["a"]), ["property-required: narrower"]],
    ["property made optional", closed({ a: { type: "null" } }, ["a"]), closed({ a: { type: "null" } }), ["property-optional: wider"]],
    ["required in another order", closed({ a: true, b: true }, ["a", "b"]), closed({ b: true, a: true }, ["b", "a"]), []],
  ])("%s", (_what, before, after, changes) => {
    expect(diffSchemas(before, after).map(({ change, shift }) => `${change}: ${shift}`)).toEqual(changes);
  });

  test("a definition that changed has changed wherever it is referred to, and its name does not matter", () => {
    const referring = (name: string, definition: JsonSchema): JsonSchema => ({
      ...closed({ a: { $ref: `#/$defs/${name}` }, b: { $ref: `#/$defs/${name}`, description: "b" } }),
      $defs: { [name]: definition },
    });
    const before = referring("x", { type: "integer" });
    expect(diffSchemas(before, referring("y", { type: "integer" }))).toEqual([]);
    expect(diffSchemas(before, closed({ a: { type: "integer" }, b: { type: "integer" } }))).toEqual([]);
    expect(diffSchemas(before, referring("y", { type: "number" })).map(({ shift }) => shift)).toEqual(["wider", "wider"]);
  });

  test("a schema inside itself is compared as a whole, and so is one that refers elsewhere", () => {
    const nested = (type: string): JsonSchema => closed({ text: { type }, answers: { type: "array", items: { $ref: "#" } } });
    expect(diffSchemas(nested("string"), nested("string"))).toEqual([]);
    expect(diffSchemas(nested("string"), nested("null")).map(({ change }) => change)).toEqual(["not-compared"]);
    const elsewhere = closed({ a: { $ref: "https://a.example" } });
    expect(diffSchemas(elsewhere, closed({ a: { type: "null" } })).map(({ change }) => change)).toEqual(["not-compared"]);
  });

  test("a reference beside unevaluatedProperties is not taken apart", () => {
    const referring = (definition: JsonSchema): JsonSchema => ({
      $ref: "#/$defs/x",
      unevaluatedProperties: false,
      $defs: { x: definition },
    });
    const wider = diffSchemas(referring({ type: "object" }), referring({ type: "object", additionalProperties: { type: "string" } }));
    expect(wider.map(({ shift }) => shift)).toEqual(["both"]);
  });

  test("every detail says where, and a schema's says what to do", () => {
    const [change] = diffContracts(one(), one({ schema: schemaOf(closed({ noteId: { type: "string", maxLength: 3 } })) }));
    expect(change?.detail).toBe(
      "data.noteId: maxLength was not said, is 3; let messages in flight be handled before the consumers are deployed",
    );
  });
});
