// Runs one attempt: deadline (PSN-05), lease renewal, and abort when the lease is lost (REP-15).
import { withCause } from "../envelope/causation.ts";
import type { ClaimStore } from "../ports/claim-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { ReceivedEvent } from "./examine.ts";
import { isOutcome, type Outcome, outcomeOfError, retry } from "./outcome.ts";
import type { ConsumePolicy } from "./policy.ts";

export interface HandlerContext {
  /** Aborted at the deadline, when the claim is lost, and when the consumer is stopped. */
  readonly signal: AbortSignal;
  /** From 1, counting attempts that ended with the process. */
  readonly attempt: number;
  /** Give it to systems that can refuse a late writer. */
  readonly fencingToken: string;
}

export type Handler<Data = unknown> = (event: ReceivedEvent<Data>, context: HandlerContext) => Outcome | void | Promise<Outcome | void>;

export type Handled =
  | { readonly kind: "done"; readonly effect?: undefined }
  | Outcome
  | { readonly kind: "deadline" }
  | { readonly kind: "lost" }
  | { readonly kind: "stopped" };

/** Why an attempt did not succeed, for the operator's log: what was thrown, or the reason that was given. */
export interface HandlerFailure {
  readonly eventId: string;
  readonly eventType: string;
  readonly attempt: number;
  /** Whatever the handler threw. It may hold anything; it is stored nowhere. */
  readonly error?: unknown;
  /** Of `reject(reason)`. */
  readonly reason?: string;
}

export interface Attempt {
  readonly event: ReceivedEvent;
  readonly handler: Handler;
  readonly key: string;
  readonly token: string;
  readonly attempt: number;
  readonly onFailure: ((failure: HandlerFailure) => void) | undefined;
}

export async function runAttempt(
  work: Attempt,
  claims: ClaimStore,
  policy: ConsumePolicy,
  clock: Clock,
  stop: AbortSignal,
): Promise<Handled> {
  const abort = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<Handled>();
  const endWith = (handled: Handled): void => {
    end(handled);
    abort.abort(handled.kind);
  };
  const onStop = (): void => endWith({ kind: "stopped" });
  if (stop.aborted) return { kind: "stopped" };
  const forget = onAbort(stop, onStop);
  const cancelDeadline = clock.after(policy.deadlineMs, () => endWith({ kind: "deadline" }));
  const stopRenewing = renewLease(work, claims, policy, clock, () => endWith({ kind: "lost" }));
  const { attempt, token } = work;
  try {
    return await Promise.race([ended, callHandler(work, { signal: abort.signal, attempt, fencingToken: token })]);
  } finally {
    cancelDeadline();
    stopRenewing();
    forget();
  }
}

interface Waiting {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const WAITING = new WeakMap<AbortSignal, Waiting>();

/** One listener for all that wait: a signal looks through those it has for each that comes, so that each would pay for all in work. */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = WAITING.get(signal) ?? listen(signal);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0) return;
    signal.removeEventListener("abort", listener);
    WAITING.delete(signal);
  };
}

function listen(signal: AbortSignal): Waiting {
  const callbacks = new Set<() => void>();
  const waiting = { callbacks, listener: () => callbacks.forEach((call) => call()) };
  signal.addEventListener("abort", waiting.listener);
  WAITING.set(signal, waiting);
  return waiting;
}

async function callHandler(work: Attempt, context: HandlerContext): Promise<Handled> {
  const { event, handler } = work;
  try {
    const cause = { eventId: event.id, rootId: event.rootId, hop: event.hop };
    const answer: unknown = await withCause(cause, () => handler(event, context));
    if (answer === undefined || answer === null) return { kind: "done" };
    const outcome = isOutcome(answer) ? answer : retry();
    if (outcome.kind === "reject") tell(work, { reason: outcome.reason });
    return outcome;
  } catch (error) {
    tell(work, { error });
    return outcomeOfError(error);
  }
}

/** Whoever listens cannot fail the attempt. */
export function tell(
  { event, attempt, onFailure }: Pick<Attempt, "event" | "attempt" | "onFailure">,
  why: Pick<HandlerFailure, "error" | "reason">,
): void {
  try {
    onFailure?.({ eventId: event.id, eventType: event.type, attempt, ...why });
  } catch {
    // Said to be told, not asked.
  }
}

/** One failed renewal is not a loss; a lease that ran out unrenewed is, also when the store says nothing at all. */
function renewLease(work: Attempt, claims: ClaimStore, policy: ConsumePolicy, clock: Clock, onLost: () => void): () => void {
  const stepMs = policy.leaseMs / 3;
  let leaseEndsMs = clock.now() + policy.leaseMs;
  let over = false;
  let cancel = (): void => undefined;
  const renew = async (): Promise<void> => {
    const askedAtMs = clock.now();
    // Not less than a step, so that a process that was paused asks before it gives up.
    cancel = clock.after(Math.max(leaseEndsMs - askedAtMs, stepMs), lose);
    try {
      const [outcome] = await claims.change([{ kind: "renew", key: work.key, token: work.token, leaseMs: policy.leaseMs }]);
      if (outcome !== "changed") return lose();
      leaseEndsMs = askedAtMs + policy.leaseMs;
    } catch {
      if (clock.now() >= leaseEndsMs) return lose();
    } finally {
      cancel();
    }
    schedule();
  };
  const lose = (): void => {
    if (!over) onLost();
  };
  const schedule = (): void => {
    if (!over) cancel = clock.after(stepMs, () => void renew());
  };
  schedule();
  return () => {
    over = true;
    cancel();
  };
}
