// Where an event goes: a name, or a template with {tenant}, fixed in the contract (DST-01, DST-03, DST-06).
// Nothing here takes a destination from a caller.
import { SallyportError } from "../errors.ts";

declare const resolved: unique symbol;
/** A destination that was resolved from a contract. Only `resolveDestination` makes one. */
export type Destination = string & { readonly [resolved]: true };

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
const WILDCARD = /[*#>+?$^[\]()|\\]/;
const TENANT = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;
const RESERVED_WORDS = new Set([
  "audit",
  "trail",
  "dead",
  "deadletter",
  "deadletters",
  "dlq",
  "dlt",
  "dlx",
  "retry",
  "retries",
  "advisory",
]);
const RESERVED_PREFIXES = ["amq.", "sallyport."];

/** Throws unless the template is one fixed name with at most `{tenant}` in it. */
export function checkDestinationTemplate(template: string, place: string): void {
  const sample = template.replaceAll("{tenant}", "t0");
  if (WILDCARD.test(sample)) {
    throw new SallyportError("ERR_CONFIG_DESTINATION_WILDCARD", `destination "${template}" has a wildcard`, {
      place,
      remedy: "Name one destination; patterns let one event reach places nobody listed (DST-02).",
    });
  }
  if (!NAME.test(sample) || sample.includes("..") || sample.endsWith(".")) {
    throw new SallyportError("ERR_CONFIG_DESTINATION_INVALID", `destination "${template}" is not a valid name`, {
      place,
      remedy: "Use letters, digits, '.', '_' and '-', beginning with a letter or digit, and {tenant} as the only placeholder.",
    });
  }
  refuseReserved(sample, template, place);
}

/** The destination for a verified tenant. The tenant comes from the authenticated principal alone (DST-08). */
export function resolveDestination(template: string, tenant: string | undefined): Destination {
  if (!template.includes("{tenant}")) return template as Destination;
  if (tenant === undefined || !TENANT.test(tenant)) {
    throw new SallyportError("ERR_REQUEST_TENANT", "the principal has no tenant of the allowed alphabet", {
      remedy: "A tenant is 1 to 63 letters, digits and '-', beginning with a letter or digit.",
    });
  }
  const destination = template.replaceAll("{tenant}", tenant);
  if (isReserved(destination)) {
    throw new SallyportError("ERR_REQUEST_TENANT", `the principal's tenant makes a reserved destination`);
  }
  return destination as Destination;
}

function refuseReserved(sample: string, template: string, place: string): void {
  if (!isReserved(sample)) return;
  throw new SallyportError("ERR_CONFIG_DESTINATION_RESERVED", `destination "${template}" is reserved`, {
    place,
    remedy: "Audit, retry and dead-letter destinations are written by the guard and never by a tool (DST-06). Choose another name.",
  });
}

function isReserved(destination: string): boolean {
  const lower = destination.toLowerCase();
  if (RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix))) return true;
  return lower.split(/[._-]/).some((word) => RESERVED_WORDS.has(word)) || /dead[._-]?letter/.test(lower);
}
