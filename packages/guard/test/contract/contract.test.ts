import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { DEFAULT_BOUNDS, exceedsBounds } from "../../src/contract/bounds.ts";
import { resolveDestination } from "../../src/contract/destination.ts";
import { contract, event, type EventOptions, SallyportError } from "../../src/index.ts";

const schema = z.strictObject({ noteId: z.string() });
const one = (change: object = {}): unknown =>
  contract({
    name: "notes",
    events: { "note.created": event({ description: "A note.", schema, destination: "notes", ...change } as EventOptions<typeof schema>) },
  });

const refusalOf = (make: () => unknown): SallyportError => {
  try {
    make();
  } catch (error) {
    if (error instanceof SallyportError) return error;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("a contract that is wrong is refused at start, with place and remedy", () => {
  const events = { "note.created": event({ description: "A note.", schema, destination: "notes" }) };
  test.each([
    ["an unknown key of the contract", () => contract({ name: "notes", events, topics: [] } as never), "ERR_CONFIG_UNKNOWN_KEY"],
    ["an unknown key of an event", () => one({ topic: "x" }), "ERR_CONFIG_UNKNOWN_KEY"],
    ["an unknown key of the bounds", () => one({ bounds: { maxSize: 1 } }), "ERR_CONFIG_UNKNOWN_KEY"],
    ["an unknown key of the rate", () => one({ rate: { limit: 1, windowMs: 1, per: "x" } }), "ERR_CONFIG_UNKNOWN_KEY"],
    ["[DST-02] a wildcard *", () => one({ destination: "notes.*" }), "ERR_CONFIG_DESTINATION_WILDCARD"],
    ["[DST-02] a wildcard >", () => one({ destination: "notes.>" }), "ERR_CONFIG_DESTINATION_WILDCARD"],
    ["[DST-02] a wildcard #", () => one({ destination: "#" }), "ERR_CONFIG_DESTINATION_WILDCARD"],
    ["[DST-02] a regular expression", () => one({ destination: "^notes" }), "ERR_CONFIG_DESTINATION_WILDCARD"],
    ["[DST-03] a path", () => one({ destination: "../notes" }), "ERR_CONFIG_DESTINATION_INVALID"],
    ["[DST-03] another placeholder", () => one({ destination: "notes.{noteId}" }), "ERR_CONFIG_DESTINATION_INVALID"],
    ["[DST-03] an empty destination", () => one({ destination: "" }), "ERR_CONFIG_DESTINATION_INVALID"],
    ["[DST-06] the audit log", () => one({ destination: "audit-log" }), "ERR_CONFIG_DESTINATION_RESERVED"],
    ["[DST-06] a dead-letter queue", () => one({ destination: "notes.dlq" }), "ERR_CONFIG_DESTINATION_RESERVED"],
    ["[DST-06] a dead-letter queue, spelt out", () => one({ destination: "Notes.Dead-Letters" }), "ERR_CONFIG_DESTINATION_RESERVED"],
    ["[DST-06] a retry queue", () => one({ destination: "notes_retry" }), "ERR_CONFIG_DESTINATION_RESERVED"],
    ["[DST-06] the broker's own", () => one({ destination: "amq.direct" }), "ERR_CONFIG_DESTINATION_RESERVED"],
    ["[PUB-02] a schema that strips unknown keys", () => one({ schema: z.object({ noteId: z.string() }) }), "ERR_CONFIG_SCHEMA_NOT_STRICT"],
    ["[PUB-02] a loose schema", () => one({ schema: z.looseObject({}) }), "ERR_CONFIG_SCHEMA_NOT_STRICT"],
    [
      "[PUB-02] an open object inside",
      () => one({ schema: z.strictObject({ a: z.array(z.object({ b: z.string() })) }) }),
      "ERR_CONFIG_SCHEMA_NOT_STRICT",
    ],
    ["[PUB-02] any", () => one({ schema: z.strictObject({ payload: z.any() }) }), "ERR_CONFIG_SCHEMA_NOT_STRICT"],
    [
      "[PUB-02] unknown in a union",
      () => one({ schema: z.strictObject({ a: z.union([z.string(), z.array(z.unknown())]) }) }),
      "ERR_CONFIG_SCHEMA_NOT_STRICT",
    ],
    [
      "[PUB-02] a record of anything",
      () => one({ schema: z.strictObject({ a: z.record(z.string(), z.unknown()) }) }),
      "ERR_CONFIG_SCHEMA_NOT_STRICT",
    ],
    ["[PUB-02] a bare string", () => one({ schema: z.string() }), "ERR_CONFIG_SCHEMA_NOT_STRICT"],
    ["a type that JSON has not", () => one({ schema: z.strictObject({ a: z.bigint() }) }), "ERR_CONFIG_SCHEMA_NOT_STRICT"],
    [
      "[PUB-04] a field that is the server's",
      () => one({ schema: z.strictObject({ actor: z.string() }) }),
      "ERR_CONFIG_SCHEMA_SERVER_FIELD",
    ],
    ["[PUB-04] the same in other letters", () => one({ schema: z.strictObject({ Key_Id: z.string() }) }), "ERR_CONFIG_SCHEMA_SERVER_FIELD"],
    ["[PUB-05] headers", () => one({ schema: z.strictObject({ headers: z.string() }) }), "ERR_CONFIG_SCHEMA_SERVER_FIELD"],
    ["[DST-01] a topic", () => one({ schema: z.strictObject({ topic: z.string() }) }), "ERR_CONFIG_SCHEMA_SERVER_FIELD"],
    ["no description", () => one({ description: " " }), "ERR_CONFIG_INVALID"],
    ["an order without a key", () => one({ ordering: "key" }), "ERR_CONFIG_INVALID"],
    ["a rate of nothing", () => one({ rate: { limit: 0, windowMs: 1 } }), "ERR_CONFIG_INVALID"],
    ["no events", () => contract({ name: "notes", events: {} }), "ERR_CONFIG_INVALID"],
    ["a name with spaces", () => contract({ name: "my notes", events }), "ERR_CONFIG_INVALID"],
    [
      "an event not made with event()",
      () => contract({ name: "notes", events: { a: { description: "x", schema, destination: "a" } as never } }),
      "ERR_CONFIG_INVALID",
    ],
    [
      "a type with a space",
      () => contract({ name: "notes", events: { "note created": event({ description: "x", schema, destination: "a" }) } }),
      "ERR_CONFIG_INVALID",
    ],
    [
      "two events with one tool name",
      () =>
        contract({
          name: "notes",
          events: {
            "a.b": event({ description: "x", schema, destination: "a" }),
            a_b: event({ description: "x", schema, destination: "a" }),
          },
        }),
      "ERR_CONFIG_TOOL_DUPLICATE",
    ],
  ])("%s", (_what, make, code) => {
    const refusal = refusalOf(make);
    expect(refusal.code).toBe(code);
    expect(refusal.place).toBeTruthy();
    expect(refusal.remedy).toMatch(/\.$/);
    expect(refusal.message).toContain(refusal.remedy);
  });
});

test("a good contract gives each event a tool name, defaults and the JSON Schema that an agent is shown", () => {
  const made = contract({ name: "notes", events: { "note.created": event({ description: "A note.", schema, destination: "notes" }) } });
  expect(made.events.get("note.created")).toMatchObject({
    tool: "note_created",
    ordering: "none",
    rate: { limit: 60, windowMs: 60_000 },
    bounds: DEFAULT_BOUNDS,
    jsonSchema: { type: "object", additionalProperties: false, properties: { noteId: { type: "string" } } },
  });
});

describe("bounds", () => {
  test("[PUB-07] any value at all is judged without throwing", () => {
    fc.assert(fc.property(fc.anything(), (value) => ["string", "undefined"].includes(typeof exceedsBounds(value, DEFAULT_BOUNDS))));
  });

  test("[PUB-07] whatever JSON within the limits is passed", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4, noUnicodeString: true }),
        (value) => exceedsBounds(JSON.parse(JSON.stringify(value)), DEFAULT_BOUNDS) === undefined || hasBigInteger(value),
      ),
    );
  });

  test("[PUB-07] depth cannot end the process", () => {
    let nested: unknown = 1;
    for (let level = 0; level < 200_000; level++) nested = [nested];
    expect(exceedsBounds(nested, DEFAULT_BOUNDS)).toBe("nested deeper than 16 levels");
  });

  test.each([
    ["a function", () => 1],
    ["a date", new Date()],
    ["a map", new Map()],
    ["a bigint", 1n],
    ["an own __proto__", JSON.parse('{"__proto__":1}')],
  ])("[PUB-07] %s is not plain JSON", (_what, value) => {
    expect(exceedsBounds({ value }, DEFAULT_BOUNDS)).toBeDefined();
  });
});

const hasBigInteger = (value: unknown): boolean => /\d{16,}|e\+/.test(JSON.stringify(value)) || JSON.stringify(value).includes("__proto__");

test.each(["dlq", "Retry", "audit", "dead-letter"])("[DST-06] no reserved destination is made from the tenant %j", (tenant) => {
  expect(refusalOf(() => resolveDestination("notes.{tenant}", tenant)).code).toBe("ERR_REQUEST_TENANT");
});

test("[DST-03] no tenant, whatever its text, makes a destination outside the alphabet", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("a", ".", "-", "/", "*", ">", "#", "\n") })), (tenant) => {
      try {
        return /^notes\.[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(resolveDestination("notes.{tenant}", tenant));
      } catch (error) {
        return error instanceof SallyportError && error.code === "ERR_REQUEST_TENANT";
      }
    }),
    { numRuns: 2000 },
  );
});
