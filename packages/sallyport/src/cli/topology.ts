// `sallyport topology`: what a broker has to have for a contract, and with --apply makes it.
import { resolve } from "node:path";
import { SallyportError } from "@sallyport/guard";
import {
  type Broker,
  brokerNamed,
  BROKERS,
  type Chosen,
  chooseBroker,
  chooseStore,
  type Declaration,
  escapedJson,
  escapedLines,
  isUrl,
  jsonLog,
  layoutOf,
  loadContractFile,
  openSettings,
} from "@sallyport/server";
import { Command } from "commander";
import { definedOf } from "./numbers.ts";
import { isInsecure } from "./open.ts";

interface TopologyOptions {
  readonly broker?: string;
  readonly store?: string;
  readonly apply?: boolean;
  readonly insecure?: boolean;
  readonly group?: string;
  readonly tenant?: readonly string[];
  readonly json?: boolean;
}

export function topologyCommand(): Command {
  return new Command("topology")
    .description("Show which topics, queues, streams and groups a contract needs, and with --apply make those that are not there.")
    .argument("<contract>", "the contract file, YAML or JSON")
    .option("--broker <url or name>", `broker, or one of ${BROKERS.map(({ name }) => name).join(", ")} (default: the contract's)`)
    .option("--store <url>", "with --apply: make its tables too (default: the contract's)")
    .option("--apply", "make what is not there; what is there is left as it is, and `sallyport doctor` says what is wrong with it")
    .option("--insecure", "take a broker that is plaintext or open to whoever reaches it, off this machine")
    .option("--group <name>", "consumer group (default: the contract's name)")
    .option("--tenant <name...>", "tenants, for destinations with {tenant}")
    .option("--json", "as JSON")
    .action(topology);
}

async function topology(contract: string, options: TopologyOptions): Promise<void> {
  const loaded = await loadContractFile(resolve(contract));
  const { group, tenant: tenants } = options;
  const { policy } = loaded.settings;
  const layout = layoutOf(loaded.contract, { policy, ...definedOf({ group, tenants }) });
  const given = options.broker ?? loaded.settings.broker;
  const insecure = isInsecure(loaded.settings, options);
  const chosen = chosenFor(given, insecure);
  const declarations = chosen.kind.topology(layout, chosen.address);
  if (options.json === true) console.log(escapedJson(declarations, undefined, 2));
  else if (declarations.length === 0) console.log(`${chosen.kind.name} needs nothing to be declared`);
  else for (const declaration of declarations) console.log(escapedLines(textOf(declaration)));
  if (options.apply !== true) return;
  if (chosen.address === undefined) {
    throw new SallyportError("ERR_CONFIG_INVALID", "a kind of broker is nowhere, and nothing can be made there", {
      place: "--broker",
      remedy: `Give its address, like ${chosen.kind.example}.`,
    });
  }
  const open = openSettings(policy, jsonLog({ level: "warn" }));
  const opened = await chosen.kind.open(chosen.address, open);
  try {
    await opened.declare(layout);
    console.error(`declared on ${String(chosen.address)}`);
  } finally {
    await opened.close();
  }
  const store = options.store ?? loaded.settings.store;
  if (store === undefined || !isUrl(store)) return;
  const { kind, address } = chooseStore(store, insecure);
  const kept = await kind.open(address, open);
  try {
    await kept.declare();
    console.error(`declared on ${String(address)}`);
  } finally {
    await kept.close();
  }
}

/** An address, or the bare name of a kind. @throws {SallyportError} `ERR_CONFIG_*`. */
function chosenFor(given: string | undefined, insecure: boolean): Pick<Chosen<Broker>, "kind"> & Partial<Chosen<Broker>> {
  if (given !== undefined && isUrl(given)) return chooseBroker(given, insecure);
  const kind = given === undefined ? undefined : brokerNamed(given);
  if (kind !== undefined) return { kind };
  throw new SallyportError("ERR_CONFIG_INVALID", given === undefined ? "no broker is given" : "there is no broker of this name", {
    place: "--broker",
    remedy: `Give its address, or one of ${BROKERS.map(({ name }) => name).join(", ")}.`,
  });
}

function textOf({ kind, name, use, settings, command }: Declaration): string {
  const said = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return [
    `${kind} ${name} (${use})${said.length === 0 ? "" : `: ${said.join(", ")}`}`,
    ...command.split("\n").map((line) => `  ${line}`),
  ].join("\n");
}
