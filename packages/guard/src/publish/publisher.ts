// The publish door: admit → validate → rate → once → approve → budgets → seal → send → receipt.
// A caller gives an event type and data. Destination, key, headers, id, time and identity are the server's.
import type { Contract, ContractEvent, DataOf, EventsOf } from "../contract/contract.ts";
import { resolveDestination } from "../contract/destination.ts";
import { missingScopes } from "../contract/principal.ts";
import { refuseNoWholeNumber } from "../contract/whole-number.ts";
import type { TraceContext } from "../envelope/attributes.ts";
import { type Cause, currentCause } from "../envelope/causation.ts";
import type { KeyRing } from "../envelope/keys.ts";
import { sealEnvelope } from "../envelope/seal.ts";
import { digestOf, tuple } from "../envelope/signing-input.ts";
import { formatTime } from "../envelope/time.ts";
import { isSallyportError, SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import type { Ledger, LimitStore, Spend } from "../ports/limits.ts";
import { type Observer, type Sending, unfailing, watch } from "../ports/observer.ts";
import { noTrail, refusalsOn, type Trail, type TrailEntry } from "../ports/trail.ts";
import type { Transport } from "../ports/transport.ts";
import { ApprovalStates } from "./approval-state.ts";
import { askPerson } from "./ask-person.ts";
import { checkCaller, subjectOf } from "./attributable.ts";
import type { Call, Receipt } from "./call.ts";
import { CallOnce } from "./once.ts";
import { validate } from "./validate.ts";

export interface PublisherOptions<C extends Contract> {
  readonly contract: C;
  readonly transport: Transport;
  readonly keys: KeyRing;
  readonly limits: LimitStore;
  readonly ledger: Ledger;
  readonly trail?: Trail;
  readonly observer?: Observer;
  readonly clock?: Clock;
  readonly newId?: NewId;
  /** Longest chain of events that lead to events. Default 8. */
  readonly maxHops?: number;
  /** Most events that one first event may lead to within an hour. Default 256. */
  readonly maxPerRoot?: number;
  /** How long equal arguments without a key count as the same call. Default two minutes. */
  readonly sameCallMs?: number;
  /** How long a call may take before the same call may be tried anew, under the same event id. Default 30 s. */
  readonly callLeaseMs?: number;
  /** How long a key is remembered. Default one day. */
  readonly rememberKeysMs?: number;
}

const HOUR_MS = 3_600_000;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;
const LEASE_MS = 30_000;
/** A person needs longer than a broker. */
const APPROVAL_LEASE_MS = 600_000;

type Budget = Spend & { readonly code: "ERR_REQUEST_RATE" | "ERR_REQUEST_QUOTA" | "ERR_REQUEST_LOOP" };

interface Admitted {
  readonly event: ContractEvent;
  readonly call: Call;
  readonly data: unknown;
  readonly dataJson: string;
  readonly digest: string;
  readonly destination: string;
  readonly subject: string | undefined;
  readonly cause: Cause | undefined;
}

export class Publisher<C extends Contract> {
  readonly contract: C;
  /** For callers whose client answers an approval in a later call. */
  readonly approvals: ApprovalStates;
  readonly #options: PublisherOptions<C>;
  readonly #clock: Clock;
  readonly #newId: NewId;
  readonly #trail: Trail;
  readonly #recordRefusal: (entry: TrailEntry) => Promise<void>;
  readonly #observer: Observer;
  readonly #calls: CallOnce;

  /** @throws {SallyportError} `ERR_CONFIG_*` for a bound that is none, and where nothing can be signed. */
  constructor(options: PublisherOptions<C>) {
    refuseNoWholeNumber("the publisher's maxHops", options.maxHops, 0);
    for (const name of ["maxPerRoot", "sameCallMs", "callLeaseMs", "rememberKeysMs"] as const)
      refuseNoWholeNumber(`the publisher's ${name}`, options[name], 1);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? randomId;
    this.#trail = options.trail ?? noTrail;
    this.#recordRefusal = refusalsOn(this.#trail);
    this.#observer = unfailing(options.observer);
    this.#calls = new CallOnce({ ledger: options.ledger, clock: this.#clock, observer: this.#observer });
    options.keys.signingKey(options.contract.name, this.#clock.now());
    this.contract = options.contract;
    this.approvals = new ApprovalStates({
      issuer: options.contract.name,
      keys: options.keys,
      limits: options.limits,
      clock: this.#clock,
      newId: this.#newId,
    });
  }

  /**
   * Resolves when the broker has confirmed the event (PUB-11).
   * @throws {SallyportError} `ERR_REQUEST_*` when refused, `ERR_TRANSPORT_*` when the broker did not confirm.
   */
  publish<T extends keyof EventsOf<C> & string>(type: T, data: DataOf<C, T>, call: Call): Promise<Receipt> {
    return this.publishUntyped(type, data, call);
  }

  /** For data whose type is not known to the compiler, such as an agent's arguments. Checks the same. */
  async publishUntyped(type: string, data: unknown, call: Call): Promise<Receipt> {
    try {
      const admitted = await this.#admit(type, data, call);
      await this.#spend([rateOf(this.#options, admitted)]);
      const receipt = await this.#once(admitted);
      this.#observer.decided?.("publish", receipt.repeated ? "repeated" : "published", undefined, type);
      return receipt;
    } catch (error) {
      const code = isSallyportError(error) ? error.code : undefined;
      // A type that the contract does not have is the caller's text.
      const eventType = this.contract.events.has(type) ? type : undefined;
      this.#observer.decided?.("publish", "refused", code, eventType);
      const said = { door: "publish", decision: "refused", actor: call.principal.id } as const;
      await this.#recordRefusal({ ...said, ...(code && { code }), ...(eventType !== undefined && { eventType }) });
      throw error;
    }
  }

  async #admit(type: string, data: unknown, call: Call): Promise<Admitted> {
    const event = this.#options.contract.events.get(type);
    if (event === undefined) throw new SallyportError("ERR_REQUEST_EVENT_UNKNOWN", "the contract has no such event");
    const missing = missingScopes(event.scopes, call.principal);
    if (missing.length > 0) throw new SallyportError("ERR_REQUEST_FORBIDDEN", `"${type}" needs the scopes ${missing.join(", ")}`);
    const { value, json: dataJson } = await validate(event, data);
    const destination = resolveDestination(event.destination, call.principal.tenant);
    checkCaller(call.principal, destination);
    const subject = subjectOf(event, value);
    return { event, call, data: value, dataJson, digest: digestOf(dataJson), destination, subject, cause: this.#causeOf() };
  }

  #causeOf(): Cause | undefined {
    const cause = currentCause();
    const maxHops = this.#options.maxHops ?? 8;
    if (cause !== undefined && cause.hop + 1 > maxHops) {
      throw new SallyportError("ERR_REQUEST_LOOP", `events led to events more than ${maxHops} times in a row`, {
        remedy: "Break the loop, or raise maxHops.",
      });
    }
    return cause;
  }

  async #spend(spends: readonly Budget[]): Promise<void> {
    const refusal = await this.#options.limits.spend(spends);
    const spend = refusal && spends[refusal.refused];
    if (refusal !== undefined && spend !== undefined) {
      throw new SallyportError(spend.code, `more than ${spend.limit} in ${spend.windowMs} ms`, { retryAfterMs: refusal.retryAfterMs });
    }
  }

  async #once(admitted: Admitted): Promise<Receipt> {
    const { event, call, digest } = admitted;
    const given = call.idempotencyKey;
    if (given !== undefined && !IDEMPOTENCY_KEY.test(given)) {
      throw new SallyportError("ERR_REQUEST_INVALID", "an idempotency key is 1 to 128 visible ASCII characters");
    }
    const key = tuple(
      this.#options.contract.name,
      call.principal.id,
      call.principal.tenant,
      event.type,
      given === undefined ? "=" : "key",
      given ?? digest,
    );
    const rememberMs = given === undefined ? (this.#options.sameCallMs ?? 120_000) : (this.#options.rememberKeysMs ?? 24 * HOUR_MS);
    const leaseMs = this.#options.callLeaseMs ?? (event.approval === undefined ? LEASE_MS : APPROVAL_LEASE_MS);
    return this.#calls.once({ key, digest, eventId: this.#newId(), leaseMs, rememberMs }, (eventId) => this.#carryOut(admitted, eventId));
  }

  async #carryOut(admitted: Admitted, eventId: string): Promise<Receipt> {
    await askPerson(admitted);
    const budgets = budgetsOf(this.#options, admitted);
    if (budgets.length > 0) await this.#spend(budgets);
    const activity = this.#observer.sending?.(this.#sending(admitted, eventId));
    return watch(
      activity,
      () => this.#send(admitted, eventId, activity?.trace),
      () => ({ decision: "sent" }),
    );
  }

  #sending({ event, call, dataJson, destination, cause }: Admitted, eventId: string): Sending {
    return {
      eventId,
      eventType: event.type,
      rootId: cause?.rootId ?? eventId,
      destination,
      destinationTemplate: event.destination,
      transport: this.#options.transport.name,
      dataBytes: Buffer.byteLength(dataJson),
      callerTraceparent: call.traceparent,
    };
  }

  async #send(admitted: Admitted, id: string, trace: TraceContext | undefined): Promise<Receipt> {
    const { event, call, dataJson, digest, destination, subject, cause } = admitted;
    const nowMs = this.#clock.now();
    const { contract, keys, transport } = this.#options;
    const time = formatTime(nowMs);
    const bytes = sealEnvelope(
      {
        id,
        time,
        destination,
        source: contract.name,
        type: event.type,
        actor: call.principal.id,
        origin: call.origin,
        hop: cause === undefined ? 0 : cause.hop + 1,
        rootid: cause?.rootId ?? id,
        generation: 0,
        datacontenttype: "application/json",
        tenant: call.principal.tenant,
        subject,
        causationid: cause?.eventId,
        expirytime: event.expiresAfterMs === undefined ? undefined : formatTime(nowMs + event.expiresAfterMs),
      },
      dataJson,
      keys.signingKey(contract.name, nowMs),
      trace,
      digest,
    );
    const said = { door: "publish", actor: call.principal.id, eventType: event.type, eventId: id, destination } as const;
    if (this.#trail !== noTrail) await this.#trail.append([{ ...said, decision: "accepted" }]);
    this.#observer.at?.("publish:before-send", id);
    try {
      await transport.send([{ id, destination, key: subject, bytes }]);
    } catch (error) {
      throw unconfirmed(error);
    }
    this.#observer.at?.("publish:after-send", id);
    return { id, type: event.type, time, repeated: false };
  }
}

/** Of calls, repeated ones too. */
function rateOf({ contract }: PublisherOptions<Contract<any>>, { event, call }: Admitted): Budget {
  return { key: tuple("rate", contract.name, event.type, call.principal.id), ...event.rate, code: "ERR_REQUEST_RATE" };
}

/** Of events: what was not published, or was before, uses up none of it. */
function budgetsOf({ contract, maxPerRoot = 256 }: PublisherOptions<Contract<any>>, { event, cause }: Admitted): readonly Budget[] {
  const budgets: Budget[] = [];
  if (event.quota !== undefined)
    budgets.push({ key: tuple("quota", contract.name, event.type), ...event.quota, code: "ERR_REQUEST_QUOTA" });
  if (cause !== undefined)
    budgets.push({ key: tuple("root", cause.rootId), limit: maxPerRoot, windowMs: HOUR_MS, code: "ERR_REQUEST_LOOP" });
  return budgets;
}

/** Only a refusal says that the broker does not have it; after anything else nobody knows (PUB-11). */
function unconfirmed(cause: unknown): SallyportError {
  if (isSallyportError(cause) && (cause.code === "ERR_TRANSPORT_REFUSED" || cause.code === "ERR_TRANSPORT_UNAVAILABLE")) return cause;
  return new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "the broker did not confirm the event", { cause });
}
