// What errors of SQS mean to whoever sends and receives, and what is to be done about them.
import { type ErrorCode, SallyportError } from "../errors.ts";
import type { SqsFailure } from "./client.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy: string;
}

const UNAVAILABLE = { code: "ERR_TRANSPORT_UNAVAILABLE" } as const;
const REFUSED = { code: "ERR_TRANSPORT_REFUSED" } as const;
const RIGHTS = { ...REFUSED, remedy: "Give the client credentials with the rights that docs/adapters.md lists." } as const;
const KEY = {
  ...REFUSED,
  why: "the queue's KMS key cannot be used",
  remedy: "Enable it, and allow kms:GenerateDataKey and kms:Decrypt.",
} as const;
const TOO_LARGE = {
  ...REFUSED,
  why: "the message is too large",
  remedy: "Lower the event's bounds.maxBytes, or raise the queue's limit.",
} as const;
const THROTTLED = { ...UNAVAILABLE, why: "it is asked too often", remedy: "Wait; or ask AWS for a higher quota." } as const;
const MISSING = { ...REFUSED, why: "there is no such queue", remedy: "Create it: `sallyport topology` says how." } as const;

/** By the error's name, or the code of a failed entry. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["QueueDoesNotExist", MISSING],
  ["AWS.SimpleQueueService.NonExistentQueue", MISSING],
  [
    "QueueDeletedRecently",
    { ...UNAVAILABLE, why: "the queue was deleted within the last minute", remedy: "Wait a minute, and create it." },
  ],
  ["AccessDenied", { ...RIGHTS, why: "this principal may not do it" }],
  ["AccessDeniedException", { ...RIGHTS, why: "this principal may not do it" }],
  ["InvalidClientTokenId", { ...RIGHTS, why: "it does not know these credentials" }],
  ["UnrecognizedClientException", { ...RIGHTS, why: "it does not know these credentials" }],
  ["SignatureDoesNotMatch", { ...RIGHTS, why: "the request's signature is wrong" }],
  ["IncompleteSignature", { ...RIGHTS, why: "the request's signature is wrong" }],
  ["ExpiredToken", { ...RIGHTS, why: "the credentials have expired" }],
  ["ExpiredTokenException", { ...RIGHTS, why: "the credentials have expired" }],
  ["CredentialsProviderError", { ...RIGHTS, why: "the client has no credentials" }],
  ["InvalidSecurity", { ...REFUSED, why: "it wants an encrypted connection", remedy: "Use an https endpoint." }],
  ["KmsAccessDenied", KEY],
  ["KmsDisabled", KEY],
  ["KmsInvalidKeyUsage", KEY],
  ["KmsInvalidState", KEY],
  ["KmsNotFound", KEY],
  ["KmsOptInRequired", KEY],
  ["KmsThrottled", THROTTLED],
  ["RequestThrottled", THROTTLED],
  ["ThrottlingException", THROTTLED],
  ["OverLimit", { ...UNAVAILABLE, why: "as many messages as may be are in flight", remedy: "Find the consumers that hold them." }],
  ["BatchRequestTooLong", TOO_LARGE],
  ["InvalidMessageContents", { ...REFUSED, why: "it does not take these characters", remedy: "See the cause." }],
]);

/** A receipt that is no longer good: the message has been given to another, or is gone. */
const STALE = new Set([
  "ReceiptHandleIsInvalid",
  "InvalidParameterValue",
  "MessageNotInflight",
  "AWS.SimpleQueueService.MessageNotInflight",
]);

export const isStale = ({ Code, SenderFault }: SqsFailure): boolean => SenderFault === true && STALE.has(Code ?? "");

export function transportError(cause: unknown): SallyportError {
  if (cause instanceof SallyportError) return cause;
  return errorFor(MEANINGS.get(nameOf(cause)), cause);
}

export function entryError(failure: SqsFailure): SallyportError {
  const fallback: Meaning = {
    ...(failure.SenderFault === true ? REFUSED : UNAVAILABLE),
    why: "it did not take one message of a batch",
    remedy: "See the cause.",
  };
  // Its text may quote the message.
  return errorFor(MEANINGS.get(failure.Code ?? "") ?? fallback, new Error(`SQS: ${failure.Code ?? "no code"}`));
}

export const unanswered = (ms: number): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", `SQS did not answer within ${ms} ms`, {
    remedy: "See whether the endpoint can be reached from here.",
  });

export const tooLarge = (bytes: number, most: number): SallyportError =>
  new SallyportError("ERR_TRANSPORT_REFUSED", `a message of ${bytes} bytes is larger than the ${most} that its queue takes`, {
    remedy: "Lower the event's bounds.maxBytes, or raise the queue's MaximumMessageSize.",
  });

function errorFor(meaning: Meaning | undefined, cause: unknown): SallyportError {
  const because = meaning === undefined ? "" : `: ${meaning.why}`;
  return new SallyportError(meaning?.code ?? "ERR_TRANSPORT_UNAVAILABLE", `SQS did not do what was asked${because}`, {
    remedy: meaning?.remedy ?? "See the cause.",
    cause,
  });
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");
