// The options of commands that end in a report, and where the report goes: to the terminal, or to files, whose endings
// say their formats. The command ends with what `verdict.ts` says.
import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { SourceOf } from "../finding/fingerprint.ts";
import type { Audit, RuleInfo } from "../finding/report-data.ts";
import { FORMATS, type Format, formatOf, REPORTS } from "../report/index.ts";
import { EXIT, exitCode, FAIL_ON, type FailOn } from "../report/verdict.ts";
import { verdictSentence } from "../report/words.ts";
import { escaped } from "../report/escape.ts";

export interface GivenReportOptions {
  readonly format?: Format;
  readonly output?: readonly string[];
  readonly failOn: FailOn;
}

export interface Reported {
  /** Asked where a report speaks of them: JSON does not. */
  readonly rules: () => Promise<readonly RuleInfo[]>;
  readonly sourceOf: SourceOf;
}

/** With them, {@link report} has what it needs. A misspelt option ends with 2: 1 would read as a finding. */
export function withReportOptions(command: Command): Command {
  return command
    .exitOverride(({ exitCode: code }) => process.exit(code === 0 ? 0 : EXIT.couldNotRun))
    .addOption(new Option("--format <format>", "format of the report (default: by the ending of --output, else text)").choices(FORMATS))
    .option("-o, --output <file>", "write the report to a file; may be given several times, for several formats", outputs, [])
    .addOption(
      new Option("--fail-on <severity>", "end with 1 when a finding is as severe as that or more").choices(FAIL_ON).default("high"),
    );
}

function outputs(file: string, before: readonly string[]): readonly string[] {
  if (file === "") throw new InvalidArgumentError("It names no file.");
  return [...before, file];
}

/** Writes every report that was asked for, and sets the code that the process ends with. */
export async function report(audit: Audit, options: GivenReportOptions, { rules, sourceOf }: Reported): Promise<void> {
  const { format, output = [], failOn } = options;
  const formats = output.length === 0 ? [format ?? "text"] : output.map((file) => format ?? formatOf(file) ?? "text");
  const pages = formats.every((one) => one === "json") ? [] : await rules();
  const written = (as: Format, colour: boolean): string =>
    REPORTS[as].write(audit, { rules: pages, sourceOf, colour, width: process.stdout.columns ?? 100 });
  if (output.length === 0) process.stdout.write(written(format ?? "text", isColourful()));
  for (const file of output) await writeFile(file, written(format ?? formatOf(file) ?? "text", false));
  if (output.length > 0) console.error(`${audit.grade.letter}: ${verdictSentence(audit)} Written to ${escaped(output.join(", "))}.`);
  process.exitCode = exitCode(audit, failOn);
}

/** https://no-color.org: set and not empty means no. */
const isColourful = (): boolean => process.stdout.isTTY === true && (process.env["NO_COLOR"] ?? "") === "";
