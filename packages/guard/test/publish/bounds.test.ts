// What a publisher is told to bound is bounded, or it is refused at the start.
import { expect, test } from "vitest";
import { withCause } from "../../src/envelope/causation.ts";
import { alice, house, note } from "../house.ts";

test.each([
  ["[PUB-14]", { maxHops: Number.NaN }],
  ["[PUB-14]", { maxHops: -1 }],
  ["[PUB-14]", { maxPerRoot: Number.NaN }],
  ["[PUB-14]", { maxPerRoot: 0 }],
  ["[PUB-10]", { sameCallMs: Number.NaN }],
  ["[PUB-10]", { callLeaseMs: 0.5 }],
  ["[PUB-10]", { rememberKeysMs: Number.POSITIVE_INFINITY }],
])("%s a bound that bounds nothing is refused: %j", (_id, options) => {
  const refused = { code: "ERR_CONFIG_INVALID", place: `the publisher's ${Object.keys(options)[0]}` };
  expect(() => house().publisher(options)).toThrow(expect.objectContaining(refused));
});

test("[PUB-14] events that lead to none may be asked for", async () => {
  const publish = house().publisher({ maxHops: 0 });
  await publish.publish("note.created", note(), alice);
  const cause = { eventId: "e", rootId: "r", hop: 0 };
  await expect(withCause(cause, () => publish.publish("note.created", note(), alice))).rejects.toMatchObject({
    code: "ERR_REQUEST_LOOP",
  });
});
