// The one error class and the closed set of its codes, grouped by who must act.
// A code is stable for ever. What an agent may read is in PUBLIC_MESSAGES and nowhere else (PUB-13).

export const ERROR_CODES = [
  // The developer, at start.
  "ERR_CONFIG_INVALID",
  "ERR_CONFIG_UNKNOWN_KEY",
  "ERR_CONFIG_DESTINATION_INVALID",
  "ERR_CONFIG_DESTINATION_RESERVED",
  "ERR_CONFIG_DESTINATION_WILDCARD",
  "ERR_CONFIG_DESTINATION_OVERLAP",
  "ERR_CONFIG_SCHEMA_NOT_STRICT",
  "ERR_CONFIG_SCHEMA_SERVER_FIELD",
  "ERR_CONFIG_TOOL_DUPLICATE",
  "ERR_CONFIG_RETENTION_SHORT",
  "ERR_CONFIG_KEY_SHORT",
  "ERR_CONFIG_KEY_INVALID",
  "ERR_CONFIG_CAPABILITY",
  "ERR_CONFIG_INSECURE",
  // The caller: an agent, or the code that publishes for it.
  "ERR_REQUEST_EVENT_UNKNOWN",
  "ERR_REQUEST_INVALID",
  "ERR_REQUEST_LIMIT",
  "ERR_REQUEST_FORBIDDEN",
  "ERR_REQUEST_TENANT",
  "ERR_REQUEST_RATE",
  "ERR_REQUEST_QUOTA",
  "ERR_REQUEST_CONFLICT",
  "ERR_REQUEST_IN_FLIGHT",
  "ERR_REQUEST_APPROVAL_PENDING",
  "ERR_REQUEST_APPROVAL_DECLINED",
  "ERR_REQUEST_APPROVAL_UNAVAILABLE",
  "ERR_REQUEST_LOOP",
  // The sender of a message: what arrived is not an authentic, fresh envelope.
  "ERR_ENVELOPE_TOO_LARGE",
  "ERR_ENVELOPE_MALFORMED",
  "ERR_ENVELOPE_UNSIGNED",
  "ERR_ENVELOPE_KEY_UNKNOWN",
  "ERR_ENVELOPE_KEY_NOT_ALLOWED",
  "ERR_ENVELOPE_SIGNATURE",
  "ERR_ENVELOPE_TIME_INVALID",
  "ERR_ENVELOPE_STALE",
  "ERR_ENVELOPE_FUTURE",
  // Authentic, but not allowed here.
  "ERR_POLICY_DESTINATION",
  "ERR_POLICY_TYPE",
  "ERR_POLICY_SCHEMA",
  "ERR_POLICY_HOPS",
  "ERR_POLICY_CONFLICT",
  "ERR_POLICY_ATTEMPTS",
  "ERR_POLICY_CRASH_LOOP",
  "ERR_POLICY_REJECTED",
  "ERR_POLICY_REDRIVE",
  // The handler.
  "ERR_HANDLER_FAILED",
  "ERR_HANDLER_DEADLINE",
  // Operations.
  "ERR_TRANSPORT_UNAVAILABLE",
  "ERR_TRANSPORT_REFUSED",
  "ERR_STORE_UNAVAILABLE",
  "ERR_STORE_FULL",
  "ERR_STORE_CORRUPT",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorDetail {
  /** Where the fault is: a path into the contract, an argument, a file position. */
  readonly place?: string;
  /** What to do about it, in one sentence. */
  readonly remedy?: string;
  /** When the caller may try again, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** Text that is safe and useful to an agent, in place of the code's own. */
  readonly publicMessage?: string;
  readonly cause?: unknown;
}

/** Every error that Sallyport throws. `message` is for developers and operators; an agent sees `publicMessage`. */
export class SallyportError extends Error {
  override readonly name = "SallyportError";
  readonly code: ErrorCode;
  readonly place: string | undefined;
  readonly remedy: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly publicMessage: string;

  constructor(code: ErrorCode, what: string, detail: ErrorDetail = {}) {
    const place = detail.place === undefined ? "" : ` (at ${detail.place})`;
    const remedy = detail.remedy === undefined ? "" : ` ${detail.remedy}`;
    super(`${what}${place}.${remedy}`, "cause" in detail ? { cause: detail.cause } : undefined);
    this.code = code;
    this.place = detail.place;
    this.remedy = detail.remedy;
    this.retryAfterMs = detail.retryAfterMs;
    this.publicMessage = detail.publicMessage ?? PUBLIC_MESSAGES.get(code) ?? UNSAID;
  }
}

export function isSallyportError(error: unknown): error is SallyportError {
  return error instanceof SallyportError;
}

const UNSAID = "The request could not be completed, and published nothing.";

const PUBLIC_MESSAGES: ReadonlyMap<ErrorCode, string> = new Map([
  ["ERR_REQUEST_EVENT_UNKNOWN", "There is no such event."],
  ["ERR_REQUEST_INVALID", "The arguments do not fit the tool's input schema. Nothing was published."],
  ["ERR_REQUEST_LIMIT", "The arguments exceed a limit. Nothing was published."],
  ["ERR_REQUEST_FORBIDDEN", "The caller may not use this event. Nothing was published."],
  ["ERR_REQUEST_TENANT", "The caller has no tenant that this event can be sent for. Nothing was published."],
  ["ERR_REQUEST_RATE", "Too many calls. This one published nothing; wait before trying again."],
  ["ERR_REQUEST_QUOTA", "The quota for this event is used up. Nothing was published."],
  ["ERR_REQUEST_CONFLICT", "This idempotency key was used before with other arguments. Nothing was published."],
  ["ERR_REQUEST_IN_FLIGHT", "The same call is still being carried out. Ask again shortly; it will not be published twice."],
  ["ERR_REQUEST_APPROVAL_DECLINED", "A person declined this event. Nothing was published."],
  ["ERR_REQUEST_APPROVAL_UNAVAILABLE", "This event needs a person's approval, and this client cannot ask for it. Nothing was published."],
  ["ERR_REQUEST_LOOP", "This chain of events has gone on for too long. Nothing was published."],
  ["ERR_TRANSPORT_UNAVAILABLE", "The message broker did not confirm the event. Repeating this call is safe: it is published once at most."],
  ["ERR_TRANSPORT_REFUSED", "The message broker refused the event. Nothing was published."],
]);
