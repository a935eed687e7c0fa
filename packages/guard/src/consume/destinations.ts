// What a consumer reads: the destinations of the events it has handlers for, and which types may arrive on each.
// Nothing but the contract and the configured tenants names a source (DST-02, DST-05).
import type { Contract, ContractEvent } from "../contract/contract.ts";
import { resolveDestination } from "../contract/destination.ts";
import { SallyportError } from "../errors.ts";
import type { Examiner } from "./examine.ts";

export interface Reading {
  readonly contract: Contract;
  readonly types: Iterable<string>;
  readonly tenants: readonly string[] | undefined;
}

/** @throws {SallyportError} `ERR_CONFIG_INVALID` when a type is not the contract's, or needs tenants and has none. */
export function destinationsOf({ contract, types, tenants }: Reading): Examiner["accepts"] {
  const accepts = new Map<string, Map<string, ContractEvent>>();
  for (const type of types) {
    const event = contract.events.get(type);
    if (event === undefined) throw invalid(`the contract has no event "${type}"`, `handlers["${type}"]`, "Name an event of the contract.");
    for (const tenant of tenantsOf(event, tenants)) {
      const destination = resolveDestination(event.destination, tenant);
      accepts.set(destination, (accepts.get(destination) ?? new Map<string, ContractEvent>()).set(type, event));
    }
  }
  if (accepts.size === 0) throw invalid("a consumer needs at least one handler", "handlers", "Add one.");
  return accepts;
}

function tenantsOf(event: ContractEvent, tenants: readonly string[] | undefined): readonly (string | undefined)[] {
  if (!event.destination.includes("{tenant}")) return [undefined];
  if (tenants === undefined || tenants.length === 0)
    throw invalid(`"${event.type}" has a destination per tenant`, "tenants", "List the tenants to read.");
  return tenants;
}

const invalid = (what: string, place: string, remedy: string): SallyportError =>
  new SallyportError("ERR_CONFIG_INVALID", what, { place, remedy });
