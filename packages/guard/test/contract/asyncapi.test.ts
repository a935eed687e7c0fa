import { Parser } from "@asyncapi/parser";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type AsyncApiDocument, toAsyncApi } from "../../src/contract/asyncapi.ts";
import { ATTRIBUTES } from "../../src/envelope/attributes.ts";
import { contract, event, keyAt } from "../../src/index.ts";
import { alice, house, note, notes } from "../house.ts";

const ERROR = 0;
async function faultsOf(document: AsyncApiDocument): Promise<readonly unknown[]> {
  const { diagnostics, document: parsed } = await new Parser().parse(JSON.stringify(document));
  if (parsed === undefined && diagnostics.length === 0) throw new Error("the parser said nothing");
  return diagnostics.filter(({ severity }) => Number(severity) === ERROR).map(({ message, path }) => [path.join("."), message]);
}

const Place = z.strictObject({ city: z.string().meta({ title: "City" }) }).meta({ id: "Place" });
const Comment = z.strictObject({
  text: z.string(),
  get answers() {
    return z.array(Comment).optional();
  },
});
const wide = contract({
  name: "wide",
  events: {
    "a.b": event({
      description: "Every shape that a schema can have.",
      schema: z.strictObject({
        title: z.string(),
        home: Place,
        work: Place.optional(),
        pair: z.tuple([z.string(), z.number()]).rest(z.boolean()),
        either: z.union([z.string(), z.literal(3)]),
        comment: Comment,
        labels: z.record(z.string(), z.int()),
        maybe: z.iso.datetime().nullable(),
      }),
      destination: "a_tenant_",
      key: keyAt("title"),
      quota: { limit: 5, windowMs: 1000 },
      approval: { message: "Sure?" },
      readable: { scopes: ["b:read"] },
    }),
    "a.c": event({ description: "Of a tenant.", schema: z.strictObject({ n: z.int() }), destination: "a{tenant}" }),
    "a.d": event({ description: "Of a tenant, too.", schema: z.strictObject({ n: z.int() }), destination: "a{tenant}" }),
    "a.e": event({ description: "Alike.", schema: z.strictObject({ n: z.int() }), destination: "a.tenant" }),
  },
});

describe("the AsyncAPI document of a contract", () => {
  test.each([
    ["of the house", notes],
    ["of every shape", wide],
  ])("is without fault to the official parser: %s", async (_what, made) => {
    expect(await faultsOf(toAsyncApi(made))).toEqual([]);
  });

  test("the official parser does find faults", async () => {
    const document = toAsyncApi(notes);
    expect(await faultsOf({ ...document, operations: { x: { action: "send", channel: { $ref: "#/channels/none" } } } })).not.toEqual([]);
  });

  test("has a channel for each destination, with the tenant as its parameter, and an operation for each event", () => {
    const { channels, operations } = toAsyncApi(notes);
    expect(Object.values(channels).map(({ address, messages }) => [address, Object.keys(messages as object)])).toEqual([
      ["notes", ["note.created", "note.removed"]],
      ["shares.{tenant}", ["note.shared"]],
    ]);
    expect(channels["shares._tenant_"]?.["parameters"]).toMatchObject({ tenant: { location: "$message.payload#/tenant" } });
    expect(channels["notes"]).not.toHaveProperty("parameters");
    expect(Object.keys(operations)).toEqual(["send.note.created", "send.note.removed", "send.note.shared"]);
  });

  test("destinations that look alike stay apart", () => {
    expect(Object.values(toAsyncApi(wide).channels).map(({ address }) => address)).toEqual(["a_tenant_", "a{tenant}", "a.tenant"]);
  });

  test("says scopes, approval, limits, order and key", () => {
    const { operations, components } = toAsyncApi(wide, { version: "2.1.0" });
    expect(operations["send.a.b"]?.["x-sallyport"]).toEqual({
      tool: "a_b",
      scopes: [],
      approval: "Sure?",
      destructive: true,
      readable: { scopes: ["b:read"], tool: "a_b_read" },
      rate: { limit: 60, windowMs: 60_000 },
      quota: { limit: 5, windowMs: 1000 },
    });
    expect(components.messages["a.b"]?.["x-sallyport"]).toMatchObject({ ordering: "none", key: "title" });
    expect(toAsyncApi(notes).operations["send.note.removed"]?.["x-sallyport"]).toMatchObject({ scopes: ["notes:remove"] });
    expect(toAsyncApi(notes).components.messages["note.created"]?.["x-sallyport"]).toMatchObject({ ordering: "key", key: true });
    expect(toAsyncApi(wide, { version: "2.1.0" }).info["version"]).toBe("2.1.0");
  });

  test("does not depend on the order in which events were written", () => {
    const events = Object.fromEntries(Object.entries(wide.definitions).toReversed());
    expect(JSON.stringify(toAsyncApi(contract({ name: "wide", events })))).toBe(JSON.stringify(toAsyncApi(wide)));
  });
});

function validatorOf(document: AsyncApiDocument, type: string): (value: unknown) => boolean {
  const ajv = new Ajv({ strict: false });
  formats.default(ajv);
  const schemas = { ...document.components.schemas };
  return ajv.compile({ ...(document.components.messages[type]!["payload"] as object), components: { schemas } });
}

describe("the payload that it tells is the one on the wire", () => {
  test.each([
    ["note.created", note()],
    ["note.removed", { noteId: "n1" }],
    ["note.shared", { noteId: "n1" }],
  ] as const)("%s", async (type, data) => {
    const { publisher, transport } = house();
    await publisher().publishUntyped(type, data, { ...alice, approve: async () => "approved" });
    const sent = JSON.parse(new TextDecoder().decode(transport.sent[0]!.bytes)) as Record<string, unknown>;
    const fits = validatorOf(toAsyncApi(notes), type);
    expect(fits(sent)).toBe(true);
    for (const name of Object.keys(sent).filter((key) => key !== "tenant" || type === "note.shared")) {
      const { [name]: _left, ...rest } = sent;
      expect(fits(rest), `without ${name}`).toBe(false);
    }
    for (const change of [{ type: "x" }, { destination: "elsewhere" }, { source: "x" }, { data: {} }, { more: 1 }, { hop: -1 }])
      expect(fits({ ...sent, ...change }), JSON.stringify(change)).toBe(false);
  });

  test("it has the attributes of the envelope and no others", () => {
    const document = toAsyncApi(notes);
    const told = Object.values(document.components.messages).flatMap((message) =>
      Object.keys((message["payload"] as { properties: object }).properties),
    );
    const unsigned = ["specversion", "signature", "data", "traceparent", "tracestate"];
    expect(new Set(told)).toEqual(new Set([...ATTRIBUTES.keys(), ...unsigned]));
  });

  test("its data schema accepts what the contract's own accepts, and refuses what that refuses", () => {
    const ajv = new Ajv({ strict: false });
    formats.default(ajv);
    const { components } = toAsyncApi(wide);
    const fits = ajv.compile({ $ref: "#/components/schemas/a.b", components });
    const own = wide.events.get("a.b")!.schema["~standard"];
    const good = {
      title: "t",
      home: { city: "c" },
      pair: ["a", 1, true],
      either: 3,
      comment: { text: "x", answers: [{ text: "y" }] },
      labels: { a: 1 },
      maybe: null,
    };
    const bad = [
      { pair: [1, 1] },
      { pair: ["a", 1, 2] },
      { either: 4 },
      { comment: { text: "x", answers: [{ text: 1 }] } },
      { labels: { a: 0.5 } },
      { home: { city: 1 } },
      { extra: 1 },
    ];
    expect([fits(good), "issues" in (own.validate(good) as object)]).toEqual([true, false]);
    for (const change of bad) {
      const value = { ...good, ...change };
      expect([fits(value), "issues" in (own.validate(value) as object)], JSON.stringify(change)).toEqual([false, true]);
    }
  });
});
