// docs/telemetry.md and the code, held together: metrics, their kinds and units, attributes and decisions.
import { describe, expect, test } from "vitest";
import { metricAttributes, spanAttributes } from "../../packages/guard/src/telemetry/attributes.ts";
import { METRICS } from "../../packages/guard/src/telemetry/index.ts";
import { readText } from "./files.ts";

const document = readText("docs/telemetry.md");
const section = (title: string): string => document.split(/^## /m).find((text) => text.startsWith(title)) ?? "";
/** Cells of each row whose first cell is a name in backticks. */
const rows = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/^\| `.+$/gm)].map(([row]) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`([^`]+)`$/, "$1")),
  );

const observed = {
  eventId: "e",
  eventType: "t",
  rootId: "r",
  destination: "d.acme",
  destinationTemplate: "d.{tenant}",
  transport: "memory",
};
const sending = { ...observed, dataBytes: 1, callerTraceparent: undefined };
const processing = { ...observed, group: "g", attempt: 1, generation: 0, envelopeBytes: 1, producerTraceparent: undefined };

describe("telemetry", () => {
  test("every metric is documented with its kind and unit, and no other is", () => {
    const documented = rows(section("Metrics")).map(([name, instrument, unit]) => ({ name, instrument, unit }));
    expect(documented).toEqual(Object.values(METRICS).map(({ name, instrument, unit }) => ({ name, instrument, unit })));
  });

  test("every attribute is documented, and no other is", () => {
    const documented = rows(section("Spans")).flatMap(([name = "", on]) => (/^(?:send|process) </.test(name) ? [] : [{ name, on }]));
    const [sent, processed] = [spanAttributes("send", sending), spanAttributes("process", processing)];
    const names = new Set([...Object.keys(sent), ...Object.keys(processed)]);
    const on = (name: string): string => (name in sent ? (name in processed ? "both" : "send") : "process");
    const atTheEnd = [
      { name: "sallyport.decision", on: "both" },
      { name: "error.type", on: "both, if failed" },
    ];
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(documented.toSorted(byName)).toEqual([...[...names].map((name) => ({ name, on: on(name) })), ...atTheEnd].toSorted(byName));
  });

  test("metrics have no id, size, tenant or attempt among their labels", () => {
    const labels = [...Object.entries(metricAttributes("send", sending)), ...Object.entries(metricAttributes("process", processing))];
    expect(
      labels.filter(([name, value]) => /id$|size|attempt|generation|destination\.name/.test(name) || String(value).includes("acme")),
    ).toEqual([]);
  });
});
