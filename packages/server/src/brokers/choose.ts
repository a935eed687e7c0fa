// Which broker an address is of, and whether it may be used as it is: no unknown option, nothing open to others that the
// configuration does not own up to (OPS-04).
import { SallyportError } from "@sallyport/guard";
import { Address } from "./address.ts";
import type { Broker } from "./broker.ts";
import { BROKERS, BY_SCHEME } from "./list.ts";

export interface Chosen {
  readonly broker: Broker;
  readonly address: Address;
}

/** @throws {SallyportError} `ERR_CONFIG_INVALID` for an address of no broker, `ERR_CONFIG_INSECURE` for one that is open to others. */
export function chooseBroker(url: string, insecure: boolean): Chosen {
  const address = Address.parse(url);
  const broker = BY_SCHEME.get(address.scheme);
  if (broker === undefined) {
    throw new SallyportError("ERR_CONFIG_INVALID", "no broker has addresses of this scheme", {
      place: "the broker's address",
      remedy: `Write one like ${BROKERS.map(({ example }) => example).join(", ")}.`,
    });
  }
  for (const name of address.options.keys()) {
    if (broker.options.has(name)) continue;
    throw new SallyportError("ERR_CONFIG_UNKNOWN_KEY", `the address of a ${broker.name} broker has no option "${name}"`, {
      place: String(address),
      remedy: broker.options.size === 0 ? "Leave it out." : `Known options: ${[...broker.options.keys()].join(", ")}.`,
    });
  }
  if (!insecure) refuseExposed(address, [...plaintext(broker, address), ...broker.exposures(address)]);
  return { broker, address };
}

/** By name, as `sallyport acl --broker NAME` has it. */
export const brokerNamed = (name: string): Broker | undefined => BROKERS.find((broker) => broker.name === name);

const plaintext = ({ schemes }: Broker, { scheme }: Address): readonly string[] =>
  schemes.get(scheme) === true ? [] : ["the connection is not encrypted: who is on the way reads and changes everything, the password too"];

/** Stores are held to the same. */
export function refuseExposed(address: Address, exposures: readonly string[]): void {
  if (address.isLoopback || exposures.length === 0) return;
  throw new SallyportError("ERR_CONFIG_INSECURE", exposures.join("; "), {
    place: String(address),
    remedy: "Use TLS and credentials of your own; or say insecureBroker: true in the contract file, or --insecure-broker, if it is meant.",
  });
}
