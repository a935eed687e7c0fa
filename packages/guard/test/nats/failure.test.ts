import { expect, test } from "vitest";
import { transportError } from "../../src/nats/failure.ts";

test.each([
  ["409 Consumer Deleted", /was deleted\. Declare it/],
  ["409 Server Shutdown", /it is shutting down\. Wait/],
  ["409 Leadership Change", /another of its servers leads/],
  ["409 Something New", /^NATS did not do what was asked\. See the cause\.$/],
])("what ends a member's request is said in words: %s", (status, said) => {
  expect(transportError(new Error(status))).toMatchObject({
    code: "ERR_TRANSPORT_UNAVAILABLE",
    message: expect.stringMatching(said) as unknown,
  });
});
