// `sallyport contract`: checks a contract file, writes it as AsyncAPI, and says what a change would break.
import { toAsyncApi } from "@sallyport/guard/asyncapi";
import { diffContracts } from "@sallyport/guard/contract-diff";
import { escaped, loadContractFile } from "@sallyport/server";
import { Command } from "commander";
import { stringify } from "yaml";

export function contractCommand(): Command {
  const command = new Command("contract").description("Check contract files, and show what they say.");
  command
    .command("check")
    .description("Check contract files. The first fault of each is named with file, line and column.")
    .argument("<contract...>", "contract files")
    .action(check);
  command
    .command("asyncapi")
    .description("Write the contract as an AsyncAPI 3 document.")
    .argument("<contract>", "contract file")
    .option("--json", "as JSON instead of YAML")
    .action(asyncApi);
  command
    .command("diff")
    .description("Say what changed between two contracts and whom it breaks. Ends with 1 when consumers would break.")
    .argument("<before>", "contract file as it is")
    .argument("<after>", "contract file as it would be")
    .option("--json", "as JSON")
    .action(diff);
  return command;
}

async function check(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { contract } = await loadContractFile(path);
    console.log(`${path}: ${contract.name}, ${contract.events.size} events`);
  }
}

async function asyncApi(path: string, options: { readonly json?: boolean }): Promise<void> {
  const { contract } = await loadContractFile(path);
  const document = toAsyncApi(contract);
  console.log(options.json === true ? JSON.stringify(document, null, 2) : stringify(document).trimEnd());
}

async function diff(before: string, after: string, options: { readonly json?: boolean }): Promise<void> {
  const [one, other] = await Promise.all([loadContractFile(before), loadContractFile(after)]);
  const changes = diffContracts(one.contract, other.contract);
  if (options.json === true) console.log(JSON.stringify(changes, null, 2));
  else
    for (const { breaks, event, change, detail } of changes)
      console.log(escaped(`${breaks === "nothing" ? "ok" : `breaks ${breaks}`}: ${event}: ${change}: ${detail}`));
  if (options.json !== true && changes.length === 0) console.log("no change");
  if (changes.some(({ breaks }) => breaks === "consumers")) process.exitCode = 1;
}
