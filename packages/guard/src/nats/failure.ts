// What failures of NATS and of JetStream's answers mean to whoever sends and receives, and what is to be done about them.
import { type ErrorCode, SallyportError } from "../errors.ts";

/** The error that JetStream puts into an answer. */
export interface ApiError {
  readonly code: number;
  readonly err_code?: number;
  readonly description?: string;
}

export interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy: string;
}

const UNAVAILABLE = { code: "ERR_TRANSPORT_UNAVAILABLE" } as const;
const REFUSED = { code: "ERR_TRANSPORT_REFUSED" } as const;
const RIGHTS = { ...REFUSED, remedy: "Give the user the rights that docs/adapters/nats.md lists." } as const;

/** By the error's name, which is the same in every copy of the client. */
const OF_CLIENT: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["PermissionViolationError", { ...RIGHTS, why: "this user may not do it" }],
  ["AuthorizationError", { ...RIGHTS, why: "it does not know this user" }],
  ["UserAuthenticationExpiredError", { ...RIGHTS, why: "the user's time is over" }],
  [
    "TimeoutError",
    { ...UNAVAILABLE, why: "it did not answer in time", remedy: "See whether the server runs and can be reached from here." },
  ],
  ["InvalidArgumentError", { ...REFUSED, why: "the message is larger than it takes", remedy: "Raise max_payload, or bound the event." }],
  [
    "ClosedConnectionError",
    {
      ...UNAVAILABLE,
      why: "the connection has been closed",
      remedy: "Connect with maxReconnectAttempts: -1, and close the consumers first.",
    },
  ],
  ["DrainingConnectionError", { ...UNAVAILABLE, why: "the connection is being closed", remedy: "Close the consumers first." }],
]);

/** By JetStream's own number. */
const OF_JETSTREAM: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [10005, { ...UNAVAILABLE, why: "it has no place for as many replicas", remedy: "Have as many servers as replicas, and room on each." }],
  [10008, { ...UNAVAILABLE, why: "none of its servers leads now", remedy: "Wait; if it lasts, see whether most of its servers run." }],
  [10023, { ...REFUSED, why: "its resources are used up", remedy: "Raise max_file_store, or the account's limits." }],
  [10047, { ...REFUSED, why: "its storage is used up", remedy: "Raise max_file_store, or the account's limits." }],
  [
    10054,
    { ...REFUSED, why: "the message is larger than the stream takes", remedy: "Raise the stream's max_msg_size, or bound the event." },
  ],
  [10059, { ...REFUSED, why: "there is no such stream", remedy: "Declare it, see docs/adapters/nats.md." }],
  [10076, { ...REFUSED, why: "JetStream is off", remedy: "Start the server with -js." }],
  [10039, { ...REFUSED, why: "JetStream is off for this account", remedy: "Enable it for the account." }],
]);

/** 10077 says that a message was not stored, and its text why: when the stream is full, with certainty. */
const STORE_FAILED = 10077;
const FULL: Meaning = { ...REFUSED, why: "the stream is full", remedy: "Raise its limits." };

/** By the words of the status with which a server ends a member's request. */
const OF_REQUEST: readonly (readonly [RegExp, Meaning])[] = [
  [
    /^409 Consumer Deleted/,
    { ...UNAVAILABLE, why: "the group's consumer, or its stream, was deleted", remedy: "Declare it, see docs/adapters/nats.md." },
  ],
  [/^409 Server Shutdown/, { ...UNAVAILABLE, why: "it is shutting down", remedy: "Wait, or start it again." }],
  [/^409 Leadership Change/, { ...UNAVAILABLE, why: "another of its servers leads from now on", remedy: "Wait: it goes on by itself." }],
];

const chainOf = (error: unknown): readonly Error[] => (error instanceof Error ? [error, ...chainOf(error.cause)] : []);

/** Nobody listens where the request went. */
export const isNoResponder = (error: unknown): boolean => chainOf(error).some(({ name }) => name === "NoResponders");

export const isUnanswered = (error: unknown): boolean => chainOf(error).some(({ name }) => name === "TimeoutError");

export const isUnknown = (error: unknown, ...numbers: readonly number[]): boolean =>
  chainOf(error).some((one) => one instanceof JetStreamError && numbers.includes(one.number));

export const isForbidden = (error: unknown): boolean => chainOf(error).some(({ name }) => name === "PermissionViolationError");

/** What JetStream answered, as a cause. */
export class JetStreamError extends Error {
  override readonly name = "JetStreamError";
  readonly number: number;
  constructor({ code, err_code, description }: ApiError) {
    super(`${description ?? "no reason was given"} (${err_code ?? code})`);
    this.number = err_code ?? code;
  }
}

/** Of a request. When nobody listens for a message that is published, nothing was stored. */
export function transportError(cause: unknown, onNoResponder?: Meaning): SallyportError {
  if (cause instanceof SallyportError) return cause;
  const meaning = (isNoResponder(cause) ? onNoResponder : undefined) ?? meaningOf(cause);
  const because = meaning === undefined ? "" : `: ${meaning.why}`;
  return new SallyportError(meaning?.code ?? "ERR_TRANSPORT_UNAVAILABLE", `NATS did not do what was asked${because}`, {
    remedy: meaning?.remedy ?? "See the cause.",
    cause,
  });
}

function meaningOf(cause: unknown): Meaning | undefined {
  for (const error of chainOf(cause)) {
    if (error instanceof JetStreamError) {
      if (error.number === STORE_FAILED && error.message.startsWith("maximum ")) return FULL;
      return OF_JETSTREAM.get(error.number);
    }
    const meaning = OF_CLIENT.get(error.name) ?? OF_REQUEST.find(([status]) => status.test(error.message))?.[1];
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}

export const NOBODY_STORES: Meaning = {
  ...REFUSED,
  why: "no stream takes what is sent there",
  remedy: "Declare it, see docs/adapters/nats.md.",
};

/** Nothing was stored, and it may be soon. */
export const NO_LEADER: Meaning = {
  ...UNAVAILABLE,
  why: "the stream is there, and none of its servers leads it now",
  remedy: "Wait: of three replicas two choose a leader within seconds. If it lasts, see whether its servers run.",
};
