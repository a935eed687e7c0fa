// What reports and `sallyport rules` say of each rule, with its page, which stands beside it.
import { existsSync, readFileSync } from "node:fs";
import type { RuleInfo } from "../../finding/report-data.ts";
import { standardsOf } from "../../finding/standards.ts";
import { RULES } from "./index.ts";

export const rulePages = (): readonly RuleInfo[] =>
  RULES.map(({ id, title, threats, axis, severity, fix }) => ({
    id,
    title,
    threats,
    axis,
    severity,
    standards: standardsOf(threats),
    page: pageOf(id) ?? `# ${title}\n\n${fix}\n`,
  }));

function pageOf(id: string): string | undefined {
  const page = new URL(`${id}/rule.md`, import.meta.url);
  return existsSync(page) ? readFileSync(page, "utf8") : undefined;
}
