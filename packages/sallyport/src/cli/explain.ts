// `sallyport explain RULE`: the page of a rule of the audit, or of an attack of the probe, on the terminal. An id of the
// threat catalogue explains all of its.
import { Command } from "commander";
import type { RuleInfo } from "../finding/report-data.ts";
import { escaped } from "../report/escape.ts";
import { standardsLine } from "../report/words.ts";

export function explainCommand(rules: () => readonly RuleInfo[]): Command {
  const command = new Command("explain").description("Say what a rule or an attack finds, why it matters, and what to write instead.");
  return command
    .argument("<rule>", "a rule's id, an attack's or a threat's: client-chosen-destination, same-bytes, DST-01")
    .action((name: string) => {
      const found = rulesNamed(name, rules());
      if (found.length === 0) command.error(`error: ${unknown(name, rules())}`, { exitCode: 2 });
      console.log(found.map(explanation).join("\n\n\n"));
    });
}

const rulesNamed = (name: string, rules: readonly RuleInfo[]): readonly RuleInfo[] => {
  const asked = name.toLowerCase();
  return rules.filter(({ id, threats }) => id === asked || threats.some((threat) => threat.toLowerCase() === asked));
};

function explanation({ id, title, threats, axis, severity, standards, page }: RuleInfo): string {
  const text = page.trim();
  return [
    ...(text.startsWith("# ") ? [] : [`# ${title}`, ""]),
    text,
    "",
    `Rule: ${id} · ${threats.join(" ")} · axis ${axis} · severity ${severity}`,
    `See: ${standardsLine(standards)}`,
  ].join("\n");
}

function unknown(name: string, rules: readonly RuleInfo[]): string {
  const near = rules.map(({ id }) => id).filter((id) => sharesWord(id, name));
  const hint = near.length === 0 ? "sallyport rules lists all." : `Perhaps ${near.slice(0, 5).join(", ")}.`;
  return `there is no rule ${escaped(name)}. ${hint}`;
}

function sharesWord(id: string, name: string): boolean {
  const words = new Set(name.toLowerCase().split(/[^a-z]+/));
  return id.split("-").some((word) => word.length > 3 && words.has(word));
}
