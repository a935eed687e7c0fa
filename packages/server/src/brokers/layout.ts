// From a contract to the places that a broker has to have. What is not in the contract is nowhere.
import {
  type Contract,
  type ConsumePolicy,
  type ContractEvent,
  isSallyportError,
  resolveDestination,
  SallyportError,
} from "@sallyport/guard";
import type { Layout, Place } from "./broker.ts";

export interface LayoutOptions {
  /** Default: the contract's name. */
  readonly group?: string;
  /** Of destinations with `{tenant}`. Empty: such destinations are left out; absent: they are refused. */
  readonly tenants?: readonly string[];
  readonly policy?: Partial<ConsumePolicy>;
}

/** More than all attributes and the signature of an envelope take, and base64 of the data where it is not JSON. */
const ENVELOPE_BYTES = 8 * 1024;

/** @throws {SallyportError} `ERR_CONFIG_INVALID` where a destination has a tenant and none is given. */
export function layoutOf(contract: Contract<any>, { group = contract.name, tenants, policy = {} }: LayoutOptions): Layout {
  const places = new Map<string, Place>();
  for (const event of contract.events.values()) {
    for (const tenant of tenantsOf(event, tenants)) {
      const destination = destinationFor(event, tenant);
      const known = places.get(destination);
      places.set(destination, {
        destination,
        ordering: event.ordering === "key" ? "key" : (known?.ordering ?? "none"),
        readable: event.readable !== undefined || known?.readable === true,
        maxBytes: Math.max(event.bounds.maxBytes + ENVELOPE_BYTES, known?.maxBytes ?? 0),
      });
    }
  }
  return { contract, places: [...places.values()], group, policy };
}

/** Of a tenant that an operator lists: what an agent is told of its own would name no place. */
function destinationFor({ destination }: ContractEvent, tenant: string | undefined): string {
  try {
    return resolveDestination(destination, tenant);
  } catch (error) {
    if (!isSallyportError(error)) throw error;
    throw new SallyportError("ERR_CONFIG_INVALID", `${JSON.stringify(tenant?.slice(0, 64))} cannot be a tenant of "${destination}"`, {
      place: "the tenants",
      remedy: error.remedy ?? "Name another: it makes a destination of the guard's own.",
    });
  }
}

function tenantsOf(event: ContractEvent, tenants: readonly string[] | undefined): readonly (string | undefined)[] {
  if (!event.destination.includes("{tenant}")) return [undefined];
  if (tenants !== undefined) return tenants;
  throw new SallyportError("ERR_CONFIG_INVALID", `"${event.type}" has a destination per tenant`, {
    place: "the tenants",
    remedy: "List them: --tenant one another.",
  });
}
