// What Redis's error replies mean to whoever runs the guard, and what is to be done about them.
import { type ErrorCode, SallyportError } from "../errors.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy: string;
}

const UNAVAILABLE = { code: "ERR_STORE_UNAVAILABLE" } as const;
const CREDENTIALS = {
  ...UNAVAILABLE,
  remedy: "Give the client a user that may run scripts on the keys with the guard's prefix, as `sallyport acl` writes it.",
} as const;

/** Of a client of one server, which is not told where else to ask. */
export const CLUSTER_REMEDY = "Hand in a client of the cluster: Cluster of ioredis.";

/** By the reply's first word. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["OOM", { code: "ERR_STORE_FULL", why: "its memory is used up", remedy: "Raise maxmemory. Nothing is forgotten to make room." }],
  ["MISCONF", { ...UNAVAILABLE, why: "it cannot write its snapshot", remedy: "Check the server's disk." }],
  ["READONLY", { ...UNAVAILABLE, why: "it is a replica", remedy: "Connect to the primary." }],
  ["LOADING", { ...UNAVAILABLE, why: "it is reading its data from disk", remedy: "Wait." }],
  ["MASTERDOWN", { ...UNAVAILABLE, why: "its primary does not answer", remedy: "Restore the primary." }],
  [
    "NOREPLICAS",
    {
      ...UNAVAILABLE,
      why: "fewer replicas than min-replicas-to-write are in time",
      remedy: "Restore the replicas: what they have not seen, a failover would forget.",
    },
  ],
  ["MOVED", { ...UNAVAILABLE, why: "it is one server of a cluster, and another has this key", remedy: CLUSTER_REMEDY }],
  ["CLUSTERDOWN", { ...UNAVAILABLE, why: "the cluster is not whole", remedy: "Restore the missing node." }],
  ["NOAUTH", { ...CREDENTIALS, why: "it wants a password" }],
  ["WRONGPASS", { ...CREDENTIALS, why: "it does not know this user and password" }],
  ["NOPERM", { ...CREDENTIALS, why: "this user may not do it" }],
]);

/** By which Redis tells errors apart. */
export const firstWordOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "";
  return isForbiddenInScript(error) ? "NOPERM" : (/^[A-Z]+/.exec(error.message)?.[0] ?? "");
};

/** Redis 7 says of what a script may not do `ERR`, and in words alone that it is a matter of rights. */
const isForbiddenInScript = ({ message }: Error): boolean => message.startsWith("ERR The user executing the script can't ");

export const isUnknownScript = (error: unknown): boolean => firstWordOf(error) === "NOSCRIPT";

export const isOfManySlots = (error: unknown): boolean => error instanceof SallyportError && firstWordOf(error.cause) === "CROSSSLOT";

export function storeError(cause: unknown): SallyportError {
  if (cause instanceof SallyportError) return cause;
  const meaning = MEANINGS.get(firstWordOf(cause));
  const because = meaning === undefined ? "" : `: ${meaning.why}`;
  return new SallyportError(meaning?.code ?? "ERR_STORE_UNAVAILABLE", `Redis did not do what was asked${because}`, {
    remedy: meaning?.remedy ?? "See the cause.",
    cause,
  });
}
