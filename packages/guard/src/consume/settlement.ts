// How a delivery ends. The order is always: dead letter or effect stored → claim changed → source acknowledged
// (PSN-11, PSN-14); and before the dead letter of a claimed message, its verdict. A store or broker that does not
// answer ends nothing (see hold.ts).
import { digestOf, tuple } from "../envelope/signing-input.ts";
import type { VerifiedEnvelope } from "../envelope/open.ts";
import type { ErrorCode } from "../errors.ts";
import type { ChangeOutcome, ClaimChange, ClaimStore, Effect, Held } from "../ports/claim-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeadLetter, DeadLetterStore } from "../ports/dead-letters.ts";
import type { Ended, Observer } from "../ports/observer.ts";
import { noTrail, type Trail, type TrailEntry } from "../ports/trail.ts";
import type { Delivery } from "../ports/transport.ts";
import type { Examined, Refusal } from "./examine.ts";
import { type HandlerFailure, tell } from "./handle.ts";
import type { Hold } from "./hold.ts";
import { boundedDelay } from "./outcome.ts";
import type { ConsumePolicy } from "./policy.ts";

/** A delivery whose claim was granted. */
export interface Work extends Held {
  readonly delivery: Delivery;
  readonly examined: Examined;
  /** From 1, crashes included. */
  readonly attempt: number;
  /** Failures counted before this attempt. */
  readonly failures: number;
}

export interface Ending {
  readonly code: ErrorCode;
  readonly step: string;
  readonly attempts: number;
  readonly event?: NonNullable<DeadLetter["event"]>;
  /** Tells letters apart: the claim key, or the broker's handle for what cannot be claimed. */
  readonly identity: string;
}

export interface SettlementParts {
  readonly group: string;
  /** The types that this consumer takes. Observers are told of no other: names from outside have no end. */
  readonly types: { has(type: string | undefined): boolean };
  readonly claims: ClaimStore;
  readonly deadLetters: DeadLetterStore;
  readonly trail: Trail;
  readonly observer: Observer;
  readonly clock: Clock;
  readonly policy: ConsumePolicy;
  readonly hold: Hold;
  readonly onFailure?: ((failure: HandlerFailure) => void) | undefined;
}

type Said = Omit<TrailEntry, "door" | "group" | "destination">;
const UNSETTLED: Ended = { decision: "unsettled" };

export class Settlement {
  readonly #parts: SettlementParts;

  constructor(parts: SettlementParts) {
    this.#parts = parts;
  }

  async commit(work: Work, effect: Effect<never> | undefined): Promise<Ended> {
    const { event } = work.examined;
    const { key, token } = work;
    const outcome = await this.#change({ kind: "commit", key, token, ...(effect && { effect }) });
    if (typeof outcome === "object") {
      tell({ event, attempt: work.attempt, onFailure: this.#parts.onFailure }, { error: outcome.effectFailed });
      return this.fail(work, "ERR_HANDLER_FAILED", undefined);
    }
    if (outcome === undefined) return this.later(work.delivery, this.#parts.policy.leaseMs);
    if (outcome !== "changed") return this.lost(work.delivery, event.type);
    this.#parts.hold.succeeded();
    this.#parts.observer.at?.("consume:committed", event.id);
    await this.#acknowledge(work.delivery, { decision: "committed", eventId: event.id, eventType: event.type, attempt: work.attempt });
    this.#parts.observer.at?.("consume:acknowledged", event.id);
    return { decision: "committed" };
  }

  /** The attempt is counted; the last one the budget allows ends in the dead letters (PSN-01). */
  async fail(work: Work, code: ErrorCode, askedMs: number | undefined): Promise<Ended> {
    const { policy, observer } = this.#parts;
    const { event } = work.examined;
    observer.at?.("consume:failed", event.id);
    if (work.failures + 1 >= policy.maxFailures) return this.condemn(work, code);
    const afterMs = boundedDelay(askedMs, policy.retryMs * 2 ** work.failures, policy.maxRetryMs);
    if ((await this.#change({ kind: "fail", ...heldOf(work), afterMs })) === undefined) return UNSETTLED;
    const said = { decision: "retry", code, eventId: event.id, eventType: event.type, attempt: work.attempt };
    await this.#settle(work.delivery, said, () => work.delivery.retryAfter(afterMs));
    return { decision: "retry", code };
  }

  /**
   * The verdict under the claim's token, then the letter: were the letter first, a crash or a lost lease after it
   * would leave a message that is dead-lettered and may still be committed.
   */
  async condemn(work: Work, code: ErrorCode): Promise<Ended> {
    const { leaseMs } = this.#parts.policy;
    const outcome = await this.#change({ kind: "condemn", ...heldOf(work), leaseMs });
    if (outcome === undefined) return UNSETTLED;
    if (outcome !== "changed") return this.lost(work.delivery, work.examined.event.type);
    this.#parts.observer.at?.("consume:condemned", work.examined.event.id);
    return this.die(work.delivery, { ...endingOf(work.examined), code, step: "handle", attempts: work.attempt }, work);
  }

  /** Not the message's fault: no attempt is counted (PSN-08, PSN-12). */
  async giveBack(work: Work, afterMs: number, code?: ErrorCode): Promise<Ended> {
    const outcome = await this.#change({ kind: "release", ...heldOf(work), afterMs });
    if (outcome === undefined) return this.later(work.delivery, afterMs);
    this.#parts.observer.decided?.("consume", "released", code, work.examined.event.type);
    await this.later(work.delivery, afterMs);
    return { decision: "released", code };
  }

  /** Another has the claim: what this attempt did cannot be committed (REP-15). */
  async lost(delivery: Delivery, eventType: string | undefined): Promise<Ended> {
    this.#parts.observer.decided?.("consume", "lost", undefined, eventType);
    await this.later(delivery, this.#parts.policy.leaseMs);
    return { decision: "lost" };
  }

  /** A copy of what is finished already. */
  duplicate(delivery: Delivery, { event }: Examined): Promise<void> {
    return this.#acknowledge(delivery, { decision: "duplicate", eventId: event.id, eventType: event.type });
  }

  /** Refused before its claim: final, and never recorded under the claimed id (REP-14). */
  refuse(delivery: Delivery, { code, step, envelope }: Refusal): Promise<Ended> {
    return this.die(delivery, { code, step, attempts: 0, identity: delivery.brokerId, ...(envelope && { event: namesOf(envelope) }) });
  }

  /** `held`: a claim that is condemned. */
  async die(delivery: Delivery, { identity, ...rest }: Ending, held?: Held): Promise<Ended> {
    const { group, clock, deadLetters, hold, observer } = this.#parts;
    const { destination, bytes } = delivery;
    const id = digestOf(tuple(group, destination, identity, digestOf(bytes))).slice(0, 32);
    const letter: DeadLetter = { id, group, destination, bytes, diedAtMs: clock.now(), ...rest };
    if (!(await hold.untilDone(() => deadLetters.put([letter])))) return UNSETTLED;
    observer.at?.("consume:dead-letter-stored", rest.event?.id);
    if (held !== undefined) {
      const outcome = await this.#change({ kind: "bury", ...heldOf(held) });
      if (outcome === undefined) return UNSETTLED;
      // Another has it now, and how it ends is theirs to say: the letter keeps its id if they bury it too.
      if (outcome !== "changed") return this.lost(delivery, rest.event?.type);
    }
    observer.at?.("consume:buried", rest.event?.id);
    const named = rest.event && { eventId: rest.event.id, eventType: rest.event.type };
    await this.#acknowledge(delivery, { decision: "dead-letter", code: rest.code, ...named });
    return { decision: "dead-letter", code: rest.code };
  }

  /** Given back as it was found; nothing was decided. */
  async later(delivery: Delivery, afterMs: number): Promise<Ended> {
    await this.#parts.hold.untilDone(() => delivery.retryAfter(afterMs));
    return UNSETTLED;
  }

  #acknowledge(delivery: Delivery, said: Said): Promise<void> {
    return this.#settle(delivery, said, () => delivery.ack());
  }

  async #settle(delivery: Delivery, said: Said, settle: () => Promise<void>): Promise<void> {
    const { group, hold, observer, trail, types } = this.#parts;
    // What could not be accounted for is not settled: it comes again (OPS-01).
    if (trail !== noTrail) {
      const entry: TrailEntry = { door: "consume", group, destination: delivery.destination, ...said };
      if (!(await hold.untilDone(() => trail.append([entry])))) return;
    }
    const known = types.has(said.eventType) ? said.eventType : undefined;
    observer.decided?.("consume", said.decision, said.code, known);
    await hold.untilDone(settle);
  }

  async #change(change: ClaimChange): Promise<ChangeOutcome | undefined> {
    return (await this.#parts.hold.untilAnswered(() => this.#parts.claims.change([change])))?.[0];
  }
}

export function endingOf({ event, claimKey }: Examined): Pick<Ending, "attempts" | "event" | "identity"> {
  return { attempts: 0, identity: claimKey, event: { id: event.id, type: event.type, source: event.source, generation: event.generation } };
}

const heldOf = ({ key, token }: Held): Held => ({ key, token });

const namesOf = ({ attributes: { id, type, source, generation } }: VerifiedEnvelope): NonNullable<DeadLetter["event"]> => ({
  id,
  type,
  source,
  generation,
});
