// What was proven, withstood, and neither, counted in words.
import type { Probed } from "../finding/report-data.ts";
import type { Ruling } from "../finding/verdict.ts";

export const RULINGS: readonly Ruling[] = ["proven", "withstood", "inconclusive", "not-applicable"];

export const RULING_WORDS: Readonly<Record<Ruling, string>> = {
  proven: "proven",
  withstood: "withstood",
  inconclusive: "inconclusive",
  "not-applicable": "not applicable",
};

/** `3 proven, 20 withstood`; what did not occur is left out. */
export function rulingCounts({ verdicts }: Pick<Probed, "verdicts">): string {
  const counts = RULINGS.map((ruling) => [ruling, verdicts.filter((verdict) => verdict.ruling === ruling).length] as const);
  const said = counts.filter(([, count]) => count > 0).map(([ruling, count]) => `${count} ${RULING_WORDS[ruling]}`);
  return said.length === 0 ? "none" : said.join(", ");
}
