// What Redis's error replies mean to whoever sends and receives, and what is to be done about them.
import { type ErrorCode, SallyportError } from "../errors.ts";
import { CLUSTER_REMEDY, firstWordOf } from "./failure.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy: string;
}

const UNAVAILABLE = { code: "ERR_TRANSPORT_UNAVAILABLE" } as const;
const REFUSED = { code: "ERR_TRANSPORT_REFUSED" } as const;
const CREDENTIALS = { ...REFUSED, remedy: "Give the client the rights that docs/adapters/redis.md lists." } as const;

/** By the reply's first word. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["OOM", { ...REFUSED, why: "its memory is used up", remedy: "Raise maxmemory, or let the groups that lag catch up." }],
  ["WRONGTYPE", { ...REFUSED, why: "the key of the stream holds something else", remedy: "Use another prefix." }],
  ["NOAUTH", { ...CREDENTIALS, why: "it wants a password" }],
  ["WRONGPASS", { ...CREDENTIALS, why: "it does not know this user and password" }],
  ["NOPERM", { ...CREDENTIALS, why: "this user may not do it" }],
  ["MISCONF", { ...UNAVAILABLE, why: "it cannot write to its disk", remedy: "Check the server's disk." }],
  ["READONLY", { ...UNAVAILABLE, why: "it is a replica", remedy: "Connect to the primary." }],
  ["LOADING", { ...UNAVAILABLE, why: "it is reading its data from disk", remedy: "Wait." }],
  ["MASTERDOWN", { ...UNAVAILABLE, why: "its primary does not answer", remedy: "Restore the primary." }],
  [
    "NOREPLICAS",
    {
      ...UNAVAILABLE,
      why: "fewer replicas than min-replicas-to-write are in time",
      remedy: "Restore the replicas: what they have not seen, a failover would lose.",
    },
  ],
  ["MOVED", { ...REFUSED, why: "it is one server of a cluster, and another has this stream", remedy: CLUSTER_REMEDY }],
  ["CLUSTERDOWN", { ...UNAVAILABLE, why: "the cluster is not whole", remedy: "Restore the missing node." }],
]);

/** Whoever may XADD may choose the last id that there is. */
const EXHAUSTED: Meaning = {
  ...REFUSED,
  why: "the stream has no id left, since somebody chose the last one",
  remedy: "Take the right to XADD from whoever did, and rename or delete the stream.",
};

/** The group, or its stream, has been removed. */
export const isUnknownGroup = (error: unknown): boolean => error instanceof SallyportError && firstWordOf(error.cause) === "NOGROUP";

/** The user may not do it, and so nothing was done. */
export const isForbidden = (error: unknown): boolean => error instanceof SallyportError && firstWordOf(error.cause) === "NOPERM";

export function transportError(cause: unknown): SallyportError {
  if (cause instanceof SallyportError) return cause;
  const isExhausted = cause instanceof Error && cause.message.startsWith("ERR The stream has exhausted");
  const meaning = isExhausted ? EXHAUSTED : MEANINGS.get(firstWordOf(cause));
  const because = meaning === undefined ? "" : `: ${meaning.why}`;
  return new SallyportError(meaning?.code ?? "ERR_TRANSPORT_UNAVAILABLE", `Redis did not do what was asked${because}`, {
    remedy: meaning?.remedy ?? "See the cause.",
    cause,
  });
}

export const unanswered = (ms: number): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", `Redis did not answer within ${ms} ms`, {
    remedy: "See whether the server runs and can be reached from here.",
  });
