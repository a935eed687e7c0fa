// What a client throws may quote the address with its password, in a message or in a member: what is said of it is the
// address without secrets, and the error's code alone (OPS-05).
import { isSallyportError, SallyportError } from "@sallyport/guard";
import type { Address } from "./address.ts";

/** `cause` is not kept: it would be printed with whatever the client has put in it. */
export function unreachable(what: string, address: Address, cause: unknown): SallyportError {
  if (isSallyportError(cause)) return cause;
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  const told = typeof code === "string" && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : "";
  return new SallyportError("ERR_TRANSPORT_UNAVAILABLE", `${what} cannot be reached${told}`, {
    place: String(address),
    remedy: "See whether it runs, can be reached from here, and knows this user and password.",
  });
}
