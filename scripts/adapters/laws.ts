// Every adapter and every law, from a report of the tests: kept, or not a capability of that broker. There is no third
// kind: what failed, was skipped or never ran is a fault.
import { basename } from "node:path";
import { browserLaws, transportLaws } from "../../packages/guard/src/testing/index.ts";
import type { Adapter, Carrier } from "./list.ts";

/** Of vitest's JSON reporter. */
export interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly ancestorTitles: readonly string[]; readonly title: string; readonly status: string }[];
  }[];
}

export type Cell = "kept" | "not a capability" | `not kept: ${string}`;

interface NamedLaw {
  readonly name: string;
  readonly holds: (carrier: Carrier) => boolean;
}

const none = (): Promise<never> => Promise.reject(new Error("it is only named here"));

export const LAWS: readonly NamedLaw[] = [
  ...transportLaws(none).map(({ name, needs }) => ({
    name,
    holds: ({ capabilities }: Carrier) => needs === undefined || capabilities[needs] === true,
  })),
  ...browserLaws(none).map(({ name }) => ({ name, holds: ({ browse }: Carrier) => browse !== undefined })),
];

/** In the order of `LAWS`. What a user may say of a broker is said, so that laws which hang on it are held. */
export function cellsOf({ make, test, suites }: Adapter, report: Report): readonly Cell[] {
  const carrier = make({ vouchesEnqueueTime: true });
  const results = report.testResults.filter(({ name }) => basename(name) === test).flatMap(({ assertionResults }) => assertionResults);
  return LAWS.map(({ name, holds }): Cell => {
    if (!holds(carrier)) return "not a capability";
    for (const suite of suites) {
      const found = results.filter(({ ancestorTitles, title }) => title === name && ancestorTitles.includes(suite));
      if (found.length === 0) return `not kept: did not run ${suite}`;
      const bad = found.find(({ status }) => status !== "passed");
      if (bad !== undefined) return `not kept: ${bad.status} ${suite}`;
    }
    return "kept";
  });
}

const MARKS: Readonly<Record<string, string>> = { kept: "kept", "not a capability": "–" };

/** And what is neither. */
export function lawTable(adapters: readonly Adapter[], report: Report): { readonly text: string; readonly faults: readonly string[] } {
  const columns = adapters.map((adapter) => ({ name: adapter.name, cells: cellsOf(adapter, report) }));
  const faults = columns.flatMap(({ name, cells }) =>
    cells.flatMap((cell, index) => (cell.startsWith("not kept") ? [`${name}: ${LAWS[index]!.name}: ${cell}`] : [])),
  );
  const letters = columns.map((_, index) => String.fromCharCode(65 + index));
  const key = columns.map(({ name }, index) => `${letters[index]}  ${name}`);
  const rows = LAWS.map(({ name }, index) => {
    const cells = columns.map(({ cells: all }) => (MARKS[all[index]!] ?? "BAD").padEnd(4));
    return `${cells.join(" ")}  ${name}`;
  });
  return { text: [...key, "", letters.map((letter) => letter.padEnd(4)).join(" "), ...rows].join("\n"), faults };
}
