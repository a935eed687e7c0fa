// What Kafka's error codes mean to whoever sends and receives, and what is to be done about them.
import { type ErrorCode, SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy: string;
}

const UNAVAILABLE = { code: "ERR_TRANSPORT_UNAVAILABLE" } as const;
const REFUSED = { code: "ERR_TRANSPORT_REFUSED" } as const;
const RIGHTS = { ...REFUSED, remedy: "Give the client the rights that docs/adapters/kafka.md lists." } as const;
const CREDENTIALS = { ...REFUSED, remedy: "Check the client's mechanism, user and password." } as const;

/** By Kafka's own names, https://kafka.apache.org/protocol#protocol_error_codes. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["TOPIC_AUTHORIZATION_FAILED", { ...RIGHTS, why: "this user may not use the topic" }],
  ["GROUP_AUTHORIZATION_FAILED", { ...RIGHTS, why: "this user may not use the group" }],
  ["CLUSTER_AUTHORIZATION_FAILED", { ...RIGHTS, why: "this user may not ask this of the cluster" }],
  ["SASL_AUTHENTICATION_FAILED", { ...CREDENTIALS, why: "it does not know this user and password" }],
  ["UNSUPPORTED_SASL_MECHANISM", { ...CREDENTIALS, why: "it does not take this SASL mechanism" }],
  [
    "MESSAGE_TOO_LARGE",
    { ...REFUSED, why: "the message is larger than the topic takes", remedy: "Raise max.message.bytes, or send less." },
  ],
  ["RECORD_LIST_TOO_LARGE", { ...REFUSED, why: "the message is larger than a segment", remedy: "Raise segment.bytes, or send less." }],
  ["INVALID_RECORD", { ...REFUSED, why: "the topic does not take such records", remedy: "See the topic's settings: is it compacted?" }],
  ["POLICY_VIOLATION", { ...REFUSED, why: "a policy of the broker refuses it", remedy: "See the broker's log." }],
  ["UNKNOWN_TOPIC_OR_PARTITION", { ...UNAVAILABLE, why: "the topic is not there", remedy: "Create the topic." }],
  ["NOT_ENOUGH_REPLICAS", { ...UNAVAILABLE, why: "too few replicas are in sync", remedy: "Restore the missing brokers." }],
  ["NOT_ENOUGH_REPLICAS_AFTER_APPEND", { ...UNAVAILABLE, why: "too few replicas are in sync", remedy: "Restore the missing brokers." }],
  ["KAFKA_STORAGE_ERROR", { ...UNAVAILABLE, why: "it cannot write to its disk", remedy: "Check the server's disk." }],
  [
    "INCONSISTENT_GROUP_PROTOCOL",
    { ...REFUSED, why: "the group is used by other software", remedy: "Use another group, or stop that software." },
  ],
]);

/** This member has been replaced, or is about to be: what it commits is not taken. */
const FENCED = new Set(["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "FENCED_INSTANCE_ID", "STALE_MEMBER_EPOCH", "FENCED_MEMBER_EPOCH"]);
/** The group is being put together anew: what cannot be committed now can be when it is. */
const REBALANCING = new Set(["REBALANCE_IN_PROGRESS"]);

/** The names of Kafka's errors in what a client threw, the outermost first: clients wrap them, and some give several. */
export function kafkaNamesIn(error: unknown, depth = 0): readonly string[] {
  if (typeof error !== "object" || error === null || depth > 6) return [];
  const { apiId, type, errors, cause, originalError } = error as Readonly<Record<string, unknown>>;
  const own = [apiId, type].filter((name): name is string => typeof name === "string" && /^[A-Z_]+$/.test(name));
  const inner = [...(Array.isArray(errors) ? (errors as unknown[]) : []), cause, originalError];
  return [...own, ...inner.flatMap((one) => kafkaNamesIn(one, depth + 1))];
}

const has = (error: unknown, names: ReadonlySet<string>): boolean => kafkaNamesIn(error).some((name) => names.has(name));

export const isFenced = (error: unknown): boolean => has(error, FENCED);
export const isRebalancing = (error: unknown): boolean => has(error, REBALANCING);
export const isTooMuchMetadata = (error: unknown): boolean => has(error, new Set(["OFFSET_METADATA_TOO_LARGE"]));
export const isTooLarge = (error: unknown): boolean => has(error, new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]));
export const isUnknownTopic = (error: unknown): boolean => has(error, new Set(["UNKNOWN_TOPIC_OR_PARTITION", "UNKNOWN_TOPIC_ID"]));

export function transportError(cause: unknown): SallyportError {
  if (cause instanceof SallyportError) return cause;
  const names = kafkaNamesIn(cause);
  const known = names.flatMap((name) => MEANINGS.get(name) ?? []);
  const meaning = known.find(({ code }) => code === "ERR_TRANSPORT_REFUSED") ?? known[0] ?? clientsOwn(cause);
  const because = meaning === undefined ? "" : `: ${meaning.why}`;
  return new SallyportError(meaning?.code ?? "ERR_TRANSPORT_UNAVAILABLE", `Kafka did not do what was asked${because}`, {
    remedy: meaning?.remedy ?? "See the cause.",
    cause,
  });
}

/** Clients have errors of their own for these, and keep Kafka's code to themselves. */
function clientsOwn(error: unknown, depth = 0): Meaning | undefined {
  if (typeof error !== "object" || error === null || depth > 6) return undefined;
  const { name, code, message, cause, errors, originalError } = error as Readonly<Record<string, unknown>>;
  if (code === "PLT_KFK_AUTHENTICATION" || name === "KafkaJSSASLAuthenticationError") return MEANINGS.get("SASL_AUTHENTICATION_FAILED");
  if (code === "PLT_KFK_USER" && String(message).startsWith("Unknown topic ")) return MEANINGS.get("UNKNOWN_TOPIC_OR_PARTITION");
  for (const inner of [...(Array.isArray(errors) ? (errors as unknown[]) : []), cause, originalError]) {
    const found = clientsOwn(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const unanswered = (ms: number): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", `Kafka did not answer within ${ms} ms`, {
    remedy: "See whether the brokers run and can be reached from here.",
  });

/** What comes later is not waited for, and may still be carried out. */
export function answered<T>(answer: Promise<T>, clock: Clock, ms: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const cancel = clock.after(ms, () => reject(unanswered(ms)));
  answer.then(resolve, (error: unknown) => reject(transportError(error))).finally(cancel);
  return promise;
}

export const closed = (): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "the Kafka transport has been closed", { remedy: "Make another." });
