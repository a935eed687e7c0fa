// For the comment on a pull request: short at first sight, everything behind a fold. Hosts cut comments at 65,536
// characters; findings that do not fit are counted, the worst are written first.
import type { Finding } from "../finding/finding.ts";
import type { Audit } from "../finding/report-data.ts";
import { escapedMarkdown, markdownBlock, markdownCode, spokenMarkdown } from "./escape.ts";
import { framer } from "./frame.ts";
import type { Report, ReportOptions } from "./report.ts";
import { RULING_WORDS, rulingCounts } from "./rulings.ts";
import {
  acceptedSentence,
  AXIS_TITLES,
  circumstances,
  counted,
  coverageSentences,
  kindOf,
  partsOf,
  standardsLine,
  titleOf,
  verdictSentence,
} from "./words.ts";

const MOST_CHARACTERS = 60_000;
const MOST_LISTED = 50;
const FRAME_WIDTH = 120;

export const markdownReport: Report = (audit, options) => {
  const { open, accepted } = partsOf(audit);
  const findings = [...open.values()].flat();
  const before = [headline(audit), axesTable(audit)];
  const after = [
    rulingsFold(audit),
    fold(`Accepted, not counted: ${counted(accepted.length, "finding")}`, accepted.map(acceptedItem)),
    fold(
      `To be noted: ${audit.notes?.length ?? 0}`,
      (audit.notes ?? []).map(({ file, line, what }) => item(placeOf(file, line), what)),
    ),
    fold(
      `Not read: ${counted(audit.notRead.length, "file")}`,
      audit.notRead.map(({ file, why }) => item(file, why)),
    ),
    `<sub>${coverageSentences(audit).map(escapedMarkdown).join(" ")} Graded by specification ${audit.grade.specification} of sallyport ${escapedMarkdown(audit.tool.version)}.</sub>`,
  ].filter((part) => part !== "");
  const room = MOST_CHARACTERS - [...before, ...after].join("\n\n").length;
  return `${[...before, ...fitting(findings, findingWriter(options), room), ...after].join("\n\n")}\n`;
};

function headline(audit: Audit): string {
  const { letter, score } = audit.grade;
  const of = score === null ? "" : ` (${score} of 100)`;
  return `## Sallyport ${kindOf(audit)}: ${letter}${of}\n\n${markdownCode(audit.target)}: ${escapedMarkdown(verdictSentence(audit))}`;
}

function axesTable({ grade }: Audit): string {
  const rows = grade.axes.map(
    ({ axis, score, letter, findings }) =>
      `| ${AXIS_TITLES[axis]} | ${letter === "n/a" ? letter : `**${letter}**`} | ${score ?? ""} | ${findings === 0 ? "" : findings} |`,
  );
  return ["| axis | grade | score | findings |", "| --- | --- | ---: | ---: |", ...rows].join("\n");
}

function fitting(findings: readonly Finding[], write: (finding: Finding) => string, room: number): readonly string[] {
  const written: string[] = [];
  let left = room;
  for (const finding of findings) {
    const text = write(finding);
    left -= text.length + 2;
    if (left < 0) return [...written, `And ${counted(findings.length - written.length, "more finding")}; the other reports have them.`];
    written.push(text);
  }
  return written;
}

function findingWriter({ rules, sourceOf }: ReportOptions): (finding: Finding) => string {
  const frameAt = framer(sourceOf, FRAME_WIDTH);
  return (finding) => {
    const { file, line, column, severity, rule, message, fix, notes, fingerprint } = finding;
    const frame = frameAt(finding);
    const digits = String(frame?.lines.at(-1)?.number ?? 0).length;
    const code = frame?.lines.map(({ number, text }) => `${number === line ? ">" : " "} ${String(number).padStart(digits)} | ${text}`);
    return [
      `### ${severity.toUpperCase()}: ${escapedMarkdown(titleOf(rules, rule))}`,
      `${markdownCode(`${file}:${line}:${column}`)} · ${markdownCode(rule)} · ${finding.threats.map(escapedMarkdown).join(" ")} · ${circumstances(finding)}`,
      spokenMarkdown(message),
      ...(code === undefined ? [] : [markdownBlock(code)]),
      ...pathFold(finding),
      ...notes.map((note) => `> ${spokenMarkdown(note)}`),
      `**Fix:** ${spokenMarkdown(fix)}`,
      `<sub>${escapedMarkdown(standardsLine(finding.standards))} · ${markdownCode(fingerprint)}</sub>`,
    ].join("\n\n");
  };
}

function pathFold({ path }: Finding): readonly string[] {
  if (path.length === 0) return [];
  const steps = path.map(({ file, line, what }, index) => `${index + 1}. ${markdownCode(placeOf(file, line))} ${spokenMarkdown(what)}`);
  return [`<details><summary>How it gets there, in ${counted(path.length, "step")}</summary>\n\n${steps.join("\n")}\n\n</details>`];
}

/** Every attack, with what was done and how to do it again. */
function rulingsFold({ probe }: Audit): string {
  if (probe === undefined) return "";
  const rows = probe.verdicts.map(
    ({ attack, ruling, threats, said }) =>
      `| ${markdownCode(attack)} | ${threats.map(escapedMarkdown).join(" ")} | ${ruling === "proven" ? "**proven**" : RULING_WORDS[ruling]} | ${escapedMarkdown(said)} |`,
  );
  const proofs = probe.verdicts.flatMap(({ attack, cases }) =>
    cases
      .filter(({ ruling }) => ruling === "proven")
      .slice(0, 1)
      .map(({ name, reproduce }) => [`${markdownCode(attack)} ${escapedMarkdown(name)}`, markdownBlock([...reproduce])].join("\n\n")),
  );
  const table = ["| attack | threats | verdict | what was seen |", "| --- | --- | --- | --- |", ...rows].join("\n");
  const again =
    proofs.length === 0 ? "" : `\n\n<details><summary>Commands that show it again</summary>\n\n${proofs.join("\n\n")}\n\n</details>`;
  return `### Attacks: ${rulingCounts(probe)}\n\n${table}${again}`;
}

const placeOf = (file: string, line: number | undefined): string => (line === undefined ? file : `${file}:${line}`);
const item = (place: string, said: string): string => `- ${markdownCode(place)} ${escapedMarkdown(said)}`;
const acceptedItem = (finding: Finding): string => item(`${finding.file}:${finding.line} ${finding.rule}`, acceptedSentence(finding));

function fold(title: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  const more = items.length - MOST_LISTED;
  const listed = [...items.slice(0, MOST_LISTED), ...(more > 0 ? [`- and ${more} more`] : [])];
  return `<details><summary>${title}</summary>\n\n${listed.join("\n")}\n\n</details>`;
}
