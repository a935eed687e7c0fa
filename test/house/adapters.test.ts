// The list of adapters is whole, the page's table is what they say, and the table of laws has no third kind.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PAGE, pageWithTable } from "../../scripts/adapters/capabilities.ts";
import { cellsOf, LAWS, lawTable, type Report } from "../../scripts/adapters/laws.ts";
import { type Adapter, ADAPTERS } from "../../scripts/adapters/list.ts";

const FOLDER = new URL("../../packages/guard/src/adapters/", import.meta.url);

test("every file that has a transport is in the list", () => {
  const transports = readdirSync(FOLDER).filter((file) =>
    /^export class \w+Transport\b/m.test(readFileSync(new URL(file, FOLDER), "utf8")),
  );
  expect([...new Set(ADAPTERS.map(({ file }) => file))].toSorted()).toEqual(transports.toSorted());
});

test("docs/adapters.md has the table that the transports make: npx node scripts/adapters.ts capabilities", () => {
  expect(readFileSync(PAGE, "utf8")).toBe(pageWithTable());
});

describe("a law and an adapter", () => {
  const memory = ADAPTERS.find(({ name }) => name === "memory") as Adapter;
  const pubsub = ADAPTERS.find(({ name }) => name === "Redis Pub/Sub") as Adapter;
  const report = (adapter: Adapter, statusOf: (law: string, suite: string) => string | undefined): Report => ({
    testResults: [
      {
        name: `/anywhere/${adapter.test}`,
        assertionResults: adapter.suites.flatMap((suite) =>
          LAWS.flatMap(({ name: title }) => {
            const status = statusOf(title, suite);
            return status === undefined ? [] : [{ ancestorTitles: ["a broker", suite], title, status }];
          }),
        ),
      },
    ],
  });

  test("that passes is kept, through every client", () => {
    expect(
      new Set(
        cellsOf(
          memory,
          report(memory, () => "passed"),
        ),
      ),
    ).toEqual(new Set(["kept"]));
    expect(
      lawTable(
        [memory],
        report(memory, () => "passed"),
      ).faults,
    ).toEqual([]);
  });

  test("that the adapter does not have is not a capability, whatever ran", () => {
    const cells = cellsOf(
      pubsub,
      report(pubsub, () => "passed"),
    );
    expect(cells.filter((cell) => cell === "kept")).toHaveLength(3);
    expect(cells.filter((cell) => cell === "not a capability")).toHaveLength(LAWS.length - 3);
  });

  test.each([
    ["failed", "failed"],
    ["was skipped", "pending"],
    ["did not run", undefined],
  ])("that %s for one client is a fault", (_what, status) => {
    const [law] = LAWS;
    const statusOf = (title: string, suite: string) => (title === law?.name && suite === pubsub.suites[1] ? status : "passed");
    const { text, faults } = lawTable([pubsub], report(pubsub, statusOf));
    expect(faults).toHaveLength(1);
    expect(text).toContain("BAD");
  });

  test("of a file that is not in the report at all is a fault", () => {
    expect(lawTable([memory], { testResults: [] }).faults).toHaveLength(LAWS.length);
  });
});
