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
  const told = codesOf(cause);
  // What caused it says more than what it became: ECONNREFUSED, where a client says that several attempts failed.
  const said = told.find(isOfCertificates) ?? told.at(-1);
  return new SallyportError(code, `${what} cannot be reached${said === undefined ? "" : ` (${said})`}`, {
    place: String(address),
    remedy: told.some(isOfCertificates)
      ? "See whose certificate it shows. An authority of your own is told to Node by NODE_EXTRA_CA_CERTS."
      : "See whether it runs, can be reached from here, speaks TLS where the address says so and only there, and knows this user and password.",
  });
}

/** It answers, and says no: known by its client's words for it, which are not quoted. */
export interface Refusal {
  /** After the broker's name. */
  readonly why: string;
  readonly remedy: string;
}

export const refused = (
  what: string,
  address: Address,
  { why, remedy }: Refusal,
  code: Unavailable = "ERR_TRANSPORT_UNAVAILABLE",
): SallyportError => new SallyportError(code, `${what} ${why}`, { place: String(address), remedy });

/** A cause in words that quote nothing of it: its kind, and the code of what it comes from. */
export function kindOfCause(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const code = codesOf(cause).at(-1);
  return code === undefined ? cause.name : `${cause.name} ${code}`;
}

/** What Node says of a certificate that does not hold. */
const isOfCertificates = (code: string): boolean => /CERT|^UNABLE_TO_|^ERR_TLS_/.test(code);

const DEEPEST = 8;

/** Words that systems and servers have for what happened: ECONNREFUSED, 28P01, WRONGPASS; of what caused it, too. */
function codesOf(cause: unknown, depth = 0): readonly string[] {
  if (typeof cause !== "object" || cause === null || depth === DEEPEST) return [];
  const { code, message, cause: inner, errors } = cause as Readonly<Record<string, unknown>>;
  const own = [code, typeof message === "string" ? /^[A-Z]{4,20}(?= )/.exec(message)?.[0] : undefined];
  const known = own.filter((one): one is string => typeof one === "string" && /^[A-Z0-9_]{2,40}$/.test(one));
  const below = [inner, ...(Array.isArray(errors) ? (errors as readonly unknown[]) : [])];
  return [...known, ...below.flatMap((one) => codesOf(one, depth + 1))];
}
