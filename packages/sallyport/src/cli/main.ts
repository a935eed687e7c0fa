#!/usr/bin/env node
// The `sallyport` command. One file a subcommand; this one only lists them and says how an error is shown.
import { isSallyportError } from "@sallyport/guard";
import { Command } from "commander";
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

try {
  await program.parseAsync();
} catch (error) {
  // A refusal of ours says where and what to do; anything else is a fault of this program, and its stack is wanted.
  console.error(isSallyportError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = isSallyportError(error) ? 2 : 70;
}
