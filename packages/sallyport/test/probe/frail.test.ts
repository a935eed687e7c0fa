// A server that ends when a call is cut off is asked nothing else meanwhile: what was lost with it would say nothing.
import { expect, test } from "vitest";
import { probed, ruledAs, verdictOf } from "./rulings.ts";
import { frail } from "./subjects.ts";

test("[PUB-10] a call that is cut off takes no other attack's calls with it", { timeout: 240_000 }, async () => {
  const result = await probed(frail(), { only: ["client-headers", "client-key", "free-payload", "repeated-call", "server-fields"] });
  expect(result.failure).toBeUndefined();
  expect(ruledAs(result, "inconclusive")).toEqual([]);
  // Of what is sent behind the call that was cut off, nobody is left to answer.
  const answered = verdictOf(result, "repeated-call").cases.filter(({ name }) => name.endsWith("answered"));
  expect(answered.map(({ at, ruling }) => [at, ruling])).toEqual([
    ["note", "proven"],
    ["post", "proven"],
  ]);
});
