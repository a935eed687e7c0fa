// The formats that other programs read, each against its schema.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv2020 } from "ajv/dist/2020.js";
import draft04 from "ajv-draft-04";
import formats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { FORMATS, formatOf, REPORTS } from "../../src/report/index.ts";
import { hostileAudit } from "./hostile.ts";
import { audit, clean, nothing, options } from "./made-up.ts";

const readJson = (path: string | URL): any => JSON.parse(readFileSync(path, "utf8"));
const auditSchema = readJson(new URL("../../../../docs/audit.schema.json", import.meta.url));
// The schema of OASIS, as a package of Microsoft carries it; one of its patterns is older than the `u` flag.
const sarifSchema = readJson(createRequire(import.meta.url).resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"));

const addFormats = formats.default;
const asAudit = addFormats(new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })).compile(auditSchema);
const asSarif = addFormats(new draft04.default({ strict: false, allErrors: true, unicodeRegExp: false })).compile(sarifSchema);

const write = (format: "json" | "sarif", made = audit()): any => JSON.parse(REPORTS[format].write(made, options()));

describe("JSON", () => {
  test.each([
    ["with findings", audit()],
    ["without", clean()],
    ["not applicable", nothing()],
  ])("%s is what its schema says", (_what, made) => {
    asAudit(write("json", made));
    expect(asAudit.errors).toBeNull();
  });

  test("is the audit, whatever is in it", () => {
    for (const made of [audit(), hostileAudit()]) expect(write("json", made)).toEqual(JSON.parse(JSON.stringify(made)));
  });

  test("that lacks a member or has another kind of value is refused by the schema", () => {
    const { grade: _grade, ...without } = write("json");
    expect([asAudit(without), asAudit({ ...write("json"), schema: 2 })]).toEqual([false, false]);
  });
});

describe("SARIF", () => {
  test.each([
    ["with findings", audit()],
    ["without", clean()],
    ["not applicable", nothing()],
    ["of hostile text", hostileAudit()],
  ])("%s is valid by the official schema", (_what, made) => {
    asSarif(write("sarif", made));
    expect(asSarif.errors).toBeNull();
  });

  const [run] = write("sarif").runs;
  const resultOf = (rule: string) => run.results.find((result: any) => result.ruleId === rule && result.suppressions === undefined);

  test("has a rule for every result, at its index", () => {
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
    const [undescribed] = JSON.parse(REPORTS.sarif.write(audit(), options({ rules: [] }))).runs;
    for (const { ruleId, ruleIndex } of undescribed.results) expect(undescribed.tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect(run.tool.driver.rules[0].properties).toMatchObject({
      tags: expect.arrayContaining(["security", "external/cwe/cwe-099", "DST-01", "MCP02:2025"]) as string[],
      "security-severity": "9.5",
    });
  });

  test("has the path as a code flow that ends at the finding", () => {
    const { locations } = resultOf("client-chosen-topic").codeFlows[0].threadFlows[0];
    const places = locations.map(({ location }: any) => [
      location.physicalLocation.artifactLocation.uri,
      location.physicalLocation.region.startLine,
      location.message.text,
    ]);
    expect(places).toEqual([
      ["src/server.ts", 6, "an agent calls the tool publish_event"],
      ["src/server.ts", 7, "its argument topic is handed to publish"],
      ["src/bus.ts", 7, "and is the topic that is sent to"],
    ]);
  });

  test("has levels, fingerprints and kinds", () => {
    expect(resultOf("client-chosen-topic")).toMatchObject({
      kind: "fail",
      level: "error",
      rank: 90,
      partialFingerprints: { "sallyport/v1": expect.stringMatching(/^[0-9a-f]{16}$/) as string },
    });
    expect(resultOf("requeue-without-limit")).toMatchObject({ kind: "open", level: "none" });
  });

  test("has what is accepted as suppressed, and what was not read as a notification", () => {
    expect(run.results.flatMap(({ suppressions = [] }: any) => suppressions)).toMatchObject([
      { kind: "external", status: "accepted", justification: "run by hand against a local broker (until 2027-01-31)" },
    ]);
    const [{ toolExecutionNotifications, toolConfigurationNotifications }] = run.invocations;
    expect(toolExecutionNotifications).toMatchObject([
      {
        level: "warning",
        message: { text: "Not read: larger than 4 MB" },
        locations: [{ physicalLocation: { artifactLocation: { uri: "src/vendor.min.js" } } }],
      },
    ]);
    expect(toolConfigurationNotifications).toHaveLength(1);
  });
});

describe("badges", () => {
  test("say the grade", () => {
    expect(REPORTS.badge.write(audit(), options())).toContain('aria-label="sallyport: F 50"');
    expect(REPORTS.badge.write(nothing(), options())).toContain("<title>sallyport: n/a</title>");
    expect(JSON.parse(REPORTS.shields.write(clean(), options()))).toEqual({
      schemaVersion: 1,
      label: "sallyport",
      message: "A 100",
      color: "15803d",
    });
  });
});

describe("the list of reports", () => {
  test("has every format once, and knows it by the name of a file", () => {
    expect(Object.keys(REPORTS)).toEqual([...FORMATS]);
    for (const format of FORMATS)
      for (const ending of REPORTS[format].endings) expect(formatOf(`out/Audit${ending.toUpperCase()}`)).toBe(format);
    expect(formatOf("audit")).toBeUndefined();
  });

  test("gives the same text for the same audit", () => {
    for (const format of FORMATS) expect(REPORTS[format].write(audit(), options())).toBe(REPORTS[format].write(audit(), options()));
  });
});
