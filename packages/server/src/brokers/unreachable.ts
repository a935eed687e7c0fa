// What a client throws may quote the address with its password, in a message or in a member: what is said of it is the
// address without secrets, and the error's code alone (OPS-05).
import { isSallyportError, SallyportError } from "@sallyport/guard";
import type { Address } from "./address.ts";

type Unavailable = "ERR_TRANSPORT_UNAVAILABLE" | "ERR_STORE_UNAVAILABLE";

/** `cause` is not kept: it would be printed with whatever the client has put in it. */
export function unreachable(
  what: string,
  address: Address,
  cause: unknown,
  code: Unavailable = "ERR_TRANSPORT_UNAVAILABLE",
): SallyportError {
  if (isSallyportError(cause)) return cause;
  return new SallyportError(code, `${what} cannot be reached${codeOf(cause)}`, {
    place: String(address),
    remedy: "See whether it runs, can be reached from here, and knows this user and password.",
  });
}

/** Words that systems and servers have for what happened: ECONNREFUSED, 28P01, WRONGPASS. */
function codeOf(cause: unknown): string {
  const { code, message } = (cause ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const told = [code, typeof message === "string" ? /^[A-Z]{4,20}(?= )/.exec(message)?.[0] : undefined];
  const known = told.find((one): one is string => typeof one === "string" && /^[A-Z0-9_]{2,40}$/.test(one));
  return known === undefined ? "" : ` (${known})`;
}
