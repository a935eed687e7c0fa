// `sallyport audit`: reads a project's source, offline, and says where it is open. What it loads, it loads when asked, so
// that the other commands do not pay for it.
import { Command, InvalidArgumentError, Option } from "commander";
import { wholeNumber } from "./numbers.ts";

const FORMATS = ["text", "json", "sarif", "markdown", "html", "badge", "shields"];
const FAIL_ON = ["critical", "high", "medium", "low", "note", "never"];

export interface AuditOptions {
  readonly format: readonly string[];
  readonly output: readonly string[];
  readonly failOn: string;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly since?: string;
  readonly config?: string;
  readonly tests?: boolean;
  readonly timeout: number;
  readonly quiet?: boolean;
  readonly colour?: boolean;
  readonly color?: boolean;
  readonly mcp?: boolean;
}

export function auditCommand(): Command {
  return new Command("audit")
    .description("Find where a project is open to injection, topic confusion, replay and poison. It is read, never run.")
    .argument("[target...]", "files and folders of one program, npm:NAME@VERSION, or the URL of a git repository (default: .)")
    .addOption(
      new Option("-f, --format <format>", `${FORMATS.join(", ")}; again for another report`).argParser(chosen(FORMATS)).default([], "text"),
    )
    .option(
      "-o, --output <file>",
      "where a report goes, in the order of --format; its ending says the format where none is given",
      (file: string, before: readonly string[]) => [...before, file],
      [],
    )
    .addOption(
      new Option("--fail-on <severity>", "end with 1 when there is a finding of this severity or worse").choices(FAIL_ON).default("high"),
    )
    .option("--baseline <file>", "findings that are known: shown, not counted")
    .option("--write-baseline <file>", "write what is found as the baseline, and end with 0")
    .option("--since <revision>", "show only what touches files that were changed since this revision of git")
    .option("--config <file>", "configuration (default: sallyport.audit.yaml in the audited folder)")
    .option("--tests", "follow tests that the product does not import, too")
    .option("--timeout <seconds>", "give up after so long", wholeNumber(1, 86_400), 300)
    .option("-q, --quiet", "no progress, and no report where there is nothing to say")
    .option("--no-colour", "no colours, as with the environment variable NO_COLOR")
    .addOption(new Option("--no-color").hideHelp())
    .option("--mcp", "serve the audit as an MCP tool on standard input and output, for these folders and no other")
    .action(async (targets: readonly string[], options: AuditOptions) => {
      const { runAudit } = await import("./audit/run.ts");
      process.exitCode = await runAudit(targets, options);
    });
}

function chosen(choices: readonly string[]): (value: string, before: readonly string[]) => readonly string[] {
  return (value, before) => {
    if (choices.includes(value)) return [...before, value];
    throw new InvalidArgumentError(`It is one of ${choices.join(", ")}.`);
  };
}
