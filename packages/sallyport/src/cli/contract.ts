// `sallyport contract`: checks contract files.
import { loadContractFile } from "@sallyport/server";
import { Command } from "commander";

export function contractCommand(): Command {
  const command = new Command("contract").description("Check contract files, and show what they say.");
  command
    .command("check")
    .description("Check contract files. The first fault of each is named with file, line and column.")
    .argument("<contract...>", "contract files")
    .action(check);
  return command;
}

async function check(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { contract } = await loadContractFile(path);
    console.log(`${path}: ${contract.name}, ${contract.events.size} events`);
  }
}
