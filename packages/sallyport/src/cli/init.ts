// `sallyport init`: a starter that runs as it is: contract, worker, keys, and the configuration of MCP clients.
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import type { Launch } from "./clients.ts";
import { writeStarter } from "./starter.ts";

export function initCommand(): Command {
  return new Command("init")
    .description("Write a starter that runs as it is: contract, worker, keys, client configuration.")
    .argument("[folder]", "where to write it", ".")
    .option("--portable", "let clients start it with npx instead of with the paths of this machine")
    .action(init);
}

function init(folder: string, options: { readonly portable?: boolean }): void {
  const here = relative(process.cwd(), resolve(folder)) || ".";
  const { files, launch } = writeStarter(folder, options.portable === true);
  for (const name of files) console.log(`wrote ${join(here, name)}`);
  console.log(nextSteps(launch, here));
}

function nextSteps({ command, args }: Launch, folder: string): string {
  const cli = [command, ...args.slice(0, args.indexOf("serve"))].map(quoted).join(" ");
  const at = (name: string): string => quoted(join(folder, name));
  return `
Next:
  ${cli} work ${at("contract.yaml")} --handlers ${at("handlers.mjs")}
  ${cli} serve ${at("contract.yaml")} --list-tools

Agents: Claude Code, Cursor and VS Code find their configuration when opened in ${folder === "." ? "this folder" : folder}. For Claude Desktop, put what
  ${at(".mcp.json")} says into its claude_desktop_config.json.`;
}

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
