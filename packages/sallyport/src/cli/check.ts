// `sallyport check`: the audit of a server's source and the probe of the same server, in one report.
import { Command } from "commander";
import type { CheckOptions } from "./check/run.ts";
import { withProbeOptions } from "./probe.ts";
import { withReportOptions } from "./report-options.ts";

export function checkCommand(): Command {
  return withProbeOptions(withReportOptions(new Command("check")))
    .description("Audit a server's source, probe it running, and say of each finding whether it was proven or withstood.")
    .argument("<path>", "the server's source, a file or a folder")
    .argument("[command...]", "how the server is started, after --; a profile can say it, too")
    .option("--config <file>", "the audit's configuration (default: sallyport.audit.yaml in that folder)")
    .action(async (path: string, command: readonly string[], options: CheckOptions) => {
      const { runCheck } = await import("./check/run.ts");
      await runCheck(path, command, options);
    });
}
