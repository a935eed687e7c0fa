// What a call brings into the envelope beside its data: whose it is, where it goes, its key. Refused here, with words for
// the caller, when every receiver would refuse it (ENV-2): otherwise whoever shapes an argument or a name makes poison.
import type { ContractEvent } from "../contract/contract.ts";
import type { Principal } from "../contract/principal.ts";
import { isAcceptable } from "../envelope/attributes.ts";
import { SallyportError } from "../errors.ts";

/** The principal is the authentication layer's word; the destination was made with its tenant (DST-08). */
export function checkCaller({ id, tenant }: Principal, destination: string): void {
  if (id === undefined || !isAcceptable("actor", id)) {
    throw new SallyportError("ERR_REQUEST_FORBIDDEN", "the principal's id is not 1 to 256 printable characters", {
      remedy: "Correct it in the authentication layer.",
      publicMessage: "The caller has no name that an event can carry. Nothing was published.",
    });
  }
  if (isAcceptable("tenant", tenant) && isAcceptable("destination", destination)) return;
  throw new SallyportError("ERR_REQUEST_TENANT", "the principal's tenant, or the destination made with it, is not of the allowed shape", {
    remedy: "A tenant is 1 to 63 letters, digits and '-', beginning with a letter or digit; a destination has at most 200 characters.",
  });
}

/** The key that the contract makes from validated data (PUB-06). An event that has a key function has a key. */
export function subjectOf(event: ContractEvent, data: unknown): string | undefined {
  if (event.key === undefined) return undefined;
  const subject = keyOf(event.type, event.key, data);
  if (subject !== undefined && isAcceptable("subject", subject)) return subject as string;
  throw new SallyportError("ERR_REQUEST_INVALID", `the key of "${event.type}" is not 1 to 256 printable characters`, {
    remedy: "Bound in the schema what the key is made from.",
    publicMessage: "The arguments make a key that is not 1 to 256 printable characters. Nothing was published.",
  });
}

/** What the contract's function throws may hold anything, and is for the operator (PUB-13). */
function keyOf(type: string, key: (data: unknown) => unknown, data: unknown): unknown {
  try {
    return key(data);
  } catch (cause) {
    throw new SallyportError("ERR_CONFIG_INVALID", "the key function threw an error", {
      place: `events["${type}"].key`,
      remedy: "See the cause. A key can be made from all data that the schema takes.",
      cause,
    });
  }
}
