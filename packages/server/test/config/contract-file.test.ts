import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadContractFile } from "../../src/config/contract-file.ts";
import { marked, oneEvent, parse, refusalOf, STRICT } from "./marked.ts";

const fixture = join(import.meta.dirname, "fixtures", "notes.yaml");
const env = { ALICE_TOKEN_SHA256: "ab".repeat(32) };

describe("a contract file that is right", () => {
  test("is the contract that code would have made", async () => {
    const { contract } = await loadContractFile(fixture, env);
    expect(contract.name).toBe("notes");
    expect([...contract.events.keys()]).toEqual(["note.created", "note.removed", "note.shared"]);
    expect(contract.events.get("note.created")).toMatchObject({
      tool: "note_create",
      destination: "notes",
      ordering: "key",
      scopes: ["notes:write"],
      rate: { limit: 60, windowMs: 60_000 },
      quota: { limit: 1000, windowMs: 86_400_000 },
      bounds: { maxBytes: 32_768, maxDepth: 8, maxNodes: 1024 },
      expiresAfterMs: 600_000,
      approval: undefined,
      readable: { scopes: ["notes:read"], tool: "note_create_read" },
      destructive: false,
      jsonSchema: { type: "object", additionalProperties: false, required: ["noteId", "text"] },
    });
  });

  test("[PUB-06] the key comes from the property that the file names", async () => {
    const { contract } = await loadContractFile(fixture, env);
    expect(contract.events.get("note.created")?.key?.({ noteId: "n1", text: "n2" })).toBe("n1");
  });

  test("a key may be a path of required properties, and a number", () => {
    const inner = "{ type: object, additionalProperties: false, required: [number], properties: { number: { type: integer } } }";
    const schema = `{ type: object, additionalProperties: false, required: [note], properties: { note: ${inner} } }`;
    expect(
      parse(oneEvent("key: note.number", schema))
        .contract.events.get("note.created")
        ?.key?.({ note: { number: 7 } }),
    ).toBe("7");
  });

  test("approval is a sentence, or true for the description", async () => {
    const { contract } = await loadContractFile(fixture, env);
    expect(contract.events.get("note.removed")?.approval).toEqual({ message: "Remove this note for good?" });
    expect(contract.events.get("note.shared")?.approval).toEqual({ message: "A note was shared within a tenant." });
  });

  test("may be JSON", () => {
    const file = {
      name: "notes",
      events: { "note.created": { description: "A note.", destination: "notes", schema: JSON.parse(asJson) } },
    };
    for (const text of [JSON.stringify(file), JSON.stringify(file, null, "\t")])
      expect([...parse(text).contract.events.keys()]).toEqual(["note.created"]);
  });
});

const asJson =
  '{"type":"object","additionalProperties":false,"required":["noteId"],"properties":{"noteId":{"type":"string","maxLength":64}}}';
const property = (mark: string): string =>
  `{ type: object, additionalProperties: false, properties: { noteId: { type: string, maxLength: 64 }, ${mark} } }`;

/** What, the file with a mark where the fault is, code. */
const WRONG: readonly (readonly [string, string, string])[] = [
  ["an unknown key of the file", `▶topics: []\n${oneEvent("")}`, "ERR_CONFIG_UNKNOWN_KEY"],
  ["an unknown key of an event", oneEvent("▶topic: x"), "ERR_CONFIG_UNKNOWN_KEY"],
  ["an unknown key of the rate", oneEvent("rate: { limit: 1, per: 1m, ▶burst: 3 }"), "ERR_CONFIG_UNKNOWN_KEY"],
  ["an unknown key of the bounds", oneEvent("bounds: { ▶maxSize: 1 }"), "ERR_CONFIG_UNKNOWN_KEY"],
  ["an unknown keyword of a schema", oneEvent("", property("a: { type: string, ▶maxLenght: 3 }")), "ERR_CONFIG_UNKNOWN_KEY"],
  ["[DST-02] a wildcard", oneEvent("").replace("destination: notes", "destination: ▶notes.*"), "ERR_CONFIG_DESTINATION_WILDCARD"],
  [
    "[DST-03] another placeholder",
    oneEvent("").replace("destination: notes", 'destination: ▶"notes.{noteId}"'),
    "ERR_CONFIG_DESTINATION_INVALID",
  ],
  [
    "[DST-06] a reserved destination",
    oneEvent("").replace("destination: notes", "destination: ▶notes.dlq"),
    "ERR_CONFIG_DESTINATION_RESERVED",
  ],
  ["[PUB-02] an open object", oneEvent("", "▶{ type: object, properties: { a: { type: string } } }"), "ERR_CONFIG_SCHEMA_NOT_STRICT"],
  [
    "[PUB-02] an open object inside",
    oneEvent("", property("a: { type: array, items: ▶{ type: object } }")).replace("items: ▶", "▶items: "),
    "ERR_CONFIG_SCHEMA_NOT_STRICT",
  ],
  ["[PUB-02] a property of anything", oneEvent("", property("▶a: {}")), "ERR_CONFIG_SCHEMA_NOT_STRICT"],
  ["[PUB-02] a branch of anything", oneEvent("", property("a: { anyOf: [{ type: string }, ▶{}] }")), "ERR_CONFIG_SCHEMA_NOT_STRICT"],
  [
    "[PUB-02] a definition of anything",
    oneEvent("", property("a: { $ref: '#/$defs/x' } }, $defs: { ▶x: {}")),
    "ERR_CONFIG_SCHEMA_NOT_STRICT",
  ],
  ["[PUB-04] a field of the server's", oneEvent("", property("▶actor: { type: string }")), "ERR_CONFIG_SCHEMA_SERVER_FIELD"],
  ["a schema that is no object", oneEvent("", "▶{ type: string }"), "ERR_CONFIG_SCHEMA_NOT_STRICT"],
  ["a schema that is a list", oneEvent("", "▶[]"), "ERR_CONFIG_INVALID"],
  [
    "[DST-08] a destination that another event's tenant can make",
    `${oneEvent("").replace("destination: notes", 'destination: "notes-{tenant}"')}\n  note.removed: { description: A note., destination: ▶notes-eu, schema: ${STRICT} }`,
    "ERR_CONFIG_DESTINATION_OVERLAP",
  ],
  [
    "two events with one tool",
    `${oneEvent("tool: same")}\n  note.removed: { description: A note., destination: notes, schema: ${STRICT}, tool: ▶same }`,
    "ERR_CONFIG_TOOL_DUPLICATE",
  ],
  [
    "two events with one tool by their names",
    `${oneEvent("")}\n  ▶note_created: { description: A note., destination: notes, schema: ${STRICT} }`,
    "ERR_CONFIG_TOOL_DUPLICATE",
  ],
  ["a tool name with a space", oneEvent("tool: ▶note create"), "ERR_CONFIG_INVALID"],
  ["a name with a space", oneEvent("").replace("name: notes", "name: ▶my notes"), "ERR_CONFIG_INVALID"],
  ["a name that is missing", oneEvent("").replace("name: notes\n", "▶"), "ERR_CONFIG_INVALID"],
  ["a name that is a number", oneEvent("").replace("name: notes", "name: ▶12"), "ERR_CONFIG_INVALID"],
  ["no events", "name: notes\nevents: ▶{}", "ERR_CONFIG_INVALID"],
  ["events that are nothing", "name: notes\nevents:▶", "ERR_CONFIG_INVALID"],
  ["events that are a list", "name: notes\nevents: ▶[]", "ERR_CONFIG_INVALID"],
  ["an event type with a space", oneEvent("").replace("note.created", "▶note created"), "ERR_CONFIG_INVALID"],
  ["a description that is blank", oneEvent("").replace("A note.", '▶"  "'), "ERR_CONFIG_INVALID"],
  [
    "a schema that is missing",
    "name: notes\nevents:\n  note.created:\n    ▶description: A note.\n    destination: notes",
    "ERR_CONFIG_INVALID",
  ],
  ["ordering without a key", oneEvent("ordering: ▶key"), "ERR_CONFIG_INVALID"],
  ["an ordering that does not exist", oneEvent("ordering: ▶total"), "ERR_CONFIG_INVALID"],
  ["a key that the schema does not have", oneEvent("key: ▶tenantId"), "ERR_CONFIG_INVALID"],
  ["a key that is not required", oneEvent("key: ▶a", property("a: { type: string, maxLength: 9 }")), "ERR_CONFIG_INVALID"],
  ["a key without bound", oneEvent("key: ▶noteId", STRICT.replace(", maxLength: 64", "")), "ERR_CONFIG_INVALID"],
  ["a rate of nothing", oneEvent("rate: { limit: ▶0, per: 1m }"), "ERR_CONFIG_INVALID"],
  ["a rate without a unit", oneEvent("rate: { limit: 1, per: ▶60 }"), "ERR_CONFIG_INVALID"],
  ["a rate without a window", oneEvent("rate: ▶{ limit: 1 }"), "ERR_CONFIG_INVALID"],
  ["an expiry of nothing", oneEvent("expiresAfter: ▶0s"), "ERR_CONFIG_INVALID"],
  ["an approval of nothing", oneEvent("approval:▶"), "ERR_CONFIG_INVALID"],
  ["an approval that is a number", oneEvent("approval: ▶1"), "ERR_CONFIG_INVALID"],
  ["a flag that is text", oneEvent('destructive: ▶"true"'), "ERR_CONFIG_INVALID"],
  ["[DST-02] reading without saying for whom", oneEvent("readable: ▶{}"), "ERR_CONFIG_INVALID"],
  ["[DST-02] reading for everybody, said as text", oneEvent("readable: ▶'true'"), "ERR_CONFIG_INVALID"],
  ["scopes that are text", oneEvent("scopes: ▶notes:write"), "ERR_CONFIG_INVALID"],
  ["a scope that is a number", oneEvent("scopes: [notes, ▶3]"), "ERR_CONFIG_INVALID"],
];

describe("a contract file that is wrong is refused with code, line, column and remedy", () => {
  test.each(WRONG)("%s", (_what, source, code) => {
    const { text, place } = marked(source);
    const refusal = refusalOf(() => parse(text));
    expect([refusal.code, refusal.place]).toEqual([code, place]);
    expect(refusal.remedy).toBeTruthy();
    expect(refusal.message).toContain(`(at ${place})`);
  });

  test("the error of an event type with quotes and brackets is found, too", () => {
    const { text, place } = marked(oneEvent("").replace("note.created", `▶'a"].b["c'`));
    expect(refusalOf(() => parse(text)).place).toBe(place);
  });
});

describe("[OPS-05] what came out of the environment is in no error", () => {
  const secret = `/+${randomBytes(18).toString("base64")}`;
  test.each([
    ["name", oneEvent("").replace("name: notes", "name: ${SECRET}")],
    ["destination", oneEvent("").replace("destination: notes", "destination: ${SECRET}*")],
    ["tool", oneEvent("tool: ${SECRET}")],
    ["key", oneEvent("key: ${SECRET}")],
    ["ordering", oneEvent("ordering: ${SECRET}")],
    ["rate", oneEvent("rate: { limit: 1, per: '${SECRET}' }")],
    ["pattern", oneEvent("", property("a: { type: string, maxLength: 3, pattern: '(${SECRET}' }"))],
    ["format", oneEvent("", property("a: { type: string, format: '${SECRET}' }"))],
    ["type of a schema", oneEvent("", property("a: { type: '${SECRET}' }"))],
    ["a required property", oneEvent("", property("a: { type: string }").replace("properties", "required: ['${SECRET}'], properties"))],
    ["a reference", oneEvent("", property("a: { $ref: '${SECRET}' }"))],
  ])("%s", (_what, source) => {
    const { message, place, remedy, publicMessage, cause, stack } = refusalOf(() => parse(source, { SECRET: secret }));
    expect([message, place, remedy, publicMessage, stack, JSON.stringify(cause)].join("\n")).not.toContain(secret);
  });

  test("a value that is put into a longer text is not shown either, and its name is", () => {
    const refusal = refusalOf(() => parse(oneEvent("tool: note ${SECRET}"), { SECRET: secret }));
    expect(refusal.message).not.toContain(secret);
    expect(refusal.message).toContain("note ${SECRET}");
  });
});

describe("a file that cannot be read", () => {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is refused with its path when it is not there", async () => {
    const path = join(folder, "none.yaml");
    await expect(loadContractFile(path, {})).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID", place: path });
  });

  test("is refused when it is not UTF-8", async () => {
    const path = join(folder, "latin.yaml");
    writeFileSync(path, Buffer.from([0x6e, 0xe4, 0x6d, 0x65]));
    await expect(loadContractFile(path, {})).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID", place: path });
  });
});
