// One finding on a terminal: what, where, the code, how the input gets there, why what looks like a guard is none, and
// what to do.
import type { Finding } from "../finding/finding.ts";
import { escaped } from "./escape.ts";
import { type Frame, framer } from "./frame.ts";
import type { ReportOptions } from "./report.ts";
import { columnsOf, type Paint, wrapped } from "./terminal.ts";
import { circumstances, standardsLine, titleOf } from "./words.ts";

const INDENT = "     ";
const LABEL = 6;

type Write = (finding: Finding, number: number) => string;

export function findingWriter({ rules, sourceOf, width }: ReportOptions, paint: Paint): Write {
  const frameAt = framer(sourceOf, width - 16);
  return (finding, number) =>
    [
      ...head(finding, number, titleOf(rules, finding.rule), width, paint),
      "",
      ...wrapped(escaped(finding.message), width - INDENT.length).map((line) => INDENT + line),
      ...codeLines(frameAt(finding), paint),
      ...pathLines(finding, frameAt, width, paint),
      ...finding.notes.flatMap((note) => labelled("Note", note, width, paint)),
      ...labelled("Fix", finding.fix, width, paint),
      ...labelled("See", unbroken(standardsLine(finding.standards)), width, paint).map((line) =>
        paint("dim", line.replaceAll(NO_BREAK, " ")),
      ),
      paint("dim", `${INDENT}${"Id".padEnd(LABEL)}${escaped(finding.fingerprint)}`),
    ].join("\n");
}

function head(finding: Finding, number: number, title: string, width: number, paint: Paint): readonly string[] {
  const { rule, threats, file, line, column } = finding;
  const ids = `${rule} · ${threats.join(" ")} · ${circumstances(finding)}`;
  return [
    `${String(number).padStart(3)}  ${paint("bold", escaped(title))}`,
    ...wrapped(escaped(ids), width - INDENT.length).map((row) => INDENT + paint("dim", row)),
    `${INDENT}${paint("cyan", `${escaped(file)}:${line}:${column}`)}`,
  ];
}

function codeLines(frame: Frame | undefined, paint: Paint): readonly string[] {
  if (frame === undefined) return [];
  const digits = String(frame.lines.at(-1)!.number).length;
  const rows = frame.lines.flatMap(({ number, text }) => {
    const label = String(number).padStart(digits);
    if (number !== frame.line) return [paint("dim", `${INDENT}  ${label} │ ${escaped(text)}`.trimEnd())];
    const before = columnsOf(escaped(text.slice(0, frame.caret)));
    return [
      `${INDENT}${paint("red", "▸")} ${paint("bold", label)} ${paint("dim", "│")} ${escaped(text)}`.trimEnd(),
      `${INDENT}  ${" ".repeat(digits)} ${paint("dim", "│")} ${" ".repeat(before)}${paint("red", "^")}`,
    ];
  });
  return ["", ...rows, ""];
}

function pathLines({ path }: Finding, frameAt: ReturnType<typeof framer>, width: number, paint: Paint): readonly string[] {
  if (path.length === 0) return [];
  const rows = path.flatMap((step, index) => {
    const isLast = index === path.length - 1;
    const code = frameAt(step, 0)?.lines[0]?.text.trim() ?? "";
    const [first = "", ...rest] = wrapped(`${escaped(step.file)}:${step.line}: ${escaped(step.what)}`, width - INDENT.length - 3);
    return [
      `${INDENT}${paint("dim", isLast ? "╰─" : "├─")} ${first}`,
      ...rest.map((line) => `${INDENT}${paint("dim", isLast ? " " : "│")}    ${line}`),
      ...(code === "" ? [] : [`${INDENT}${paint("dim", `${isLast ? " " : "│"}    ${escaped(code)}`)}`]),
    ];
  });
  return [`${INDENT}${paint("bold", "How it gets there")}`, ...rows, ""];
}

const NO_BREAK = "\u00a0";
/** Lines end behind a dot, and not within the name of a clause. */
const unbroken = (standards: string): string => standards.replaceAll("AISVS ", `AISVS${NO_BREAK}`).replaceAll(" · ", `${NO_BREAK}· `);

function labelled(label: string, text: string, width: number, paint: Paint): readonly string[] {
  const lines = wrapped(escaped(text), width - INDENT.length - LABEL);
  return lines.map((line, index) => `${INDENT}${index === 0 ? paint("bold", label.padEnd(LABEL)) : " ".repeat(LABEL)}${line}`);
}
