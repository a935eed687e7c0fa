import { isSallyportError } from "@sallyport/guard";
import { describe, expect, test } from "vitest";
import { type Said, settle } from "../../src/finding/acceptance.ts";
import { readBaseline, writeBaseline } from "../../src/finding/baseline.ts";
import { NO_CONFIGURATION, readConfiguration } from "../../src/finding/configuration.ts";
import { finding } from "./made-up.ts";

const RULES = new Set(["client-chosen-topic", "ungoverned-payload"]);
const configuration = (text: string) => readConfiguration(text, "sallyport.audit.yaml", RULES);
const said = (changes: Partial<Said> = {}): Said => ({ remarks: [], configuration: NO_CONFIGURATION, today: "2026-11-24", ...changes });
const one = finding({ file: "src/gateway/a.ts", fingerprint: "a".repeat(16) });
const other = finding({ file: "src/b.ts", rule: "ungoverned-payload", fingerprint: "b".repeat(16) });

describe("what a configuration accepts", () => {
  test.each([
    ["a rule", "rule: client-chosen-topic", [true, false]],
    ["a rule in a folder", "rule: client-chosen-topic, path: src/gateway/**", [true, false]],
    ["a rule in another folder", "rule: client-chosen-topic, path: lib/", [false, false]],
    ["a fingerprint", `fingerprint: "${"b".repeat(16)}"`, [false, true]],
    ["a rule up to today", "rule: client-chosen-topic, until: 2026-11-24", [true, false]],
    ["a rule up to yesterday", "rule: client-chosen-topic, until: 2026-11-23", [false, false]],
  ])("is %s", (_what, entry, expected) => {
    const settled = settle([one, other], said({ configuration: configuration(`accept:\n  - { ${entry}, reason: a gateway by design }`) }));
    expect(settled.findings.map(({ accepted }) => accepted?.by === "configuration")).toEqual(expected);
    expect(settled.notes).toHaveLength(expected.includes(true) ? 0 : 1);
  });

  test("is named when it is over, and when it fits nothing", () => {
    const text = `accept:
  - { rule: client-chosen-topic, reason: a gateway by design, until: 2026-01-01 }
  - { rule: ungoverned-payload, path: lib/, reason: a gateway by design }`;
    expect(settle([one, other], said({ configuration: configuration(text) })).notes.map(({ what }) => what)).toEqual([
      "the acceptance of client-chosen-topic ended on 2026-01-01: its findings count again.",
      "the acceptance of ungoverned-payload in lib/ fits no finding. Take it out.",
    ]);
  });

  test("is not what a remark in the source has accepted", () => {
    const remarks = [{ file: one.file, line: 1, target: one.line, rules: [one.rule], reason: "seen" }];
    const accept = configuration("accept:\n  - { rule: client-chosen-topic, reason: a gateway by design }");
    const settled = settle([one], said({ remarks, configuration: accept }));
    expect(settled).toMatchObject({ findings: [{ accepted: { by: "inline", reason: "seen" } }], notes: [] });
  });

  test("is not hidden by a severity: the finding says what the rule said", () => {
    const [rated] = settle([one], said({ configuration: configuration("severity: { client-chosen-topic: low }") })).findings;
    expect(rated).toMatchObject({ severity: "low", notes: ["Severity low by sallyport.audit.yaml; the rule says critical."] });
  });
});

describe("a baseline", () => {
  test("accepts what is in it, and names what is no longer found", () => {
    const baseline = readBaseline(writeBaseline([one, other]), "sallyport.baseline.json");
    const { findings, notes } = settle([one, finding({ fingerprint: "c".repeat(16) })], said({ baseline }));
    expect(findings.map(({ accepted }) => accepted?.by)).toEqual(["baseline", undefined]);
    expect(notes).toEqual([
      {
        file: "sallyport.baseline.json",
        what: "ungoverned-payload in src/b.ts (bbbbbbbbbbbbbbbb) is no longer found. Write the baseline again.",
      },
    ]);
  });

  test("is written one finding a line, and again the same", () => {
    const written = writeBaseline([one, other]);
    expect(written).toBe(`{
  "schema": 1,
  "findings": [
    {"fingerprint":"bbbbbbbbbbbbbbbb","rule":"ungoverned-payload","file":"src/b.ts"},
    {"fingerprint":"aaaaaaaaaaaaaaaa","rule":"client-chosen-topic","file":"src/gateway/a.ts"}
  ]
}
`);
    const { findings } = settle([one, other], said({ baseline: readBaseline(written, "b.json") }));
    expect(writeBaseline(findings)).toBe(written);
    expect(writeBaseline([])).toBe('{\n  "schema": 1,\n  "findings": []\n}\n');
  });

  test("holds no finding that somebody accepted with a reason", () => {
    expect(writeBaseline([{ ...one, accepted: { by: "inline", reason: "seen" } }])).toBe(writeBaseline([]));
  });

  test.each([
    ["not JSON", "{", /b\.json:1:/],
    ["of another schema", '{ "schema": 2, "findings": [] }', /schema.*b\.json:1:3/],
    [
      "with a fingerprint of another length",
      '{"schema":1,"findings":[\n{"fingerprint":"ab","rule":"r","file":"f"}]}',
      /16 hex.*b\.json:2:2/,
    ],
  ])("that is %s is refused with its place", (_what, text, message) => {
    expect(() => readBaseline(text, "b.json")).toThrow(message);
    try {
      readBaseline(text, "b.json");
    } catch (error) {
      expect(isSallyportError(error)).toBe(true);
    }
  });
});
