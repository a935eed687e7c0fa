// Runs one attempt: deadline (PSN-05), lease renewal, and abort when the lease is lost (REP-15).
import { withCause } from "../envelope/causation.ts";
import { SallyportError } from "../errors.ts";
import type { ClaimStore } from "../ports/claim-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { ReceivedEvent } from "./examine.ts";
import { isOutcome, type Outcome, outcomeOfError, retry } from "./outcome.ts";
import type { ConsumePolicy } from "./policy.ts";
import type { Stopping } from "./stopping.ts";

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

export async function runAttempt(work: Attempt, claims: ClaimStore, policy: ConsumePolicy, clock: Clock, stop: Stopping): Promise<Handled> {
  if (stop.signal.aborted) return { kind: "stopped" };
  const { promise: ended, resolve: end } = Promise.withResolvers<Handled>();
  const signal = new LateSignal();
  const endWith = (handled: Handled): void => {
    end(handled);
    signal.abort(handled.kind);
  };
  const untell = stop.tell(() => endWith({ kind: "stopped" }));
  const cancelDeadline = clock.after(policy.deadlineMs, () => endWith({ kind: "deadline" }));
  const stopRenewing = renewLease(work, claims, policy, clock, () => endWith({ kind: "lost" }));
  void callHandler(work, contextOf(work, signal)).then(end);
  const handled = await ended;
  cancelDeadline();
  stopRenewing();
  untell();
  return handled;
}

const contextOf = ({ attempt, token }: Attempt, late: LateSignal): HandlerContext => ({
  attempt,
  fencingToken: token,
  get signal() {
    return late.signal;
  },
});

/** Most handlers never look at their signal: it is made for those that do. */
class LateSignal {
  #controller: AbortController | undefined;
  #reason: string | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: string): void {
    this.#reason ??= reason;
    this.#controller?.abort(reason);
  }
}

async function callHandler(work: Attempt, context: HandlerContext): Promise<Handled> {
  const { event, handler } = work;
  try {
    const cause = { eventId: event.id, rootId: event.rootId, hop: event.hop };
    const answer: unknown = await withCause(cause, () => handler(event, context));
    if (answer === undefined || answer === null) return { kind: "done" };
    if (!isOutcome(answer)) return noOutcome(work);
    if (answer.kind === "reject") tell(work, { reason: answer.reason });
    return answer;
  } catch (error) {
    tell(work, { error });
    return outcomeOfError(error);
  }
}

/** Often an arrow that returns what its call returned. Nobody would find it if only the retries were seen. */
function noOutcome(work: Attempt): Outcome {
  const error = new SallyportError("ERR_HANDLER_FAILED", `the handler of ${work.event.type} answered with a value that is no outcome`, {
    remedy: "Return nothing when it is done; else what retry, reject, unavailable or commitWith return.",
  });
  tell(work, { error });
  return retry();
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
