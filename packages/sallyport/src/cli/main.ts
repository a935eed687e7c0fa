#!/usr/bin/env node
// The `sallyport` command. One file a subcommand; this one only lists them and says how an error is shown.
import { isSallyportError } from "@sallyport/guard";
import { escapedLines } from "@sallyport/server";
import { Command, CommanderError } from "commander";
import { contractCommand } from "./contract.ts";
import { deadCommand } from "./dead.ts";
import { demoCommand } from "./demo.ts";
import { initCommand } from "./init.ts";
import { serveCommand } from "./serve.ts";
import { trailCommand } from "./trail.ts";
import { workCommand } from "./work.ts";

const program = new Command("sallyport")
  .description("The guarded double door between AI agents and message brokers.")
  .version("0.1.0")
  .showHelpAfterError()
  .addCommand(demoCommand())
  .addCommand(initCommand())
  .addCommand(serveCommand())
  .addCommand(workCommand())
  .addCommand(contractCommand())
  .addCommand(deadCommand())
  .addCommand(trailCommand());

/** Errors of usage come here too: 1 is for verdicts, such as a trail that was changed. */
function overrideExit(command: Command): void {
  command.exitOverride();
  for (const sub of command.commands) overrideExit(sub);
}

try {
  overrideExit(program);
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    // A refusal of ours says where and what to do; anything else is a fault of this program, and its stack is wanted.
    // What it quotes was written by whoever wrote the contract or the message.
    console.error(isSallyportError(error) ? escapedLines(`${error.code}: ${error.message}`) : error);
    process.exitCode = isSallyportError(error) ? 2 : 70;
  }
}
