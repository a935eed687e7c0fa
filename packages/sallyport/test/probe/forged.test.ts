// A message with another text in it, as somebody who writes to the broker would make it.
import { expect, test } from "vitest";
import { withCanary } from "../../src/probe/attacks/forged.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

test("[REP-05] a forged message has its text wherever a client has put it: plain, and packed in base64", () => {
  const packed = (text: string): string =>
    JSON.stringify({ body: base64(`[[], {"text": "${text}"}]`), headers: { argsrepr: `('${text}',)` } });
  expect(withCanary(packed("sp111111111111"), "sp111111111111", "sp222222222222")).toBe(packed("sp222222222222"));
});

test("what is not packed, or has no canary in it, stays as it is", () => {
  const message = JSON.stringify({ id: "0123456789abcdef0123", text: "sp111111111111", token: base64("nothing of the kind at all") });
  expect(withCanary(message, "sp111111111111", "sp2")).toBe(message.replace("sp111111111111", "sp2"));
});
