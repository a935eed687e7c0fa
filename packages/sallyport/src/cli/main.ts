#!/usr/bin/env node
// The `sallyport` command. One file a subcommand; this one only lists them and says how an error is shown. Only the one
// that is asked for is loaded: an audit needs no broker, and a server no parser.
import type { SallyportError } from "@sallyport/guard";
import { Command, CommanderError } from "commander";
import { endSoon } from "./end.ts";
import { refusalOfNode } from "./node-version.ts";

const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["demo", async () => (await import("./demo.ts")).demoCommand()],
  ["init", async () => (await import("./init.ts")).initCommand()],
  ["serve", async () => (await import("./serve.ts")).serveCommand()],
  ["work", async () => (await import("./work.ts")).workCommand()],
  ["audit", async () => (await import("./audit.ts")).auditCommand()],
  ["check", async () => (await import("./check.ts")).checkCommand()],
  ["probe", async () => (await import("./probe.ts")).probeCommand()],
  ["explain", async () => (await import("./explain.ts")).explainCommand(await everyPage())],
  ["rules", async () => (await import("./rules.ts")).rulesCommand((await import("../audit/rules/pages.ts")).rulePages)],
  ["contract", async () => (await import("./contract.ts")).contractCommand()],
  ["doctor", async () => (await import("./doctor.ts")).doctorCommand()],
  ["topology", async () => (await import("./topology.ts")).topologyCommand()],
  ["acl", async () => (await import("./acl.ts")).aclCommand()],
  ["dead", async () => (await import("./dead.ts")).deadCommand()],
  ["trail", async () => (await import("./trail.ts")).trailCommand()],
]);

/** Of the audit's rules and of the probe's attacks. */
async function everyPage() {
  const [{ rulePages }, { attackPages }] = await Promise.all([import("../audit/rules/pages.ts"), import("../probe/document.ts")]);
  return () => [...rulePages(), ...attackPages()];
}

const tooOld = refusalOfNode(process.versions.node);
if (tooOld !== undefined) {
  console.error(tooOld);
  process.exit(2);
}

const program = new Command("sallyport")
  .description("The guarded double door between AI agents and message brokers.")
  .version("0.1.0")
  .showHelpAfterError();

const asked = COMMANDS.get(process.argv[2] ?? "");
for (const load of asked === undefined ? COMMANDS.values() : [asked]) program.addCommand(await load());

/** Errors of usage come here too: 1 is for verdicts, such as a trail that was changed. */
function overrideExit(command: Command): void {
  command.exitOverride();
  for (const sub of command.commands) overrideExit(sub);
}

/** Only where the remedy points to it: what clients say of an address may quote a password (OPS-05). */
function causeOf({ remedy, cause }: SallyportError): string {
  return remedy?.startsWith("See the cause") === true && cause instanceof Error ? `\n  cause: ${cause.name}: ${cause.message}` : "";
}

try {
  overrideExit(program);
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    // A refusal of ours says where and what to do; anything else is a fault of this program, and its stack is wanted.
    // What it quotes was written by whoever wrote the contract or the message.
    const [{ isSallyportError }, { escapedLines }] = await Promise.all([import("@sallyport/guard"), import("@sallyport/server/escape")]);
    console.error(isSallyportError(error) ? escapedLines(`${error.code}: ${error.message}${causeOf(error)}`) : error);
    process.exitCode = isSallyportError(error) ? 2 : 70;
  }
  endSoon();
}
