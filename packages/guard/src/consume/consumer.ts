// The consume door: receives, examines, claims, handles, settles. Read `#process` first; settlement.ts says in
// which order things are stored, changed and acknowledged.
import type { Contract, ContractEvent, DataOf, EventsOf } from "../contract/contract.ts";
import { refuseNoWholeNumber } from "../contract/whole-number.ts";
import type { KeyRing } from "../envelope/keys.ts";
import { tuple } from "../envelope/signing-input.ts";
import { SallyportError } from "../errors.ts";
import type { ClaimOutcome, ClaimRequest, ClaimStore } from "../ports/claim-store.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { DeadLetterStore } from "../ports/dead-letters.ts";
import { type Ended, type Observer, type Processing, unfailing, watch } from "../ports/observer.ts";
import { noTrail, type Trail } from "../ports/trail.ts";
import type { Delivery, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";
import { destinationsOf } from "./destinations.ts";
import { examine, type Examined, type Examiner } from "./examine.ts";
import { type Handler, type HandlerFailure, runAttempt } from "./handle.ts";
import { Hold } from "./hold.ts";
import { type ConsumePolicy, refuseTooSmall, resolvePolicy, retentionOf } from "./policy.ts";
import { type Ending, endingOf, Settlement, type Work } from "./settlement.ts";
import { Stopping } from "./stopping.ts";
import { Turns } from "./turns.ts";

/** A verdict that its worker did not live to carry out: failures are counted, so it was a rejection. */
const CODE_OF_BUDGET = { failures: "ERR_POLICY_ATTEMPTS", crashes: "ERR_POLICY_CRASH_LOOP", verdict: "ERR_POLICY_REJECTED" } as const;

export type Handlers<C extends Contract> = { readonly [T in keyof EventsOf<C>]?: Handler<DataOf<C, T>> };

export interface ConsumerOptions<C extends Contract> {
  readonly contract: C;
  /** Consumer group. Ids are scoped to it (REP-11). */
  readonly group: string;
  /** The types this consumer takes; any other on the same destination is dead-lettered (DST-05). */
  readonly handlers: Handlers<C>;
  readonly transport: Transport;
  readonly claims: ClaimStore;
  readonly deadLetters: DeadLetterStore;
  readonly keys: KeyRing;
  /** For destinations with `{tenant}`: whose to read. */
  readonly tenants?: readonly string[];
  readonly policy?: Partial<ConsumePolicy>;
  readonly maxHops?: number;
  readonly trail?: Trail;
  readonly observer?: Observer;
  readonly clock?: Clock;
  /** Told what handlers throw and why they reject, for the operator's log. Not kept anywhere else. */
  readonly onFailure?: (failure: HandlerFailure) => void;
}

interface Received {
  readonly delivery: Delivery;
  readonly value: Examined;
}

export class Consumer<C extends Contract> {
  readonly policy: ConsumePolicy;
  readonly #options: ConsumerOptions<C>;
  readonly #handlers: ReadonlyMap<string, Handler>;
  readonly #examiner: Examiner;
  readonly #clock: Clock;
  readonly #observer: Observer;
  readonly #hold: Hold;
  readonly #settlement: Settlement;
  readonly #stop = new AbortController();
  readonly #stopping = new Stopping(this.#stop.signal);
  readonly #inWork = new Set<Promise<void>>();
  readonly #turns = new Turns();
  #subscriptions: readonly Subscription[] = [];
  #draining = false;

  /** @throws {SallyportError} `ERR_CONFIG_*` when a promise could not be kept with these options. */
  constructor(options: ConsumerOptions<C>) {
    const { transport, contract, group, keys, tenants, claims, deadLetters, trail = noTrail } = options;
    this.#options = options;
    const clock = (this.#clock = options.clock ?? systemClock);
    const observer = (this.#observer = unfailing(options.observer));
    refuseNotifyOnly(transport);
    refuseNoWholeNumber("the consumer's maxHops", options.maxHops, 0);
    const policy = (this.policy = resolvePolicy(options.policy ?? {}, transport.capabilities));
    this.#handlers = new Map(Object.entries(options.handlers).filter((entry) => entry[1] !== undefined) as [string, Handler][]);
    const accepts = destinationsOf({ contract, types: this.#handlers.keys(), tenants });
    for (const events of accepts.values()) refuseTooSmall(policy, events.values());
    this.#examiner = {
      group,
      keys,
      policy,
      retentionMs: retentionOf(policy, transport.capabilities),
      maxHops: options.maxHops ?? 8,
      accepts,
    };
    const hold = (this.#hold = new Hold({ policy, clock, observer, stop: this.#stop.signal }));
    const parts = { group, claims, deadLetters, trail, observer, clock, policy, hold, onFailure: options.onFailure };
    this.#settlement = new Settlement({ types: this.#handlers, ...parts });
  }

  /** Whether consumption is held because something does not answer. */
  get held(): boolean {
    return this.#hold.held;
  }

  /** When one destination cannot be received from, none is. @throws what the transport throws. */
  async start(): Promise<void> {
    const opened = await Promise.allSettled([...this.#examiner.accepts].map(([destination, events]) => this.#receive(destination, events)));
    const subscriptions = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const failed = opened.find((result) => result.status === "rejected");
    if (failed !== undefined || this.#draining) {
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
      if (failed !== undefined) throw failed.reason;
      return;
    }
    this.#subscriptions = subscriptions;
    this.#hold.over(subscriptions);
  }

  /** Stops fetching, waits for what is in work, and gives back what is not done at the deadline, uncounted (PSN-12). */
  async drain(deadlineMs: number): Promise<void> {
    // From now on nothing is taken and nothing resumes fetching, whatever answers again meanwhile.
    this.#draining = true;
    this.#hold.over([]);
    for (const subscription of this.#subscriptions) subscription.pause();
    const cancel = this.#clock.after(deadlineMs, () => this.#stop.abort());
    await Promise.allSettled(this.#inWork);
    cancel();
    this.#stop.abort();
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
    this.#hold.end();
  }

  async #receive(destination: string, events: ReadonlyMap<string, ContractEvent>): Promise<Subscription> {
    const { transport, group } = this.#options;
    const ordering = [...events.values()].some((event) => event.ordering === "key") ? "key" : "none";
    const onFetch: ReceiveOptions["onFetch"] = (...told) => this.#hold.fetching(destination, ...told);
    const options = { destination, group, ordering, prefetch: this.policy.concurrency, onFetch } as const;
    return transport.receive(options, (batch) => this.#take(batch));
  }

  /** What was being fetched when the drain began goes back with its subscription: no claim is left behind (PSN-12). */
  #take(batch: readonly Delivery[]): void {
    if (this.#draining) return;
    const work = this.#processBatch(batch).finally(() => this.#inWork.delete(work));
    this.#inWork.add(work);
  }

  async #processBatch(batch: readonly Delivery[]): Promise<void> {
    const examined: Received[] = [];
    const settling: Promise<unknown>[] = [];
    for (const delivery of batch) {
      this.#observer.at?.("consume:received", undefined);
      const result = await examine(delivery, this.#examiner, this.#clock.now());
      this.#observer.at?.("consume:examined", result.ok ? result.value.event.id : undefined);
      if (result.ok) examined.push({ delivery, value: result.value });
      else settling.push(this.#settlement.refuse(delivery, result.refusal));
    }
    if (examined.length > 0) await this.#claimAll(examined, settling);
    await Promise.all(settling);
  }

  async #claimAll(examined: readonly Received[], settling: Promise<unknown>[]): Promise<void> {
    const leave = await this.#turns.beside();
    const suspects: Received[] = [];
    try {
      const outcomes = await this.#claim(examined);
      for (const [index, received] of examined.entries()) {
        const outcome = outcomes?.[index];
        if (outcome === undefined) continue;
        if (!this.#isSuspect(outcome)) settling.push(this.#process(received.delivery, received.value, outcome));
        else if (await this.#unclaim(received, outcome.token)) suspects.push(received);
      }
      await Promise.all(settling);
    } finally {
      leave();
    }
    for (const suspect of suspects) await this.#turns.alone(() => this.#tryAlone(suspect));
  }

  /** Whether an earlier attempt never ended: it may have killed its process, or have died beside what did (PSN-07). */
  #isSuspect(outcome: ClaimOutcome): outcome is Extract<ClaimOutcome, { kind: "granted" }> {
    const mostAtOnce = this.policy.concurrency * this.#examiner.accepts.size;
    return mostAtOnce > 1 && outcome.kind === "granted" && outcome.attempt - 1 > outcome.failures;
  }

  /** Uncounted, until its turn comes. */
  async #unclaim({ value: { claimKey: key } }: Received, token: string): Promise<boolean> {
    const release = (): Promise<unknown> => this.#options.claims.change([{ kind: "release", key, token, afterMs: 0 }]);
    return (await this.#hold.untilAnswered(release)) !== undefined;
  }

  async #tryAlone({ delivery, value }: Received): Promise<void> {
    const [outcome] = (await this.#claim([{ delivery, value }])) ?? [];
    if (outcome !== undefined) await this.#process(delivery, value, outcome);
  }

  /** `undefined` when the consumer is stopped first. */
  #claim(examined: readonly Received[]): Promise<readonly ClaimOutcome[] | undefined> {
    return this.#hold.untilAnswered(() => this.#options.claims.claim(examined.map(({ value }) => this.#claimOf(value))));
  }

  async #process(delivery: Delivery, examined: Examined, claim: ClaimOutcome): Promise<unknown> {
    const settlement = this.#settlement;
    const { event, claimKey } = examined;
    // What is not recorded under the claim's key may come more than once: each delivery is a letter of its own.
    const apart = (): Pick<Ending, "attempts" | "event" | "identity"> => ({
      ...endingOf(examined),
      identity: tuple(claimKey, delivery.brokerId),
    });
    switch (claim.kind) {
      case "granted": {
        this.#observer.at?.("consume:claimed", event.id);
        const { token, attempt, failures } = claim;
        return this.#observe({ delivery, examined, key: claimKey, token, attempt, failures });
      }
      case "done":
      case "dead":
        return settlement.duplicate(delivery, examined);
      case "busy":
        return settlement.later(delivery, Math.min(claim.forMs, this.policy.leaseMs));
      case "conflict":
        return settlement.die(delivery, { ...apart(), code: "ERR_POLICY_CONFLICT", step: "claim" });
      case "stale": {
        const code = examined.freshnessAt(this.#clock.now()) === "future" ? "ERR_ENVELOPE_FUTURE" : "ERR_ENVELOPE_STALE";
        return settlement.die(delivery, { ...apart(), code, step: "freshness" });
      }
      case "exhausted": {
        const code = CODE_OF_BUDGET[claim.budget];
        const held = { key: claimKey, token: claim.token };
        return settlement.die(delivery, { ...endingOf(examined), code, step: "claim", attempts: claim.started }, held);
      }
    }
  }

  #observe(work: Work): Promise<Ended> {
    const activity = this.#observer.processing?.(this.#processing(work));
    return watch(
      activity,
      () => this.#attempt(work),
      (ended) => ended,
    );
  }

  #processing({ delivery, examined, attempt }: Work): Processing {
    const { group, contract, transport } = this.#options;
    const { id: eventId, type: eventType, rootId, destination, generation } = examined.event;
    return {
      eventId,
      eventType,
      rootId,
      destination,
      // The type step takes no type that is not the contract's.
      destinationTemplate: (contract.events.get(eventType) as ContractEvent).destination,
      transport: transport.name,
      group,
      attempt,
      generation,
      envelopeBytes: delivery.bytes.byteLength,
      producerTraceparent: examined.trace?.traceparent,
    };
  }

  async #attempt(work: Work): Promise<Ended> {
    const settlement = this.#settlement;
    const { examined, key, token, attempt } = work;
    const { event } = examined;
    // The type step takes no type without a handler.
    const handler = this.#handlers.get(event.type) as Handler;
    const { claims, onFailure } = this.#options;
    const running = { event, handler, key, token, attempt, onFailure };
    const handled = await runAttempt(running, claims, this.policy, this.#clock, this.#stopping);
    this.#observer.at?.("consume:handled", event.id);
    switch (handled.kind) {
      case "done":
      case "commit-with":
        return settlement.commit(work, handled.effect);
      case "reject":
        return settlement.condemn(work, "ERR_POLICY_REJECTED");
      case "retry":
        return settlement.fail(work, "ERR_HANDLER_FAILED", handled.afterMs);
      case "deadline":
        return settlement.fail(work, "ERR_HANDLER_DEADLINE", undefined);
      case "unavailable":
        return settlement.giveBack(work, this.#hold.trip(handled.afterMs), "ERR_HANDLER_FAILED");
      case "stopped":
        return settlement.giveBack(work, 0);
      case "lost":
        return settlement.lost(work.delivery, event.type);
    }
  }

  #claimOf(examined: Examined): ClaimRequest {
    const { leaseMs, rememberMs, maxFailures, maxCrashes } = this.policy;
    const stale = examined.freshnessAt(this.#clock.now()) !== "fresh";
    const { claimKey: key, earlierKeys: earlier, digest } = examined;
    return { key, digest, stale, leaseMs, rememberMs, maxFailures, maxCrashes, ...(earlier.length > 0 && { earlier }) };
  }
}

function refuseNotifyOnly(transport: Transport): void {
  if (transport.capabilities.acknowledges) return;
  throw new SallyportError("ERR_CONFIG_CAPABILITY", `${transport.name} cannot acknowledge, so nothing on it can be handled reliably`, {
    remedy: "Use another transport.",
  });
}
