// `sallyport rules`: what the audit looks for, one rule a line, by axis.
import { Command } from "commander";
import type { RuleInfo } from "../finding/report-data.ts";
import { AXES, SEVERITIES } from "../finding/scale.ts";
import { AXIS_TITLES } from "../report/words.ts";

export function rulesCommand(rules: () => readonly RuleInfo[]): Command {
  return new Command("rules")
    .description("List the rules of the audit.")
    .option("--json", "as JSON, without their pages")
    .action((options: { readonly json?: boolean }) => {
      console.log(options.json === true ? asJson(rules()) : asTable(rules()));
    });
}

const asJson = (rules: readonly RuleInfo[]): string =>
  JSON.stringify(
    rules.map(({ page: _page, ...rule }) => rule),
    null,
    2,
  );

/** The worst first within each axis. */
function asTable(rules: readonly RuleInfo[]): string {
  const widest = Math.max(0, ...rules.map(({ id }) => id.length));
  const rank = ({ severity }: RuleInfo): number => SEVERITIES.indexOf(severity);
  const sections = AXES.flatMap((axis) => {
    const own = rules
      .filter((rule) => rule.axis === axis)
      .toSorted((one, other) => rank(one) - rank(other) || (one.id < other.id ? -1 : 1));
    const rows = own.map(
      ({ id, severity, title, threats }) => `  ${id.padEnd(widest)}  ${severity.padEnd(8)}  ${title} (${threats.join(" ")})`,
    );
    return own.length === 0 ? [] : [[AXIS_TITLES[axis], ...rows].join("\n")];
  });
  return [...sections, "sallyport explain RULE says more about one."].join("\n\n");
}
