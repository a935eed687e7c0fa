import { readFileSync } from "node:fs";
import { isSallyportError } from "@sallyport/guard";
import { describe, expect, test } from "vitest";
import { RULES as AUDIT_RULES } from "../../src/audit/rules/index.ts";
import { configuredSurface, exclusionOf, NO_CONFIGURATION, readConfiguration } from "../../src/finding/configuration.ts";

const RULES = new Set(["client-chosen-topic", "ungoverned-payload"]);
const read = (text: string) => readConfiguration(text, "sallyport.audit.yaml", RULES);
function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (isSallyportError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return "accepted";
}

describe("a configuration", () => {
  test("says what a house knows", () => {
    const text = `
accept:
  - rule: client-chosen-topic
    path: src/gateway/**
    reason: a broker gateway by design, see ADR 12
    until: 2027-01-31
  - { fingerprint: "0123456789abcdef", reason: reviewed by the platform team }
severity: { ungoverned-payload: high }
wrappers:
  - { function: Bus.emit, destination: 0, payload: 1 }
allowlists:
  - { function: assertTopic, refuses: throws }
surfaces: { "tools/**": script }
exclude:
  - { path: "third_party/**", reason: not written by us }
`;
    expect(read(text)).toEqual({
      file: "sallyport.audit.yaml",
      accept: [
        { rule: "client-chosen-topic", path: "src/gateway/**", reason: "a broker gateway by design, see ADR 12", until: "2027-01-31" },
        { fingerprint: "0123456789abcdef", reason: "reviewed by the platform team" },
      ],
      severity: { "ungoverned-payload": "high" },
      wrappers: [{ function: "Bus.emit", destination: 0, payload: 1 }],
      allowlists: [{ function: "assertTopic", argument: 0, refuses: "throws" }],
      surfaces: { "tools/**": "script" },
      exclude: [{ path: "third_party/**", reason: "not written by us" }],
    });
  });

  test("is what docs/accepting-findings.md shows", () => {
    const page = readFileSync(new URL("../../../../docs/accepting-findings.md", import.meta.url), "utf8");
    const ids = new Set(AUDIT_RULES.map(({ id }) => id));
    const shown = readConfiguration(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "", "sallyport.audit.yaml", ids);
    expect(Object.values(shown).filter((part) => Object.keys(part).length === 0)).toEqual([]);
    expect(shown.accept[0]).toMatchObject({ rule: "client-chosen-destination", until: "2027-01-31" });
  });

  test("may be JSON, and may say nothing", () => {
    expect(read(`{ "severity": { "ungoverned-payload": "low" } }`).severity).toEqual({ "ungoverned-payload": "low" });
    expect(read("# nothing yet\n")).toEqual(NO_CONFIGURATION);
  });

  test.each([
    [
      "an unknown key",
      "accept:\n  - rule: client-chosen-topic\n    reason: because it is so\n    untill: 2027-01-31",
      /UNKNOWN_KEY.*"untill".*:4:5/,
    ],
    ["a section that does not exist", "accept: []\nignore: all", /UNKNOWN_KEY.*"ignore".*:2:1/],
    ["no reason", "accept:\n  - rule: client-chosen-topic", /accept\.0.*:2:5/],
    ["a reason that is none", "accept:\n  - { rule: client-chosen-topic, reason: ok }", /say why.*:2:34/],
    ["neither rule nor fingerprint", "accept:\n  - reason: everything is fine", /either rule or fingerprint.*:2:5/],
    ["a rule that does not exist", "accept:\n  - rule: anything\n    reason: everything is fine", /no rule.*:2:5/],
    [
      "a day that does not exist",
      "accept:\n  - rule: client-chosen-topic\n    reason: everything is fine\n    until: 2027-02-30",
      /a day.*:4:5/,
    ],
    ["an exclusion of everything", "exclude:\n  - path: '**/*'\n    reason: everything is fine", /must not match everything.*:2:5/],
    [
      "an acceptance of everything by path",
      "accept:\n  - rule: client-chosen-topic\n    path: '*'\n    reason: everything is fine",
      /must not match.*:3:5/,
    ],
    ["a severity that does not exist", "severity:\n  client-chosen-topic: off", /severity\.client-chosen-topic.*:2:3/],
    ["a severity for no rule", "severity:\n  constructor: low", /no rule.*:2:3/],
    ["a wrapper of nothing", "wrappers:\n  - function: emit", /destination, payload or both.*:2:5/],
    ["a name that is no name", "wrappers:\n  - { function: 'a b', destination: 0 }", /must be a name.*:2:7/],
    ["an alias", "exclude: &a []\naccept: *a", /an alias.*:2:9/],
    ["a key given twice", "accept: []\naccept: []", /duplicate key.*:2:1/],
    ["broken YAML", "accept: [", /not valid YAML.*:1:10/],
    ["a list", "- accept", /the file.*:1:1/],
  ])("with %s is refused, with line and column", (_what, text, said) => {
    expect(refusal(text)).toMatch(said);
  });

  test("excludes files with its reason, and the last surface that fits wins", () => {
    const given = read(
      "exclude:\n  - { path: third_party/, reason: not written by us }\nsurfaces: { tools/: script, tools/serve.ts: product }",
    );
    expect([exclusionOf("third_party/a.ts", given), exclusionOf("src/a.ts", given)]).toEqual(["not written by us", undefined]);
    expect(["tools/a.ts", "tools/serve.ts", "a.ts"].map((file) => configuredSurface(file, given))).toEqual([
      "script",
      "product",
      undefined,
    ]);
  });

  test("is not quoted in its refusals", () => {
    expect(refusal("severity:\n  client-chosen-topic: sk-secret-value")).not.toContain("sk-secret-value");
  });
});
