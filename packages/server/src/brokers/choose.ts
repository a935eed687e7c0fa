// Which broker or store an address is of, and whether it may be used as it is: no unknown option, nothing open to others
// that the configuration does not own up to (OPS-04).
import { SallyportError } from "@sallyport/guard";
import { STORES } from "../stores/list.ts";
import type { Store } from "../stores/store.ts";
import { Address } from "./address.ts";
import type { Broker } from "./broker.ts";
import { BROKERS } from "./list.ts";

type Kind = Pick<Broker, "name" | "schemes" | "options" | "example" | "exposures">;

export interface Chosen<K extends Kind> {
  readonly kind: K;
  readonly address: Address;
}

/**
 * `insecure`: the configuration says aloud that others may read and write.
 * @throws {SallyportError} `ERR_CONFIG_INVALID` for an address of no broker, `ERR_CONFIG_INSECURE` for one that is open to others.
 */
export const chooseBroker = (url: string, insecure: boolean): Chosen<Broker> => choose("broker", BROKERS, url, insecure);

/** As {@link chooseBroker}. */
export const chooseStore = (url: string, insecure: boolean): Chosen<Store> => choose("store", STORES, url, insecure);

/** By name, as `sallyport acl --broker NAME` has it. */
export const brokerNamed = (name: string): Broker | undefined => BROKERS.find((broker) => broker.name === name);

/** As {@link brokerNamed}. */
export const storeNamed = (name: string): Store | undefined => STORES.find((store) => store.name === name);

/** One scheme is of one kind. @throws {TypeError} where two files of a list have the same. */
export function bySchemeOf<K extends Kind>(kinds: readonly K[]): ReadonlyMap<string, K> {
  const found = new Map<string, K>();
  for (const kind of kinds) {
    for (const scheme of kind.schemes.keys()) {
      if (found.has(scheme)) throw new TypeError(`two of them have the scheme ${scheme}`);
      found.set(scheme, kind);
    }
  }
  return found;
}

function choose<K extends Kind>(what: string, kinds: readonly K[], url: string, insecure: boolean): Chosen<K> {
  const address = Address.parse(url);
  const kind = bySchemeOf(kinds).get(address.scheme);
  if (kind === undefined) {
    throw new SallyportError("ERR_CONFIG_INVALID", `no ${what} has addresses of this scheme`, {
      place: `the ${what}'s address`,
      remedy: `Write one like ${kinds.map(({ example }) => example).join(", ")}.`,
    });
  }
  for (const name of address.options.keys()) {
    if (kind.options.has(name)) continue;
    throw new SallyportError("ERR_CONFIG_UNKNOWN_KEY", `the address of a ${kind.name} ${what} has no option of this name`, {
      place: String(address),
      remedy:
        kind.options.size === 0 ? "Leave out what follows the question mark." : `Known options: ${[...kind.options.keys()].join(", ")}.`,
    });
  }
  if (!insecure) refuseExposed(kind, address);
  return { kind, address };
}

const PLAINTEXT = "the connection is not encrypted: who is on the way reads and changes everything, the password too";

/** What is open to others in an address of this kind, in sentences; nothing on this machine (OPS-04). */
export function exposuresOf(kind: Kind, address: Address): readonly string[] {
  if (address.isLoopback) return [];
  return [...(kind.schemes.get(address.scheme) === true ? [] : [PLAINTEXT]), ...kind.exposures(address)];
}

export const CLOSE_EXPOSURES =
  "Use TLS and credentials of your own; or say insecure: true in the contract file, or --insecure, if it is meant.";

function refuseExposed(kind: Kind, address: Address): void {
  const exposures = exposuresOf(kind, address);
  if (exposures.length === 0) return;
  throw new SallyportError("ERR_CONFIG_INSECURE", exposures.join("; "), { place: String(address), remedy: CLOSE_EXPOSURES });
}
