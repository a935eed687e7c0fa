// What most commands begin with: the contract file, the keys it points to, the broker and the store that it names.
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type KeyRing, keysFromEnv, SallyportError } from "@sallyport/guard";
import { keysFromFile } from "@sallyport/guard/keys-file";
import {
  type Backing,
  type Broker,
  type Chosen,
  chooseBroker,
  chooseStore,
  isPath,
  isUrl,
  jsonLog,
  type Level,
  type LoadedContract,
  loadContractFile,
  type Log,
  openBacking,
  openEmbedded,
  openSettings,
  type Settings,
  type Store,
  visibilityOf,
} from "@sallyport/server";
import { type Command, Option } from "commander";

export interface OpenOptions {
  readonly broker?: string;
  readonly store?: string;
  readonly insecure?: boolean;
  readonly keys?: string;
  readonly logLevel?: Level;
}

/** Where things are: in one SQLite file, or each at its address. */
export type Whereabouts =
  | { readonly kind: "embedded"; readonly file: string }
  | { readonly kind: "apart"; readonly broker: Chosen<Broker>; readonly store: Chosen<Store>; readonly file: string | undefined };

export type KeptStore = Pick<Backing, "deadLetters" | "trail" | "close">;

export interface Opened extends LoadedContract {
  /** Absolute path of the contract file. */
  readonly path: string;
  readonly log: Log;
  readonly keys: () => KeyRing;
  /** A SQLite file is made when it is not there. */
  readonly backing: () => Promise<Backing>;
  /** For those who look into what others wrote. @throws {SallyportError} `ERR_STORE_UNAVAILABLE` when a SQLite file is not there. */
  readonly kept: () => Promise<Backing>;
  /** As {@link Opened.kept}, without the broker. */
  readonly keptStore: () => Promise<KeptStore>;
}

const DEFAULT_KEYS = "SALLYPORT_KEYS";
const DEFAULT_STORE = "sallyport.db";

/** The options that {@link open} reads. */
export function withOpenOptions(command: Command): Command {
  return withAddresses(command)
    .option("--keys <file>", `JSON file of keys (default: the contract's, else the environment variable ${DEFAULT_KEYS})`)
    .addOption(new Option("--log-level <level>", "least level that is logged").choices(["debug", "info", "warn", "error"]).default("info"));
}

/** The contract, and where broker and store are. */
export function withAddresses(command: Command): Command {
  return command
    .argument("<contract>", "the contract file, YAML or JSON")
    .option(
      "--broker <url>",
      "broker (default: the contract's, else the store's SQLite file). A password is better put into the contract as ${NAME}",
    )
    .option("--store <url or file>", "store, or SQLite file (default: the contract's; without a broker sallyport.db beside it)")
    .option("--insecure", "take broker and store that are plaintext or open to whoever reaches them, off this machine");
}

/** Paths in the contract file are relative to it; paths given on the command line, to where the command runs. */
export async function open(contract: string, options: OpenOptions): Promise<Opened> {
  const path = resolve(contract);
  const loaded = await loadContractFile(path);
  const { keys, policy } = loaded.settings;
  const log = jsonLog({ level: options.logLevel ?? "info" });
  const backing = async (mustBeThere: boolean): Promise<Backing> => {
    const where = whereabouts(path, loaded.settings, options);
    if (mustBeThere && where.file !== undefined) refuseMissing(where.file);
    // A shorter lease asks for deliveries to come back as soon.
    if (where.kind === "embedded")
      return openEmbedded(where.file, policy.leaseMs === undefined ? {} : { visibilityMs: visibilityOf(policy.leaseMs) });
    return openBacking({ ...where, policy, log });
  };
  return {
    ...loaded,
    path,
    log,
    keys: () => {
      if (options.keys !== undefined) return keysFromFile(resolve(options.keys));
      if (keys !== undefined && "file" in keys) return keysFromFile(keys.file);
      return keysFromEnv(keys?.env ?? DEFAULT_KEYS);
    },
    backing: () => backing(false),
    kept: () => backing(true),
    keptStore: async () => {
      const given = storeGiven(loaded.settings, options);
      if (given === undefined || !isUrl(given)) refuseMissing(fileOf(path, given));
      if (given === undefined) return backing(true);
      const { kind, address } = chooseStore(isUrl(given) ? given : urlOf(given), isInsecure(loaded.settings, options));
      return kind.open(address, openSettings(policy, log));
    },
  };
}

/** Closed when the work fails, too: a client that is left open keeps the process from ending. */
export async function whileOpen<T extends Pick<Backing, "close">>(opening: Promise<T>, work: (opened: T) => Promise<void>): Promise<void> {
  const opened = await opening;
  try {
    await work(opened);
  } finally {
    await opened.close();
  }
}

/** Broker and store, each by itself: of one file both are in it. Whether they are open to others is for the caller to say. */
export function chosenOf(
  path: string,
  settings: Settings,
  options: OpenOptions,
): { readonly broker: Chosen<Broker>; readonly store: Chosen<Store> } {
  const where = whereabouts(path, settings, { ...options, insecure: true });
  if (where.kind === "apart") return where;
  return { broker: chooseBroker(urlOf(where.file), true), store: chooseStore(urlOf(where.file), true) };
}

/** @throws {SallyportError} `ERR_CONFIG_*` for an address that cannot be used, and where only one of two is given that go together. */
export function whereabouts(path: string, settings: Settings, options: OpenOptions): Whereabouts {
  const [broker, store] = [options.broker ?? settings.broker, storeGiven(settings, options)];
  const insecure = isInsecure(settings, options);
  if (options.store !== undefined && !isUrl(options.store) && !isPath(options.store)) {
    throw new SallyportError("ERR_CONFIG_INVALID", "the store is neither a URL nor a path", {
      place: "--store",
      remedy: "Write a URL such as postgres://HOST/DATABASE, or ./ before the name of a file.",
    });
  }
  if (broker === undefined && (store === undefined || !isUrl(store))) return { kind: "embedded", file: fileOf(path, store) };
  if (broker === undefined) throw half("a store that is elsewhere, and no broker", "Give --broker, or broker in the contract.");
  const chosen = chooseBroker(broker, insecure);
  if (store === undefined) {
    throw half(
      "a broker that is elsewhere, and no store",
      "Give --store, or store in the contract: a URL that all processes share, or a file where all are on this machine (REP-07).",
    );
  }
  const file = isUrl(store) ? undefined : store;
  return { kind: "apart", broker: chosen, store: chooseStore(file === undefined ? store : urlOf(file), insecure), file };
}

const half = (what: string, remedy: string): SallyportError =>
  new SallyportError("ERR_CONFIG_INVALID", what, { place: "broker and store", remedy });

export const isInsecure = (settings: Settings, options: OpenOptions): boolean => options.insecure ?? settings.insecure ?? false;

/** A path is absolute. */
const storeGiven = (settings: Settings, { store }: OpenOptions): string | undefined =>
  store === undefined ? settings.store : isUrl(store) ? store : resolve(store);

const fileOf = (contract: string, given: string | undefined): string => given ?? resolve(dirname(contract), DEFAULT_STORE);

const urlOf = (file: string): string => `sqlite://${file.split("/").map(encodeURIComponent).join("/")}`;

function refuseMissing(file: string): void {
  if (existsSync(file)) return;
  throw new SallyportError("ERR_STORE_UNAVAILABLE", "the SQLite file is not there", {
    place: file,
    remedy: "Check --store, or store in the contract; the server and the worker make it when they first start.",
  });
}
