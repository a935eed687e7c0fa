// What a handler may answer. Returning nothing means: done.
import type { Effect } from "../ports/claim-store.ts";

export type Outcome =
  | { readonly kind: "retry"; readonly afterMs: number | undefined }
  | { readonly kind: "reject"; readonly reason: string }
  | { readonly kind: "unavailable"; readonly afterMs: number | undefined }
  | { readonly kind: "commit-with"; readonly effect: Effect<never> };

/** This attempt failed; try again. Counts against the budget. */
export const retry = (afterMs?: number): Outcome => ({ kind: "retry", afterMs });

/** This message will never succeed: dead-letter it now. The reason is for operators. */
export const reject = (reason: string): Outcome => ({ kind: "reject", reason });

/** Something the handler needs does not answer. Not the message's fault: consumption pauses, no attempt is used up (PSN-08). */
export const unavailable = (afterMs?: number): Outcome => ({ kind: "unavailable", afterMs });

/** Done, with an effect inside the transaction that commits the claim: both happen or neither (REP-13). */
export const commitWith = <Transaction>(effect: Effect<Transaction>): Outcome => ({ kind: "commit-with", effect });

const KINDS = new Set<unknown>(["retry", "reject", "unavailable", "commit-with"] satisfies Outcome["kind"][]);

/** A handler in plain JavaScript may answer anything. What is no outcome is not taken for success. */
export const isOutcome = (answer: unknown): answer is Outcome =>
  typeof answer === "object" && answer !== null && "kind" in answer && KINDS.has(answer.kind);

const UNREACHABLE = new Set<unknown>([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ERR_TRANSPORT_UNAVAILABLE",
  "ERR_STORE_UNAVAILABLE",
]);

/** What a handler asks for is taken where it is a time, and never for longer than a message's id is kept for retries. */
export function boundedDelay(askedMs: number | undefined, ownMs: number, mostMs: number): number {
  const asked = askedMs ?? Number.NaN;
  return Math.min(asked >= 0 ? asked : ownMs, mostMs);
}

/** A thrown error as an outcome: network failures are not the message's fault, everything else may be. */
export function outcomeOfError(error: unknown): Outcome {
  const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return UNREACHABLE.has(code) ? unavailable() : retry();
}
