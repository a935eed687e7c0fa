// What is sent is what every receiver takes and leaves as it is: a schema that changes data is held to that here.
import { expect, test } from "vitest";
import { z } from "zod";
import { contract, event } from "../../src/index.ts";
import { validate } from "../../src/publish/validate.ts";

const eventOf = (field: z.ZodType) => {
  const definition = event({ description: "A thing.", schema: z.strictObject({ field }), destination: "things", bounds: { maxDepth: 3 } });
  return contract({ name: "things", events: { "thing.made": definition } }).events.get("thing.made")!;
};

test.each([
  ["another type", z.string().transform(Number), "3"],
  ["a number that JSON does not have", z.number().transform((value) => value / 0), 1],
  ["something else each time", z.number().transform((value) => value + 1), 1],
  ["nothing that JSON has", z.number().transform((value) => BigInt(value)), 1],
])(
  "[PUB-02] a schema that makes %s of the data publishes nothing: every receiver would refuse it or change it again",
  async (_what, field, value) => {
    await expect(validate(eventOf(field), { field: value })).rejects.toMatchObject({
      code: "ERR_CONFIG_INVALID",
      place: 'events["thing.made"].schema',
      publicMessage: "The request could not be completed, and published nothing.",
    });
  },
);

test("[PUB-07] what the schema makes of the data is within the bounds, too", async () => {
  const deeper = z.unknown().transform((value) => [[[value]]]);
  const loose = eventOf(z.union([z.string(), z.array(z.array(z.array(z.string())))]));
  const event_ = { ...loose, schema: z.strictObject({ field: deeper }) };
  await expect(validate(event_, { field: "x" })).rejects.toMatchObject({ code: "ERR_REQUEST_LIMIT" });
});

test.each([
  ["trims", z.string().trim(), " x ", '{"field":"x"}'],
  ["fills in", z.string().default("x"), undefined, '{"field":"x"}'],
  ["reads a time", z.string().transform((text) => new Date(text)), "2026-11-23T00:00:00.000Z", '{"field":"2026-11-23T00:00:00.000Z"}'],
])("a schema that %s gives what it takes, and passes", async (_what, field, value, json) => {
  expect((await validate(eventOf(field), value === undefined ? {} : { field: value })).json).toBe(json);
});

test("[PUB-10] equal data gives equal bytes, so that what is repeated in another order is no conflict", async () => {
  const labelled = eventOf(z.record(z.string(), z.string()));
  const one = await validate(labelled, { field: { a: "1", b: "2" } });
  const other = await validate(labelled, { field: { b: "2", a: "1" } });
  expect(other.json).toBe(one.json);
});
