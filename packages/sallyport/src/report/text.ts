// The report for a terminal: grade and axes, then what counts, the worst first, then what was accepted, what is to be
// noted, and what was read and what was not.
import type { Finding, Severity } from "../finding/finding.ts";
import type { Audit, Grade, Letter } from "../finding/report-data.ts";
import { escaped } from "./escape.ts";
import type { Report } from "./report.ts";
import { columnsOf, type Ink, type Paint, painter, wrapped } from "./terminal.ts";
import { findingWriter } from "./text-finding.ts";
import { rulingLines } from "./text-rulings.ts";
import { acceptedSentence, AXIS_TITLES, counted, coverageSentences, kindOf, partsOf, verdictSentence } from "./words.ts";

const BAR = 20;
const MOST_NOT_READ = 20;
const LEAST_WIDTH = 50;
const MOST_WIDTH = 120;

export const textReport: Report = (audit, options) => {
  const paint = painter(options.colour);
  const width = Math.min(Math.max(options.width, LEAST_WIDTH), MOST_WIDTH);
  const write = findingWriter({ ...options, width }, paint);
  const { open, accepted } = partsOf(audit);
  let number = 0;
  const findings = [...open].flatMap(([severity, those]) => [
    heading(severity, those, width, paint),
    ...those.map((finding) => write(finding, (number += 1))),
  ]);
  const parts = [
    banner(audit, width, paint),
    axes(audit.grade, width, paint),
    ...findings,
    ...rulingLines(audit, width, paint),
    ...acceptedPart(accepted, width, paint),
    ...notesPart(audit, width, paint),
    coveragePart(audit, width, paint),
    ...notReadPart(audit, width, paint),
    ...(open.size === 0 ? [] : [paint("dim", "  sallyport explain RULE says more about a rule.")]),
  ];
  return `\n${parts.join("\n\n")}\n`;
};

const LETTER_INK: Readonly<Record<Letter | "n/a", Ink>> = {
  A: "onGreen",
  B: "onCyan",
  C: "onYellow",
  D: "onMagenta",
  F: "onRed",
  "n/a": "onWhite",
};

function banner(audit: Audit, width: number, paint: Paint): string {
  const { letter, score } = audit.grade;
  const inner = `  ${letter}  `;
  const rule = "━".repeat(inner.length);
  const said = [
    paint("bold", `Sallyport ${kindOf(audit)} of ${escaped(audit.target)}`),
    ...wrapped(`${score === null ? "" : `${score} of 100. `}${verdictSentence(audit)}`, width - inner.length - 7),
  ];
  const box = [`┏${rule}┓`, `┃${paint(LETTER_INK[letter], inner)}┃`, `┗${rule}┛`];
  return Array.from({ length: Math.max(box.length, said.length) }, (_, row) =>
    `  ${box[row] ?? " ".repeat(inner.length + 2)}  ${said[row] ?? ""}`.trimEnd(),
  ).join("\n");
}

const inkOf = (letter: Letter | "n/a"): Ink =>
  letter === "A" ? "green" : letter === "B" ? "cyan" : letter === "C" ? "yellow" : letter === "D" ? "magenta" : "red";

function axes(grade: Grade, width: number, paint: Paint): string {
  const bar = width < 70 ? 10 : BAR;
  return grade.axes
    .map(({ axis, score, letter, findings }) => {
      const title = `  ${AXIS_TITLES[axis].padEnd(19)}`;
      if (score === null) return paint("dim", `${title}${"·".repeat(bar)}  n/a     nothing to judge`);
      const full = Math.floor((score * bar) / 100);
      const drawn = paint(inkOf(letter), "█".repeat(full)) + paint("dim", "░".repeat(bar - full));
      return `${title}${drawn}  ${String(score).padStart(3)}  ${paint(inkOf(letter), letter)}  ${findings === 0 ? "" : counted(findings, "finding")}`.trimEnd();
    })
    .join("\n");
}

export const SEVERITY_INK: Readonly<Record<Severity, Ink>> = {
  critical: "red",
  high: "magenta",
  medium: "yellow",
  low: "cyan",
  note: "blue",
};

function heading(severity: Severity, those: readonly Finding[], width: number, paint: Paint): string {
  const said = `${severity.toUpperCase()} · ${counted(those.length, "finding")} `;
  return `  ${paint(SEVERITY_INK[severity], paint("bold", said) + "─".repeat(width - 4 - columnsOf(said)))}`;
}

function section(title: string, lines: readonly string[], paint: Paint): string {
  return [`  ${paint("bold", title)}`, ...lines].join("\n");
}

const hanging = (text: string, width: number): readonly string[] =>
  wrapped(text, width - 6).map((line, index) => `${index === 0 ? "    " : "      "}${line}`);

function acceptedPart(accepted: readonly Finding[], width: number, paint: Paint): readonly string[] {
  if (accepted.length === 0) return [];
  const lines = accepted.flatMap((finding) => [
    `    ${escaped(finding.rule)}  ${paint("cyan", `${escaped(finding.file)}:${finding.line}`)}`,
    ...wrapped(escaped(`${finding.severity}, ${acceptedSentence(finding)} (${finding.fingerprint})`), width - 8).map(
      (line) => `      ${paint("dim", line)}`,
    ),
  ]);
  return [section(`Accepted, not counted: ${counted(accepted.length, "finding")}`, lines, paint)];
}

function notesPart({ notes = [] }: Audit, width: number, paint: Paint): readonly string[] {
  if (notes.length === 0) return [];
  const lines = notes.flatMap(({ file, line, what }) => hanging(escaped(`${file}${line === undefined ? "" : `:${line}`}: ${what}`), width));
  return [section("To be noted", lines, paint)];
}

function coveragePart(audit: Audit, width: number, paint: Paint): string {
  const lines = coverageSentences(audit).flatMap((sentence) => hanging(escaped(sentence), width));
  return section("Coverage", [...lines, paint("dim", `    Graded by specification ${audit.grade.specification}.`)], paint);
}

function notReadPart({ notRead }: Audit, width: number, paint: Paint): readonly string[] {
  if (notRead.length === 0) return [];
  const more = notRead.length - MOST_NOT_READ;
  const lines = notRead.slice(0, MOST_NOT_READ).flatMap(({ file, why }) => hanging(escaped(`${file}: ${why}`), width));
  return [section("Not read", [...lines, ...(more > 0 ? [`    and ${more} more; the JSON report names all`] : [])], paint)];
}
