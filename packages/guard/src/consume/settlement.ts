// How a delivery ends. The order is always: dead letter or effect stored → claim changed → source acknowledged
// (PSN-11, PSN-14); and before the dead letter of a claimed message, its verdict. A store or broker that does not answer ends nothing (see hold.ts).
import { digestOf, tuple } from "../envelope/signing-input.ts";
import type { VerifiedEnvelope } from "../envelope/open.ts";
import type { ErrorCode } from "../errors.ts";
import type { ChangeOutcome, ClaimChange, ClaimStore, Effect, Held } from "../ports/claim-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeadLetter, DeadLetterStore } from "../ports/dead-letters.ts";
import type { Observer } from "../ports/observer.ts";
import type { Trail, TrailEntry } from "../ports/trail.ts";
import type { Delivery } from "../ports/transport.ts";
import type { Examined, Refusal } from "./examine.ts";
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
  readonly claims: ClaimStore;
  readonly deadLetters: DeadLetterStore;
  readonly trail: Trail;
  readonly observer: Observer;
  readonly clock: Clock;
  readonly policy: ConsumePolicy;
  readonly hold: Hold;
}

type Said = Omit<TrailEntry, "door" | "group" | "destination">;

export class Settlement {
  readonly #parts: SettlementParts;

  constructor(parts: SettlementParts) {
    this.#parts = parts;
  }

  async commit(work: Work, effect: Effect<never> | undefined): Promise<void> {
    const { event } = work.examined;
    const outcome = await this.#change({ kind: "commit", ...heldOf(work), ...(effect && { effect }) });
    if (typeof outcome === "object") return this.fail(work, "ERR_HANDLER_FAILED", undefined);
    if (outcome !== "changed") return this.later(work.delivery, this.#parts.policy.leaseMs);
    this.#parts.hold.succeeded();
    this.#parts.observer.at?.("consume:committed", event.id);
    await this.#acknowledge(work.delivery, { decision: "committed", eventId: event.id, eventType: event.type, attempt: work.attempt });
    this.#parts.observer.at?.("consume:acknowledged", event.id);
  }

  /** The attempt is counted; the last one the budget allows ends in the dead letters (PSN-01). */
  async fail(work: Work, code: ErrorCode, askedMs: number | undefined): Promise<void> {
    const { policy, observer } = this.#parts;
    const { event } = work.examined;
    observer.at?.("consume:failed", event.id);
    if (work.failures + 1 >= policy.maxFailures) return this.condemn(work, code);
    const afterMs = boundedDelay(askedMs, policy.retryMs * 2 ** work.failures, policy.maxRetryMs);
    if ((await this.#change({ kind: "fail", ...heldOf(work), afterMs })) === undefined) return;
    await this.#settle(work.delivery, { decision: "retry", code, eventId: event.id, attempt: work.attempt }, () =>
      work.delivery.retryAfter(afterMs),
    );
  }

  /**
   * The verdict under the claim's token, then the letter: were the letter first, a crash or a lost lease after it
   * would leave a message that is dead-lettered and may still be committed.
   */
  async condemn(work: Work, code: ErrorCode): Promise<void> {
    const { leaseMs } = this.#parts.policy;
    const outcome = await this.#change({ kind: "condemn", ...heldOf(work), leaseMs });
    if (outcome === undefined) return;
    if (outcome !== "changed") return this.later(work.delivery, leaseMs);
    this.#parts.observer.at?.("consume:condemned", work.examined.event.id);
    return this.die(work.delivery, { ...endingOf(work.examined), code, step: "handle", attempts: work.attempt }, work);
  }

  /** Not the message's fault: no attempt is counted (PSN-08, PSN-12). */
  async giveBack(work: Work, afterMs: number): Promise<void> {
    await this.#change({ kind: "release", ...heldOf(work), afterMs });
    await this.later(work.delivery, afterMs);
  }

  /** A copy of what is finished already. */
  duplicate(delivery: Delivery, { event }: Examined): Promise<void> {
    return this.#acknowledge(delivery, { decision: "duplicate", eventId: event.id });
  }

  /** Refused before its claim: final, and never recorded under the claimed id (REP-14). */
  refuse(delivery: Delivery, { code, step, envelope }: Refusal): Promise<void> {
    return this.die(delivery, { code, step, attempts: 0, identity: delivery.brokerId, ...(envelope && { event: namesOf(envelope) }) });
  }

  /** `held`: a claim that is condemned. */
  async die(delivery: Delivery, { identity, ...rest }: Ending, held?: Held): Promise<void> {
    const { group, clock, deadLetters, hold, observer, policy } = this.#parts;
    const { destination, bytes } = delivery;
    const id = digestOf(tuple(group, destination, identity, digestOf(bytes))).slice(0, 32);
    const letter: DeadLetter = { id, group, destination, bytes, diedAtMs: clock.now(), ...rest };
    if ((await hold.untilAnswered(() => deadLetters.put([letter]).then(() => true))) === undefined) return;
    observer.at?.("consume:dead-letter-stored", rest.event?.id);
    if (held !== undefined) {
      const outcome = await this.#change({ kind: "bury", ...heldOf(held) });
      if (outcome === undefined) return;
      // Another has it now, and how it ends is theirs to say: the letter keeps its id if they bury it too.
      if (outcome !== "changed") return this.later(delivery, policy.leaseMs);
    }
    observer.at?.("consume:buried", rest.event?.id);
    const named = rest.event && { eventId: rest.event.id, eventType: rest.event.type };
    await this.#acknowledge(delivery, { decision: "dead-letter", code: rest.code, ...named });
  }

  async later(delivery: Delivery, afterMs: number): Promise<void> {
    await this.#parts.hold.untilAnswered(() => delivery.retryAfter(afterMs));
  }

  #acknowledge(delivery: Delivery, said: Said): Promise<void> {
    return this.#settle(delivery, said, () => delivery.ack());
  }

  async #settle(delivery: Delivery, said: Said, settle: () => Promise<void>): Promise<void> {
    const { group, hold, observer, trail } = this.#parts;
    const entry: TrailEntry = { door: "consume", group, destination: delivery.destination, ...said };
    // What could not be accounted for is not settled: it comes again (OPS-01).
    if ((await hold.untilAnswered(() => trail.append([entry]).then(() => true))) === undefined) return;
    observer.decided?.("consume", said.decision, said.code, said.eventType);
    await hold.untilAnswered(settle);
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
