import * as kafka from "@platformatic/kafka";
import { expect, test } from "vitest";
import { transportError } from "../../src/kafka/failure.ts";

test("a topic that the client itself says is unknown is said to be not there", () => {
  const cause = new kafka.MultipleErrors("metadata failed 2 times.", [new kafka.UserError("Unknown topic sales.")]);
  expect(transportError(cause)).toMatchObject({
    code: "ERR_TRANSPORT_UNAVAILABLE",
    message: "Kafka did not do what was asked: the topic is not there. Create the topic.",
  });
  expect(transportError(new kafka.UserError("Something else.")).message).toMatch(/See the cause/);
});
