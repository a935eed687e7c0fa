// `sallyport work`: runs the user's handlers on what was published, with health over HTTP.
import {
  type Backing,
  type HealthServer,
  isolateHandlers,
  layoutOf,
  type LoadedHandlers,
  loadHandlers,
  type Log,
  logWarnings,
  refuseWrong,
  runUntilStopped,
  serveHealth,
  startWork,
  type Working,
} from "@sallyport/server";
import { Command } from "commander";
import { definedOf, wholeNumber } from "./numbers.ts";
import { open, type OpenOptions, withOpenOptions } from "./open.ts";

interface WorkCommandOptions extends OpenOptions {
  readonly handlers: string;
  readonly group?: string;
  readonly tenant?: readonly string[];
  readonly isolate?: boolean;
  readonly healthPort?: number;
  readonly healthHost: string;
}

export function workCommand(): Command {
  return withOpenOptions(new Command("work"))
    .description("Handle the contract's events with the functions of a module, each exactly once.")
    .requiredOption("--handlers <file>", "module whose default export has a function for each event type")
    .option("--group <name>", "consumer group (default: the contract's name)")
    .option("--tenant <name...>", "tenants to read, for destinations with {tenant}")
    .option("--isolate", "run each handler in a thread that can be ended when it never returns")
    .option("--health-port <port>", "answer /healthz and /readyz there; 0 for any", wholeNumber(0, 65_535))
    .option("--health-host <host>", "address for health", "127.0.0.1")
    .action(work);
}

async function work(path: string, options: WorkCommandOptions): Promise<void> {
  const opened = await open(path, options);
  const { contract, log, settings } = opened;
  logWarnings(log);
  const keys = opened.keys();
  const { handlers, close } = await load(options, settings.policy.concurrency ?? DEFAULT_CONCURRENCY, log);
  const { group, tenant: tenants } = options;
  let [backing, health, working]: [Backing?, HealthServer?, Working?] = [];
  try {
    backing = await opened.backing();
    // Before anything is taken from the broker: with a port that cannot be had, nothing is to be drained.
    health = await answering(options, async () => (await working?.health.failing()) ?? ["starting"]);
    await refuseWrong(
      backing.checks(layoutOf(contract, { tenants: tenants ?? [], policy: settings.policy, ...definedOf({ group }) }), "worker"),
      log,
    );
    working = await startWork({ contract, keys, backing, handlers, log, ...definedOf({ group, tenants, policy: settings.policy }) });
    log("info", "working", { contract: contract.name, group: group ?? contract.name, events: Object.keys(handlers), health: health?.url });
    process.exitCode = await runUntilStopped(working, { log });
  } catch (error) {
    throw opened.placed(error);
  } finally {
    await close();
    await health?.close();
    await backing?.close();
  }
}

async function answering({ healthPort, healthHost }: WorkCommandOptions, failing: () => Promise<readonly string[]>) {
  return healthPort === undefined ? undefined : serveHealth({ failing }, healthHost, healthPort);
}

/** As the consumer's own default. */
const DEFAULT_CONCURRENCY = 16;

async function load({ handlers, isolate }: WorkCommandOptions, concurrency: number, log: Log): Promise<LoadedHandlers> {
  if (isolate === true) return isolateHandlers(handlers, concurrency, log);
  return { handlers: await loadHandlers(handlers), close: () => Promise.resolve() };
}
