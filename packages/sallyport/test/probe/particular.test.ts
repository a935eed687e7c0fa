// What is honest depends on where a copy of the target runs; and an answer is one, whatever its shape.
import { expect, test } from "vitest";
import type { CaseVerdict } from "../../src/finding/verdict.ts";
import { probed, verdictOf } from "./rulings.ts";
import { particular } from "./subjects.ts";

/** Each on a copy of its own; and side by side on the first. */
const ONLY = ["flood", "repeated-call"];

test(
  "places in honest arguments are those of the copy that is called; a promise of shape that is broken is no refusal",
  { timeout: 120_000 },
  async () => {
    const result = await probed(particular(), { only: ONLY });
    expect(result.failure).toBeUndefined();
    const of = (attack: string): readonly (readonly [string, string])[] =>
      verdictOf(result, attack).cases.map(({ at, ruling }: CaseVerdict) => [at, ruling] as const);
    const tools = ["file_note", "misshapen_note", "shapeless_note", "headed_note", "propertied_note", "typed_note"];
    expect(of("flood")).toEqual(tools.map((name) => [name, "proven"]));
    expect(of("repeated-call")).toEqual(
      tools.flatMap((name) => [
        [name, "proven"],
        [name, "proven"],
      ]),
    );
    // As it was sent, so that the command does it again.
    const { evidence } = verdictOf(result, "repeated-call").cases[0]!;
    expect(evidence[0]!.said).toMatch(/"folder":"\/.*sallyport-probe-/);
  },
);

test("[PUB-05] where a list among the headers is refused, texts are tried, and attributes with types", { timeout: 120_000 }, async () => {
  const { cases } = verdictOf(await probed(particular(), { only: ["client-headers"] }), "client-headers");
  expect(cases.find(({ name }) => name === "headed_note: headers")).toMatchObject({ ruling: "proven" });
  expect(cases.find(({ name }) => name === "propertied_note: properties")).toMatchObject({ ruling: "proven" });
  expect(cases.find(({ name }) => name === "typed_note: MessageAttributes")).toMatchObject({ ruling: "proven" });
  expect(cases.filter(({ at }) => at === "shapeless_note").map(({ ruling }) => ruling)).not.toContain("proven");
});
