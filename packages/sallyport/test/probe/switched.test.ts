// A check that the caller may turn off: what a tool withstands is tried again with its own switches, and few times.
import { expect, test } from "vitest";
import type { CaseVerdict } from "../../src/finding/verdict.ts";
import { switchesOf } from "../../src/probe/schema/switches.ts";
import { slotsOf } from "../../src/probe/schema/slots.ts";
import { expectEvidence, probed, verdictOf } from "./rulings.ts";
import { switched } from "./subjects.ts";

const flags = (...names: readonly string[]) => ({
  type: "object",
  properties: Object.fromEntries(names.map((name) => [name, { type: "boolean" }])),
});
const turned = (schema: object) =>
  Object.fromEntries(switchesOf(slotsOf(schema as never)).map(({ path, value }) => [path.join("."), value]));

test.each([
  ["validate", false],
  ["strictMode", false],
  ["safe_mode", false],
  ["check-schema", false],
  ["enforceSchema", false],
  ["forceValidation", false],
  ["sanitizeInput", false],
  ["force", true],
  ["skipValidation", true],
  ["skip_checks", true],
  ["no_verify", true],
  ["bypassFilter", true],
  ["allowUnknown", true],
  ["unsafe", true],
  ["disableSanitizer", true],
] as const)("%s is turned to %s", (name, value) => {
  expect(turned(flags(name))).toEqual({ [name]: value });
});

test.each(["persistent", "mandatory", "durable", "notify", "checkout", "force_field_name_of_no_boolean"])("%s is no switch", (name) => {
  const schema = name.startsWith("force_") ? { type: "object", properties: { [name]: { type: "string" } } } : flags(name);
  expect(turned(schema)).toEqual({});
});

test("of words, the one that turns a check off is taken; where none does, there is no switch; nullable booleans are booleans", () => {
  const of = (property: object) =>
    turned({ type: "object", properties: { options: { type: "object", properties: { validation: property } } } });
  expect(of({ enum: ["strict", "OFF"] })).toEqual({ "options.validation": "OFF" });
  expect(of({ enum: ["strict", "stricter"] })).toEqual({});
  expect(of({ anyOf: [{ type: "boolean" }, { type: "null" }] })).toEqual({ "options.validation": false });
});

test("no more than three switches are tried", () => {
  expect(Object.keys(turned(flags("validate", "verify", "strict", "check", "safe")))).toEqual(["validate", "verify", "strict"]);
});

test(
  "[PUB-01] [PUB-02] [DST-01] what gets through with a check turned off is proven, and by which argument is said",
  { timeout: 240_000 },
  async () => {
    const result = await probed(switched(), { only: ["free-payload", "made-up-action", "chosen-destination", "oversized"] });
    expect(result.failure).toBeUndefined();
    const find = (attack: string, name: string): CaseVerdict => verdictOf(result, attack).cases.find((one) => one.name === name)!;
    const proven = (attack: string, name: string, said: string): void => {
      const verdict = find(attack, name);
      expect(verdict.ruling, name).toBe("proven");
      expect(verdict.said).toContain(said);
    };
    proven("free-payload", "validated: an unknown key in the JSON of payload", "its check was turned off by validate = false");
    proven("made-up-action", "skipping: a made-up word as kind", "its check was turned off by skipChecks = true");
    proven("chosen-destination", "moded: topic", 'its check was turned off by validation = "off"');
    // Text that is no JSON would be refused for that.
    expect(find("oversized", "validated: a megabyte of text in JSON as payload").ruling).toBe("proven");
    expectEvidence(result);
    // Whoever has such an argument, and checks all the same, has a defence: three switches, together and each alone.
    const kept = find("free-payload", "kept: an unknown key in the JSON of payload");
    expect(kept.ruling).toBe("withstood");
    expect(kept.evidence.filter(({ what }) => what === "called")).toHaveLength(5);
    for (const { cases } of result.verdicts.filter(({ attack }) => attack !== "oversized"))
      expect(cases.filter(({ at, ruling }) => at === "kept" && ruling !== "withstood" && ruling !== "not-applicable")).toEqual([]);
  },
);
