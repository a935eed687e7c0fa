// `sallyport acl`: the least rights that server, worker and operator need on broker and store, from the contract, as text
// that their own tools take (DST-07). Nothing is sent anywhere, and no password is made or shown.
import { resolve } from "node:path";
import { SallyportError } from "@sallyport/guard";
import {
  type Broker,
  brokerNamed,
  BROKERS,
  chooseBroker,
  chooseStore,
  escapedJson,
  escapedLines,
  isUrl,
  layoutOf,
  loadContractFile,
  type Role,
  ROLES,
  type Settings,
  type Store,
  storeNamed,
  STORES,
} from "@sallyport/server";
import { Command, Option } from "commander";
import { definedOf } from "./numbers.ts";

interface AclOptions {
  readonly broker?: string;
  readonly store?: string;
  readonly role?: Role;
  readonly group?: string;
  readonly tenant?: readonly string[];
  readonly json?: boolean;
}

const NAMES = BROKERS.map(({ name }) => name).join(", ");
const STORE_NAMES = STORES.map(({ name }) => name).join(", ");

export function aclCommand(): Command {
  return new Command("acl")
    .description("Show the least rights that server, worker and operator need on broker and store, for their own tools.")
    .argument("<contract>", "the contract file, YAML or JSON")
    .option("--broker <name or url>", `one of ${NAMES} (default: the contract's)`)
    .option("--store <name or url>", `one of ${STORE_NAMES} (default: the contract's)`)
    .addOption(new Option("--role <role>", "of one role alone").choices(ROLES))
    .option("--group <name>", "consumer group (default: the contract's name)")
    .option("--tenant <name...>", "tenants, for destinations with {tenant}")
    .option("--json", "as JSON")
    .action(acl);
}

async function acl(contract: string, options: AclOptions): Promise<void> {
  const loaded = await loadContractFile(resolve(contract));
  const { group, tenant: tenants, role } = options;
  const layout = layoutOf(loaded.contract, { policy: loaded.settings.policy, ...definedOf({ group, tenants }) });
  const kinds = kindsOf(loaded.settings, options);
  const rights = kinds.flatMap(({ of, kind }) =>
    (role === undefined ? ROLES : [role]).map((one) => ({ of, name: kind.name, ...kind.rights(layout, one) })),
  );
  if (options.json === true) console.log(escapedJson(rights, undefined, 2));
  // What says where it goes is on the other stream, so that the text alone can be sent on.
  else
    for (const { of, name, role: who, user, goes, text } of rights) {
      console.error(escapedLines(`${of} ${name}, ${who}: user ${user}; ${goes}`));
      console.log(escapedLines(text));
    }
}

interface Kind {
  readonly of: "broker" | "store";
  readonly kind: Broker | Store;
}

/** What is named on the command line; where nothing is, what the contract has. */
function kindsOf(settings: Settings, options: AclOptions): readonly Kind[] {
  const { broker, store } = options.broker === undefined && options.store === undefined ? settings : options;
  const kinds: Kind[] = [];
  if (broker !== undefined)
    kinds.push({ of: "broker", kind: isUrl(broker) ? chooseBroker(broker, true).kind : known(brokerNamed(broker), NAMES) });
  // A path is of a file, whose permissions are the machine's.
  if (store !== undefined)
    kinds.push({ of: "store", kind: isUrl(store) ? chooseStore(store, true).kind : known(storeNamed(nameOf(store)), STORE_NAMES) });
  if (kinds.length > 0) return kinds;
  throw new SallyportError("ERR_CONFIG_INVALID", "neither broker nor store is given", {
    place: "--broker and --store",
    remedy: `Name a broker, one of ${NAMES}, or a store, one of ${STORE_NAMES}; or give them in the contract.`,
  });
}

const nameOf = (store: string): string => (store.includes("/") ? "sqlite" : store);

function known<K>(kind: K | undefined, names: string): K {
  if (kind !== undefined) return kind;
  throw new SallyportError("ERR_CONFIG_INVALID", "there is none of this name", {
    place: "--broker or --store",
    remedy: `Name one of ${names}, or give an address.`,
  });
}
