// `sallyport audit`: reads a project's source, offline, and says where it is open. The audit itself is loaded when asked
// for, so that help and misspelt options do not wait for it.
import { Command, Option } from "commander";
import { wholeNumber } from "./numbers.ts";
import type { AuditOptions } from "./audit/options.ts";
import { withReportOptions } from "./report-options.ts";

export function auditCommand(): Command {
  return withReportOptions(new Command("audit"))
    .description("Find where a project is open to injection, topic confusion, replay and poison. It is read, never run.")
    .argument("[target...]", "files and folders of one program, npm:NAME@VERSION, or the URL of a git repository (default: .)")
    .option("--baseline <file>", "findings that are known: shown, not counted")
    .option("--write-baseline <file>", "write what is found as the baseline, and end with 0")
    .option("--since <revision>", "show only what touches files that were changed since this revision of git")
    .option("--root <folder>", "what files are named relative to (default: the nearest folder that holds all paths)")
    .option("--config <file>", "configuration (default: sallyport.audit.yaml in that folder)")
    .option("--tests", "follow tests that the product does not import, too")
    .option("--timeout <seconds>", "give up after so long", wholeNumber(1, 86_400), 300)
    .option("-q, --quiet", "no progress, and no text where nothing fails")
    .option("--no-colour", "no colours, as with the environment variable NO_COLOR")
    .addOption(new Option("--no-color").hideHelp())
    .option("--mcp", "serve the audit as an MCP tool on standard input and output, for these folders and no other")
    .action(async (targets: readonly string[], options: AuditOptions) => {
      const { runAudit } = await import("./audit/run.ts");
      await runAudit(targets, options);
    });
}
