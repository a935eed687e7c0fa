// What PostgreSQL's error codes mean to whoever runs the guard (https://www.postgresql.org/docs/current/errcodes-appendix.html).
import { type ErrorCode, SallyportError } from "../errors.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy: string;
}

const UNAVAILABLE = { code: "ERR_STORE_UNAVAILABLE" } as const;

/** By class, or by the whole code where a class has several meanings. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["08", { ...UNAVAILABLE, why: "the connection is gone", remedy: "See whether the server runs and can be reached from here." }],
  ["25006", { ...UNAVAILABLE, why: "it is a standby, or read-only", remedy: "Connect to the primary." }],
  [
    "25P03",
    { ...UNAVAILABLE, why: "it heard nothing for too long in a transaction", remedy: "See what keeps this process or its network." },
  ],
  ["28", { ...UNAVAILABLE, why: "it does not know this user and password", remedy: "Correct the pool's user and password." }],
  ["3D", { ...UNAVAILABLE, why: "there is no such database", remedy: "Create it, or correct the pool's database." }],
  ["40", { ...UNAVAILABLE, why: "it gave way to another transaction", remedy: "It is tried again." }],
  ["42501", { ...UNAVAILABLE, why: "this user may not", remedy: "Grant it the tables of the guard's schema, or CREATE on the database." }],
  ["53", { ...UNAVAILABLE, why: "it has no disk, memory or connection left", remedy: "Make room, or raise max_connections." }],
  ["55", { ...UNAVAILABLE, why: "a lock cannot be had", remedy: "Find the transaction that is kept open." }],
  ["57", { ...UNAVAILABLE, why: "it was stopped, or stopped the statement", remedy: "See the server's log." }],
  ["58", { ...UNAVAILABLE, why: "its disk answers with an error", remedy: "Check the server's disk." }],
  ["XX", { code: "ERR_STORE_CORRUPT", why: "its data is damaged", remedy: "Stop, and restore from a copy." }],
]);

function sqlStateOf(error: unknown): string | undefined {
  const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

function meaningOf(error: unknown): Meaning | undefined {
  const state = sqlStateOf(error);
  return state === undefined ? undefined : (MEANINGS.get(state) ?? MEANINGS.get(state.slice(0, 2)));
}

/** Whether the fault is the server's, so that nothing can be written. */
export const isOfTheServer = (error: unknown): boolean => error instanceof SallyportError || meaningOf(error) !== undefined;

/** Whether it is the server's answer, so that the connection may be used again. */
export const isAnswered = (error: unknown): boolean => sqlStateOf(error) !== undefined;

/** Of the connection, of other transactions, of the server's disk and memory, of its end; damaged data. */
const NOT_OF_WHAT_WAS_ASKED = /^(?:08|25006|25P03|40|53(?!4)|57P|58|XX00[12])/;

/**
 * Whether the server refused what was asked. Wider than what is not the server's fault in the guard's own statements: a
 * server that ended a statement for its length, or a function of its that failed, says so of this one statement.
 */
export function isOfTheAsker(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && !NOT_OF_WHAT_WAS_ASKED.test(state);
}

/** The server ended this transaction for another's sake. */
export const gaveWay = (error: unknown): boolean => sqlStateOf(error)?.startsWith("40") === true;

export const isLocked = (error: unknown): boolean => sqlStateOf(error) === "55P03";

export function storeError(cause: unknown): SallyportError {
  if (cause instanceof SallyportError) return cause;
  const meaning = meaningOf(cause);
  const because = meaning === undefined ? "" : `: ${meaning.why}`;
  return new SallyportError(meaning?.code ?? "ERR_STORE_UNAVAILABLE", `PostgreSQL did not do what was asked${because}`, {
    remedy: meaning?.remedy ?? "See the cause.",
    cause,
  });
}
