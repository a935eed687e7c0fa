// The consume door: receives, examines, claims, handles, settles. Read `#process` first.
// Order of settlement, always: dead letter or effect stored → claim changed → source acknowledged (PSN-11, PSN-14).
import type { Contract, ContractEvent, DataOf, EventsOf } from "../contract/contract.ts";
import { resolveDestination } from "../contract/destination.ts";
import type { KeyRing } from "../envelope/keys.ts";
import { digestOf, tuple } from "../envelope/signing-input.ts";
import { type ErrorCode, isSallyportError, SallyportError } from "../errors.ts";
import type { ClaimOutcome, ClaimStore, ChangeOutcome, ClaimChange } from "../ports/claim-store.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { DeadLetter, DeadLetterStore } from "../ports/dead-letters.ts";
import { noObserver, type Observer } from "../ports/observer.ts";
import { noTrail, type Trail, type TrailEntry } from "../ports/trail.ts";
import type { Delivery, Subscription, Transport } from "../ports/transport.ts";
import { examine, type Examined, type Examiner, type Refusal } from "./examine.ts";
import { type Handled, type Handler, runAttempt } from "./handle.ts";
import { type ConsumePolicy, resolvePolicy } from "./policy.ts";

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
}

interface Ending {
  readonly code: ErrorCode;
  readonly step: string;
  readonly attempts: number;
  readonly event?: NonNullable<DeadLetter["event"]>;
  /** Distinguishes letters: the claim key, or the broker's handle for what cannot be claimed. */
  readonly identity: string;
}

const HOLD_MS = { first: 100, most: 5000 };

export class Consumer<C extends Contract> {
  readonly policy: ConsumePolicy;
  readonly #options: ConsumerOptions<C>;
  readonly #handlers: ReadonlyMap<string, Handler>;
  readonly #examiner: Examiner;
  readonly #clock: Clock;
  readonly #observer: Observer;
  readonly #trail: Trail;
  readonly #stop = new AbortController();
  readonly #inWork = new Set<Promise<void>>();
  readonly #pausedBy = new Set<object>();
  #subscriptions: readonly Subscription[] = [];
  #breakerMs = 0;

  /** @throws {SallyportError} `ERR_CONFIG_*` when a promise could not be kept with these options. */
  constructor(options: ConsumerOptions<C>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#observer = options.observer ?? noObserver;
    this.#trail = options.trail ?? noTrail;
    const { capabilities } = options.transport;
    if (!capabilities.acknowledges) {
      throw new SallyportError(
        "ERR_CONFIG_CAPABILITY",
        `${options.transport.name} cannot acknowledge, so nothing on it can be handled reliably`,
        { remedy: "Use another transport." },
      );
    }
    this.policy = resolvePolicy(options.policy ?? {}, capabilities);
    this.#handlers = new Map(Object.entries(options.handlers).filter((entry) => entry[1] !== undefined) as [string, Handler][]);
    this.#examiner = {
      group: options.group,
      keys: options.keys,
      policy: this.policy,
      retentionMs: capabilities.vouchesEnqueueTime ? capabilities.retentionMs : undefined,
      maxHops: options.maxHops ?? 8,
      accepts: destinationsOf(options, this.#handlers),
    };
  }

  async start(): Promise<void> {
    const { transport, group } = this.#options;
    this.#subscriptions = await Promise.all(
      [...this.#examiner.accepts].map(([destination, events]) => {
        const ordering = [...events.values()].some((event) => event.ordering === "key") ? "key" : "none";
        return transport.receive({ destination, group, ordering, prefetch: this.policy.concurrency }, (batch) => this.#take(batch));
      }),
    );
  }

  /** Stops fetching, waits for what is in work, and gives back what is not done at the deadline, uncounted (PSN-12). */
  async drain(deadlineMs: number): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.pause();
    const cancel = this.#clock.after(deadlineMs, () => this.#stop.abort());
    await Promise.allSettled(this.#inWork);
    cancel();
    this.#stop.abort();
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
  }

  #take(batch: readonly Delivery[]): void {
    const work = this.#processBatch(batch).finally(() => this.#inWork.delete(work));
    this.#inWork.add(work);
  }

  async #processBatch(batch: readonly Delivery[]): Promise<void> {
    const examined: { readonly delivery: Delivery; readonly value: Examined }[] = [];
    const settling: Promise<void>[] = [];
    for (const delivery of batch) {
      this.#observer.at?.("consume:received", undefined);
      const result = await examine(delivery, this.#examiner, this.#clock.now());
      this.#observer.at?.("consume:examined", result.ok ? result.value.event.id : undefined);
      if (result.ok) examined.push({ delivery, value: result.value });
      else settling.push(this.#refuse(delivery, result.refusal));
    }
    const outcomes =
      examined.length === 0 ? [] : await this.#holding(() => this.#options.claims.claim(examined.map(({ value }) => this.#claimOf(value))));
    for (const [index, { delivery, value }] of examined.entries()) {
      const outcome = outcomes?.[index];
      if (outcome !== undefined) settling.push(this.#process(delivery, value, outcome));
    }
    await Promise.all(settling);
  }

  async #process(delivery: Delivery, examined: Examined, claim: ClaimOutcome): Promise<void> {
    const { event } = examined;
    switch (claim.kind) {
      case "granted":
        this.#observer.at?.("consume:claimed", event.id);
        return this.#attempt(delivery, examined, claim);
      case "done":
      case "dead":
        return this.#settle(delivery, { decision: "duplicate", eventId: event.id }, () => delivery.ack());
      case "busy":
        return this.#later(delivery, Math.min(claim.forMs, this.policy.leaseMs));
      case "conflict":
        return this.#die(delivery, {
          ...endingOf(examined),
          code: "ERR_POLICY_CONFLICT",
          step: "claim",
          identity: tuple(examined.claimKey, delivery.brokerId),
        });
      case "stale": {
        const code = examined.freshness === "future" ? "ERR_ENVELOPE_FUTURE" : "ERR_ENVELOPE_STALE";
        return this.#die(delivery, {
          ...endingOf(examined),
          code,
          step: "freshness",
          identity: tuple(examined.claimKey, delivery.brokerId),
        });
      }
      case "exhausted": {
        const code = claim.budget === "crashes" ? "ERR_POLICY_CRASH_LOOP" : "ERR_POLICY_ATTEMPTS";
        return this.#die(
          delivery,
          { ...endingOf(examined), code, step: "claim", attempts: claim.started },
          { key: examined.claimKey, token: claim.token },
        );
      }
    }
  }

  async #attempt(delivery: Delivery, examined: Examined, claim: ClaimOutcome & { kind: "granted" }): Promise<void> {
    const { event, claimKey: key } = examined;
    const held = { key, token: claim.token };
    const handler = this.#handlers.get(event.type);
    if (handler === undefined) throw new Error("a type without a handler passed the type step");
    const handled = await runAttempt(
      { event, handler, attempt: claim.attempt, ...held },
      this.#options.claims,
      this.policy,
      this.#clock,
      this.#stop.signal,
    );
    this.#observer.at?.("consume:handled", event.id);
    switch (handled.kind) {
      case "done":
      case "commit-with":
        return this.#commit(delivery, examined, claim, handled);
      case "reject":
        return this.#die(delivery, { ...endingOf(examined), code: "ERR_POLICY_REJECTED", step: "handle", attempts: claim.attempt }, held);
      case "retry":
        return this.#fail(delivery, examined, claim, "ERR_HANDLER_FAILED", handled.afterMs);
      case "deadline":
        return this.#fail(delivery, examined, claim, "ERR_HANDLER_DEADLINE", undefined);
      case "unavailable":
        return this.#giveBack(delivery, held, this.#trip(handled.afterMs));
      case "stopped":
        return this.#giveBack(delivery, held, 0);
      case "lost":
        return this.#later(delivery, this.policy.leaseMs);
    }
  }

  async #commit(delivery: Delivery, examined: Examined, claim: ClaimOutcome & { kind: "granted" }, handled: Handled): Promise<void> {
    const held = { key: examined.claimKey, token: claim.token };
    const effect = handled.kind === "commit-with" ? { effect: handled.effect } : {};
    const outcome = await this.#change({ kind: "commit", ...held, ...effect });
    if (typeof outcome === "object") return this.#fail(delivery, examined, claim, "ERR_HANDLER_FAILED", undefined);
    if (outcome !== "changed") return this.#later(delivery, this.policy.leaseMs);
    this.#breakerMs = 0;
    this.#observer.at?.("consume:committed", examined.event.id);
    await this.#settle(
      delivery,
      { decision: "committed", eventId: examined.event.id, eventType: examined.event.type, attempt: claim.attempt },
      () => delivery.ack(),
    );
    this.#observer.at?.("consume:acknowledged", examined.event.id);
  }

  async #fail(
    delivery: Delivery,
    examined: Examined,
    claim: ClaimOutcome & { kind: "granted" },
    code: ErrorCode,
    askedMs: number | undefined,
  ): Promise<void> {
    const held = { key: examined.claimKey, token: claim.token };
    this.#observer.at?.("consume:failed", examined.event.id);
    if (claim.failures + 1 >= this.policy.maxFailures)
      return this.#die(delivery, { ...endingOf(examined), code, step: "handle", attempts: claim.attempt }, held);
    const afterMs = Math.min(askedMs ?? this.policy.retryMs * 2 ** claim.failures, this.policy.maxRetryMs);
    if ((await this.#change({ kind: "fail", ...held, afterMs })) === undefined) return;
    await this.#settle(delivery, { decision: "retry", code, eventId: examined.event.id, attempt: claim.attempt }, () =>
      delivery.retryAfter(afterMs),
    );
  }

  async #giveBack(delivery: Delivery, held: { readonly key: string; readonly token: string }, afterMs: number): Promise<void> {
    await this.#change({ kind: "release", ...held, afterMs });
    await this.#later(delivery, afterMs);
  }

  #refuse(delivery: Delivery, refusal: Refusal): Promise<void> {
    const { envelope } = refusal;
    const event = envelope && {
      id: envelope.attributes.id,
      type: envelope.attributes.type,
      source: envelope.attributes.source,
      generation: envelope.attributes.generation,
    };
    return this.#die(delivery, {
      code: refusal.code,
      step: refusal.step,
      attempts: 0,
      identity: delivery.brokerId,
      ...(event && { event }),
    });
  }

  async #die(delivery: Delivery, ending: Ending, held?: { readonly key: string; readonly token: string }): Promise<void> {
    const { group } = this.#options;
    const { destination, bytes } = delivery;
    const { identity, ...rest } = ending;
    const id = digestOf(tuple(group, destination, identity, digestOf(bytes))).slice(0, 32);
    const letter: DeadLetter = { id, group, destination, bytes, diedAtMs: this.#clock.now(), ...rest };
    if ((await this.#holding(() => this.#options.deadLetters.put([letter]).then(() => true))) === undefined) return;
    this.#observer.at?.("consume:dead-letter-stored", ending.event?.id);
    if (held !== undefined && (await this.#change({ kind: "bury", ...held })) === undefined) return;
    this.#observer.at?.("consume:buried", ending.event?.id);
    await this.#settle(
      delivery,
      { decision: "dead-letter", code: ending.code, ...(ending.event && { eventId: ending.event.id, eventType: ending.event.type }) },
      () => delivery.ack(),
    );
  }

  async #settle(delivery: Delivery, entry: Omit<TrailEntry, "door" | "group" | "destination">, settle: () => Promise<void>): Promise<void> {
    const { group } = this.#options;
    await this.#holding(() => this.#trail.append([{ door: "consume", group, destination: delivery.destination, ...entry }]));
    this.#observer.decided?.("consume", entry.decision, entry.code, entry.eventType);
    await this.#holding(settle);
  }

  async #later(delivery: Delivery, afterMs: number): Promise<void> {
    await this.#holding(() => delivery.retryAfter(afterMs));
  }

  async #change(change: ClaimChange): Promise<ChangeOutcome | undefined> {
    return (await this.#holding(() => this.#options.claims.change([change])))?.[0];
  }

  #claimOf(examined: Examined): Parameters<ClaimStore["claim"]>[0][number] {
    const { leaseMs, rememberMs, maxFailures, maxCrashes } = this.policy;
    return {
      key: examined.claimKey,
      digest: examined.digest,
      stale: examined.freshness !== "fresh",
      leaseMs,
      rememberMs,
      maxFailures,
      maxCrashes,
    };
  }

  /**
   * Something that must answer does not: nothing is settled and nothing new is fetched until it does (REP-12).
   * `undefined` when the consumer is stopped first; the delivery then goes back to the broker unsettled.
   */
  async #holding<T>(ask: () => Promise<T>): Promise<T | undefined> {
    const token = {};
    let waitMs = HOLD_MS.first;
    for (;;) {
      try {
        const answer = await ask();
        this.#resume(token);
        return answer;
      } catch (error) {
        this.#pause(token, isSallyportError(error) ? error.code : "ERR_STORE_UNAVAILABLE");
        if (!(await this.#wait(waitMs))) return undefined;
        waitMs = Math.min(waitMs * 2, HOLD_MS.most);
      }
    }
  }

  /** The circuit breaker: pauses fetching, for longer each time until something succeeds (PSN-08). */
  #trip(askedMs: number | undefined): number {
    this.#breakerMs = Math.min(Math.max(this.policy.retryMs, this.#breakerMs * 2), this.policy.maxRetryMs);
    const waitMs = askedMs ?? this.#breakerMs;
    const token = {};
    this.#pause(token, "ERR_HANDLER_FAILED");
    void this.#wait(waitMs).then(() => this.#resume(token));
    return waitMs;
  }

  #pause(token: object, code: ErrorCode): void {
    if (this.#pausedBy.size === 0) this.#observer.holding?.(true, code);
    this.#pausedBy.add(token);
    for (const subscription of this.#subscriptions) subscription.pause();
  }

  #resume(token: object): void {
    if (!this.#pausedBy.delete(token) || this.#pausedBy.size > 0 || this.#stop.signal.aborted) return;
    this.#observer.holding?.(false, undefined);
    for (const subscription of this.#subscriptions) subscription.resume();
  }

  /** False when the consumer was stopped meanwhile. */
  #wait(ms: number): Promise<boolean> {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(false);
      const onStop = (): void => {
        cancel();
        resolve(false);
      };
      const cancel = this.#clock.after(ms, () => {
        signal.removeEventListener("abort", onStop);
        resolve(true);
      });
      signal.addEventListener("abort", onStop, { once: true });
    });
  }
}

function endingOf({ event, claimKey }: Examined): Pick<Ending, "attempts" | "event" | "identity"> {
  return { attempts: 0, identity: claimKey, event: { id: event.id, type: event.type, source: event.source, generation: event.generation } };
}

function destinationsOf(options: ConsumerOptions<Contract>, handlers: ReadonlyMap<string, Handler>): Examiner["accepts"] {
  const accepts = new Map<string, Map<string, ContractEvent>>();
  for (const type of handlers.keys()) {
    const event = options.contract.events.get(type);
    if (event === undefined) {
      throw new SallyportError("ERR_CONFIG_INVALID", `the contract has no event "${type}"`, {
        place: `handlers["${type}"]`,
        remedy: "Name an event of the contract.",
      });
    }
    const tenants = event.destination.includes("{tenant}") ? (options.tenants ?? []) : [undefined];
    if (tenants.length === 0)
      throw new SallyportError("ERR_CONFIG_INVALID", `"${type}" has a destination per tenant`, {
        place: "tenants",
        remedy: "List the tenants to read.",
      });
    for (const tenant of tenants) {
      const destination = resolveDestination(event.destination, tenant);
      accepts.set(destination, (accepts.get(destination) ?? new Map<string, ContractEvent>()).set(type, event));
    }
  }
  if (accepts.size === 0)
    throw new SallyportError("ERR_CONFIG_INVALID", "a consumer needs at least one handler", { place: "handlers", remedy: "Add one." });
  return accepts;
}
