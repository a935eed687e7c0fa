// What most commands begin with: the contract file, the keys it points to, the embedded file it names.
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type KeyRing, keysFromEnv, SallyportError } from "@sallyport/guard";
import { keysFromFile } from "@sallyport/guard/keys-file";
import { type Embedded, jsonLog, type Level, type LoadedContract, loadContractFile, type Log, openEmbedded } from "@sallyport/server";
import { type Command, Option } from "commander";

export interface OpenOptions {
  readonly store?: string;
  readonly keys?: string;
  readonly logLevel?: Level;
}

export interface Opened extends LoadedContract {
  /** Absolute path of the contract file. */
  readonly path: string;
  readonly log: Log;
  readonly keys: () => KeyRing;
  /** Made when it is not there. */
  readonly embedded: () => Embedded;
  /** For those who look into what others wrote. @throws {SallyportError} `ERR_STORE_UNAVAILABLE` when it is not there. */
  readonly kept: () => Embedded;
}

const DEFAULT_KEYS = "SALLYPORT_KEYS";
const DEFAULT_STORE = "sallyport.db";

/** The options that {@link open} reads. */
export function withOpenOptions(command: Command): Command {
  return command
    .argument("<contract>", "the contract file, YAML or JSON")
    .option("--store <file>", "SQLite file of broker and stores (default: the contract's, else sallyport.db beside it)")
    .option("--keys <file>", `JSON file of keys (default: the contract's, else the environment variable ${DEFAULT_KEYS})`)
    .addOption(new Option("--log-level <level>", "least level that is logged").choices(["debug", "info", "warn", "error"]).default("info"));
}

/** Paths in the contract file are relative to it; paths given on the command line, to where the command runs. */
export async function open(contract: string, options: OpenOptions): Promise<Opened> {
  const path = resolve(contract);
  const loaded = await loadContractFile(path);
  const { keys, store, policy } = loaded.settings;
  // A shorter lease asks for deliveries to come back as soon.
  const visibility = policy.leaseMs === undefined ? {} : { visibilityMs: Math.min(policy.leaseMs, 10_000) };
  const file = options.store === undefined ? (store ?? resolve(dirname(path), DEFAULT_STORE)) : resolve(options.store);
  return {
    ...loaded,
    path,
    log: jsonLog({ level: options.logLevel ?? "info" }),
    keys: () => {
      if (options.keys !== undefined) return keysFromFile(resolve(options.keys));
      if (keys !== undefined && "file" in keys) return keysFromFile(keys.file);
      return keysFromEnv(keys?.env ?? DEFAULT_KEYS);
    },
    embedded: () => openEmbedded(file, visibility),
    kept: () => {
      if (existsSync(file)) return openEmbedded(file, visibility);
      throw new SallyportError("ERR_STORE_UNAVAILABLE", "the SQLite file is not there", {
        place: file,
        remedy: "Check --store, or store in the contract; the server and the worker make it when they first start.",
      });
    },
  };
}
