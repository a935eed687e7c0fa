// A tool that waits for a message: it answers when one comes, and what it reads has no consumer.
import { expect, test } from "vitest";
import { probed, verdictOf } from "./rulings.ts";
import { waiting } from "./subjects.ts";

test("a tool that waits is no publisher and no consumer, and what comes out of it is shown", { timeout: 120_000 }, async () => {
  const result = await probed(waiting(), { only: ["free-payload", "malformed-bytes", "raw-content"] });
  expect(result.failure).toBeUndefined();
  expect(result.consumed).toEqual([]);
  // No message came before the tool was called honestly: that it did not answer says nothing of what it publishes.
  expect(verdictOf(result, "free-payload").cases.map(({ at, ruling }) => [at, ruling])).toEqual([["send_note", "withstood"]]);
  // Nobody reads where no tool is called: to have nothing left to do is no defence.
  expect(verdictOf(result, "malformed-bytes")).toMatchObject({ ruling: "not-applicable", cases: [] });
  expect(verdictOf(result, "raw-content").cases.find(({ name }) => name === "receive_note: a forged message")).toMatchObject({
    ruling: "proven",
  });
  // What gives out no message is not asked for a megabyte of one: whoever reads that place next would be given it.
  const status = verdictOf(result, "raw-content").cases.find(({ name }) => name === "get_status: a megabyte");
  expect(status).toMatchObject({ ruling: "not-applicable" });
  expect(status?.evidence.filter(({ what }) => what === "put")).toEqual([]);
});
