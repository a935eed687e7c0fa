// The table of removals against the catalogue and the sources. That tests notice each of them is for `npm run check:defences`.
import { basename } from "node:path";
import { expect, test } from "vitest";
import { ADAPTERS } from "../../scripts/defences/adapters.ts";
import { edited, type Removal } from "../../scripts/defences/removal.ts";
import { BROKERS } from "../../scripts/brokers/list.ts";
import { REMOVALS, unproven } from "../../scripts/defences/table.ts";
import { listFiles, readText } from "./files.ts";

const ADAPTER_FILES = listFiles("packages/guard/src/adapters").map((path) => basename(path));

test("each threat of the guard's has a defence that can be taken out", () => {
  expect(unproven(REMOVALS)).toEqual([]);
  expect(unproven(REMOVALS.filter(({ threat }) => threat !== "REP-06"))).toEqual(["REP-06"]);
});

test("what is taken out stands in the sources, once", () => {
  expect([...REMOVALS, ...ADAPTERS].flatMap(staleness)).toEqual([]);
});

test("what is taken out of an adapter is asked of tests that cite its threat", () => {
  for (const { test: asked, threat } of ADAPTERS) {
    const title = readText(asked.file)
      .split("\n")
      .find((line) => line.includes(asked.title));
    expect(title, asked.title).toContain(`[${threat}]`);
  }
  // The others are stores' or examples'.
  const brokers = BROKERS.map(({ name }) => name).filter((name) => ADAPTER_FILES.some((file) => file.startsWith(name)));
  expect([...new Set(ADAPTERS.map(({ broker }) => broker))].toSorted()).toEqual(brokers.toSorted());
});

test.each([["nowhere"], ["twice"]])("a text that stands there %s is not taken out", (text) => {
  expect(() => edited("twice, twice, once", { file: "a.ts", find: text, put: "" })).toThrow(/^a\.ts has [02] times/);
  expect(edited("twice, twice, once", { file: "a.ts", find: "once", put: "" })).toBe("twice, twice, ");
});

function staleness({ threat, edits }: Removal): readonly string[] {
  const texts = new Map<string, string>();
  try {
    for (const edit of edits) texts.set(edit.file, edited(texts.get(edit.file) ?? readText(edit.file), edit));
  } catch (error) {
    return [`${threat}: ${String(error)}`];
  }
  return [...texts].filter(([file, text]) => text === readText(file)).map(([file]) => `${threat}: ${file} is as it was`);
}
