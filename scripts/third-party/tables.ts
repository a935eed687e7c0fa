// The servers as a table, and the verdicts: a row for each attack, a column for each server.
import type { Ruling } from "../../packages/sallyport/src/finding/verdict.ts";
import { type Kept, NOT_APPLICABLE } from "./kept.ts";
import { isNew, plain, type Reported, verdictsOf } from "./report.ts";

const SHORT: Readonly<Record<Ruling, string>> = {
  proven: "**proven**",
  withstood: "withstood",
  inconclusive: "?",
  "not-applicable": NOT_APPLICABLE,
};

export const serverTable = (all: readonly (Reported | Kept)[]): string =>
  [
    "|  | package | version | from | broker | broker calls that the audit saw | its findings |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...all.map((one, index) => `| ${index + 1} | ${isNew(one) ? rowOf(one) : one.row} |`),
  ].join("\n");

const rowOf = ({ server, audit, probe }: Reported): string =>
  [plain(server.package), server.version, originOf(server), probe.probe?.broker ?? "", callsIn(audit), audit.findings.length].join(" | ");

const originOf = ({ from }: Reported["server"]): string =>
  typeof from === "string" ? from : `${from.repository} at \`${from.commit.slice(0, 12)}\``;

const callsIn = ({ coverage }: Reported["audit"]): number => Object.values(coverage.brokerCalls).reduce((sum, count) => sum + count, 0);

/** An attack that the page had not yet, of a server that was not probed again. */
const NOT_TRIED = "not tried";

export function verdictTable(all: readonly (Reported | Kept)[]): string {
  const first = all.find(isNew);
  if (first === undefined) throw new Error("there is no report of a probe");
  const attacks = verdictsOf(first).map(({ attack, threats }) => ({ attack, threats }));
  const columns = all.map((one) =>
    isNew(one) ? new Map(verdictsOf(one).map(({ attack, ruling }) => [attack, SHORT[ruling]])) : one.cells,
  );
  const cellsOf = ({ attack }: { readonly attack: string }): readonly string[] => columns.map((of) => of.get(attack) ?? NOT_TRIED);
  const isTried = (one: { readonly attack: string }): boolean => cellsOf(one).some((cell) => cell !== NOT_APPLICABLE && cell !== NOT_TRIED);
  const row = (one: (typeof attacks)[number]): string => `| \`${one.attack}\` | ${one.threats.join(", ")} | ${cellsOf(one).join(" | ")} |`;
  const untried = attacks.filter((one) => !isTried(one)).map(({ attack }) => `\`${attack}\``);
  return [
    `| attack | threats | ${all.map((_, index) => index + 1).join(" | ")} |`,
    `| --- | --- | ${all.map(() => "---").join(" | ")} |`,
    ...attacks.filter(isTried).map(row),
    "",
    `Not applicable to any of them: ${untried.join(", ")}.`,
  ].join("\n");
}
