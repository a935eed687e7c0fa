// `sallyport probe`: starts a server beside a broker of its own, attacks it, and says what was shown. The probe itself is
// loaded when asked for, so that help and misspelt options do not wait for it.
import { Command, InvalidArgumentError, Option } from "commander";
import { wholeNumber } from "./numbers.ts";
import type { ProbeOptions } from "./probe/options.ts";
import { withReportOptions } from "./report-options.ts";

export function probeCommand(): Command {
  return withProbeOptions(withReportOptions(new Command("probe")))
    .description(
      "Attack a running MCP server and its broker, on this machine, and show what was proven. Ends with 2 when it could not run.",
    )
    .argument("[command...]", "how the server is started, after --; leave it out with --url or with a profile that says it")
    .action(async (command: readonly string[], options: ProbeOptions) => {
      const { runProbe } = await import("./probe/run.ts");
      await runProbe(command, options);
    });
}

/** Of the probe's own, for every command that probes. */
export function withProbeOptions(command: Command): Command {
  return command
    .option("--profile <file>", "what the probe is told of the server (docs/probe.md), or the name of a profile that comes with it")
    .option("--url <url>", "a server over Streamable HTTP, that runs already or is started by the command")
    .option(
      "--env <name=value>",
      "for the server's environment; may be given several times. {broker.url} and the like are filled in",
      pairs,
      [],
    )
    .addOption(new Option("--broker <kind>", "the broker that it expects (default: the profile's, else none)"))
    .option("--broker-url <url>", "one that runs already, in place of one of the probe's own")
    .option("--seed <seed>", "the same seed sends the same (default: a random one, which the report names)")
    .option("--only <attack...>", "these attacks alone")
    .option("--case <number>", "one case of them", wholeNumber(1, 100_000))
    .option("--dry-run", "say what would be sent, and call no tool")
    .option("--lanes <number>", "how many copies of the server run side by side", wholeNumber(1, 32), 6)
    .option("--timeout <seconds>", "what is not done by then is inconclusive", wholeNumber(1, 86_400), 600)
    .option("--mine-to-attack <host...>", "another host than this machine, which is yours to attack")
    .option("-q, --quiet", "no progress");
}

function pairs(given: string, before: readonly string[]): readonly string[] {
  if (!/^[^=]+=/.test(given)) throw new InvalidArgumentError("It is NAME=VALUE.");
  return [...before, given];
}
