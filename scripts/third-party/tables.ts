// The servers as a table, and the verdicts: a row for each attack, a column for each server.
import { plain, type Reported, verdictsOf } from "./report.ts";

const SHORT = { proven: "**proven**", withstood: "withstood", inconclusive: "?", "not-applicable": "–" } as const;

export const serverTable = (reports: readonly Reported[]): string =>
  [
    "|  | package | version | from | broker | broker calls that the audit saw | its findings |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...reports.map(
      ({ server, audit, probe }, index) =>
        `| ${index + 1} | ${plain(server.package)} | ${server.version} | ${originOf(server)} | ${probe.probe?.broker ?? ""} | ${callsIn(audit)} | ${audit.findings.length} |`,
    ),
  ].join("\n");

const originOf = ({ from }: Reported["server"]): string =>
  typeof from === "string" ? from : `${from.repository} at \`${from.commit.slice(0, 12)}\``;

const callsIn = ({ coverage }: Reported["audit"]): number => Object.values(coverage.brokerCalls).reduce((sum, count) => sum + count, 0);

export function verdictTable(reports: readonly Reported[]): string {
  const attacks = verdictsOf(reports[0]!).map(({ attack, threats }) => ({ attack, threats }));
  const columns = reports.map((report) => new Map(verdictsOf(report).map((one) => [one.attack, one.ruling])));
  const isTried = ({ attack }: { readonly attack: string }): boolean => columns.some((of) => of.get(attack) !== "not-applicable");
  const row = ({ attack, threats }: (typeof attacks)[number]): string =>
    `| \`${attack}\` | ${threats.join(", ")} | ${columns.map((of) => SHORT[of.get(attack) ?? "not-applicable"]).join(" | ")} |`;
  const untried = attacks.filter((one) => !isTried(one)).map(({ attack }) => `\`${attack}\``);
  return [
    `| attack | threats | ${reports.map((_, index) => index + 1).join(" | ")} |`,
    `| --- | --- | ${reports.map(() => "---").join(" | ")} |`,
    ...attacks.filter(isTried).map(row),
    "",
    `Not applicable to any of them: ${untried.join(", ")}.`,
  ].join("\n");
}
