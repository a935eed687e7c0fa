// `sallyport serve`: the ready-made MCP server, over standard input and output or over HTTP.
import type { Principal } from "@sallyport/guard";
import {
  type Backing,
  CallsInFlight,
  type Doors,
  healthChecksOf,
  healthOf,
  layoutOf,
  logWarnings,
  openDoors,
  refuseWrong,
  runUntilStopped,
  serveHttp,
  serveOverStdio,
} from "@sallyport/server";
import { Command } from "commander";
import { definedOf, wholeNumber } from "./numbers.ts";
import { open, type Opened, type OpenOptions, withOpenOptions } from "./open.ts";
import { listTools } from "./tools.ts";

interface ServeOptions extends OpenOptions {
  readonly stdio?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly listTools?: boolean;
  readonly json?: boolean;
}

export function serveCommand(): Command {
  return withOpenOptions(new Command("serve"))
    .description("Serve the contract's events as MCP tools, over Streamable HTTP or, with --stdio, to the client that starts it.")
    .option("--stdio", "speak MCP on standard input and output")
    .option("--host <host>", "address to listen on (default 127.0.0.1)")
    .option("--port <port>", "port to listen on; 0 for any (default 8321)", wholeNumber(0, 65_535))
    .option("--list-tools", "print what an agent will see, and end")
    .option("--json", "with --list-tools: as JSON")
    .action(serve);
}

async function serve(path: string, options: ServeOptions): Promise<void> {
  const opened = await open(path, options);
  const { contract, log } = opened;
  logWarnings(log);
  const keys = opened.keys();
  const backing = await opened.backing();
  try {
    const calls = new CallsInFlight();
    const doors = openDoors({ contract, keys, backing, calls, log });
    const local = localPrincipal(opened);
    if (options.listTools === true) await listTools(doors, local, options.json === true);
    else {
      // Destinations of tenants are the workers' to check: a server has no list of tenants.
      await refuseWrong(backing.checks(layoutOf(contract, { tenants: [], policy: opened.settings.policy }), "server"), log);
      process.exitCode = await runUntilStopped(await start(opened, doors, local, options, backing), { log });
    }
  } finally {
    await backing.close();
  }
}

async function start({ settings, log, contract }: Opened, doors: Doors, local: Principal, options: ServeOptions, backing: Backing) {
  if (options.stdio === true) {
    const serving = serveOverStdio(doors, local);
    log("info", "serving", { contract: contract.name, over: "stdio", principal: local.id });
    return serving;
  }
  const health = healthOf({ ...healthChecksOf(backing), draining: () => !doors.calls.closed });
  const { host, port, ...rest } = settings.server;
  const serving = await serveHttp(doors, {
    ...rest,
    ...definedOf({ host: options.host ?? host, port: options.port ?? port }),
    local,
    health,
  });
  log("info", "serving", { contract: contract.name, over: "http", url: serving.url });
  return serving;
}

/** Whoever started this process. */
const localPrincipal = ({ settings }: Opened): Principal => settings.stdio ?? { id: "local" };
