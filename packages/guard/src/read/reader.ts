// What an agent may read of what was published: bounded, verified, and in the shape of the protocol's events draft
// (modelcontextprotocol/experimental-ext-triggers-events, `events/poll`). Nothing unsigned, misplaced, of another
// type or tenant, or against its schema is ever shown (PSN-13, DST-02, DST-08).
import { exceedsBounds } from "../contract/bounds.ts";
import type { Contract, ContractEvent } from "../contract/contract.ts";
import { resolveDestination } from "../contract/destination.ts";
import { missingScopes, type Principal } from "../contract/principal.ts";
import type { KeyRing } from "../envelope/keys.ts";
import { parseEnvelope, type VerifiedEnvelope, verifyEnvelope } from "../envelope/open.ts";
import { tuple } from "../envelope/signing-input.ts";
import { isSallyportError, SallyportError } from "../errors.ts";
import type { BrowsedMessage, Browser } from "../ports/browser.ts";
import type { LimitStore } from "../ports/limits.ts";
import { noTrail, refusalsOn, type Trail, type TrailEntry } from "../ports/trail.ts";
import { cursorFor, positionIn } from "./cursor.ts";

export interface ReaderOptions<C extends Contract> {
  readonly contract: C;
  readonly browser: Browser;
  readonly keys: KeyRing;
  readonly limits: LimitStore;
  readonly trail?: Trail;
  /** Most events of one poll. Default 20, at most 100. */
  readonly maxEvents?: number;
  /** Most bytes of data of one poll, as JSON. Default 16 KiB: an agent's context is small. */
  readonly maxBytes?: number;
}

export interface PollRequest {
  /** From an earlier poll; absent: from the oldest event that is kept. */
  readonly cursor?: string | undefined;
  readonly maxEvents?: number | undefined;
}

export interface PolledEvent {
  readonly eventId: string;
  readonly name: string;
  readonly timestamp: string;
  readonly data: unknown;
  /** Whose words the data are (PUB-12). */
  readonly actor: string;
  readonly origin: string;
  readonly cursor: string;
}

export interface Poll {
  readonly events: readonly PolledEvent[];
  /** For the next poll. `null` while the destination is empty. */
  readonly cursor: string | null;
  /** Events between the given cursor and the first one here are gone. */
  readonly truncated: boolean;
  readonly hasMore: boolean;
  readonly nextPollMs: number;
}

const BOUNDS = { maxBytes: 1024 * 1024, maxDepth: 64 };
const MAX_EVENTS = 100;
/** Messages looked at in one poll, shown or not: what is not shown costs too. */
const MOST_LOOKED_AT = 200;
const IDLE_MS = 5000;

export class Reader<C extends Contract> {
  readonly contract: C;
  readonly #options: ReaderOptions<C>;
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #trail: Trail;
  readonly #recordRefusal: (entry: TrailEntry) => Promise<void>;

  constructor(options: ReaderOptions<C>) {
    this.contract = options.contract;
    this.#options = options;
    this.#maxEvents = checked(options.maxEvents ?? 20, MAX_EVENTS, "maxEvents");
    this.#maxBytes = checked(options.maxBytes ?? 16 * 1024, BOUNDS.maxBytes, "maxBytes");
    this.#trail = options.trail ?? noTrail;
    this.#recordRefusal = refusalsOn(this.#trail);
  }

  /**
   * The next events of one type, oldest first.
   * @throws {SallyportError} `ERR_REQUEST_*` when the principal may not read it, polls too often, or the cursor is not ours.
   */
  async poll(type: string, request: PollRequest, principal: Principal): Promise<Poll> {
    const said = { door: "read", actor: principal.id } as const;
    try {
      const event = this.#admit(type, principal);
      const destination = resolveDestination(event.destination, principal.tenant);
      const after = positionIn(destination, request.cursor);
      await this.#limit(event, principal);
      const poll = await this.#page(event, destination, after, request, principal);
      await this.#trail.append([{ ...said, decision: `read ${poll.events.length}`, eventType: event.type, destination }]);
      return poll;
    } catch (error) {
      const code = isSallyportError(error) ? error.code : undefined;
      // A type that the contract does not have is the caller's text.
      const eventType = this.contract.events.has(type) ? type : undefined;
      await this.#recordRefusal({ ...said, decision: "refused", ...(code && { code }), ...(eventType !== undefined && { eventType }) });
      throw error;
    }
  }

  #admit(type: string, principal: Principal): ContractEvent {
    const event = this.contract.events.get(type);
    if (event?.readable === undefined) throw new SallyportError("ERR_REQUEST_EVENT_UNKNOWN", "the contract has no such event to read");
    const missing = missingScopes(event.readable.scopes, principal);
    if (missing.length === 0) return event;
    throw new SallyportError("ERR_REQUEST_FORBIDDEN", `reading "${type}" needs the scopes ${missing.join(", ")}`, {
      publicMessage: "The caller may not read this event.",
    });
  }

  async #limit(event: ContractEvent, principal: Principal): Promise<void> {
    const refusal = await this.#options.limits.spend([{ key: tuple("read", this.contract.name, event.type, principal.id), ...event.rate }]);
    if (refusal === undefined) return;
    throw new SallyportError("ERR_REQUEST_RATE", `more than ${event.rate.limit} polls in ${event.rate.windowMs} ms`, {
      retryAfterMs: refusal.retryAfterMs,
      publicMessage: "Too many calls; wait before trying again.",
    });
  }

  async #page(event: ContractEvent, destination: string, after: string | undefined, request: PollRequest, who: Principal): Promise<Poll> {
    const most = Math.min(checked(request.maxEvents ?? this.#maxEvents, MAX_EVENTS, "maxEvents"), this.#maxEvents);
    const { messages, hasMore, gap } = await this.#options.browser.browse({ destination, after, most: MOST_LOOKED_AT });
    const events: PolledEvent[] = [];
    let bytes = 0;
    let last = after;
    let full = false;
    for (const message of messages) {
      const shown = await this.#show(message, event, destination, who);
      if (shown !== undefined) {
        bytes += Buffer.byteLength(JSON.stringify(shown.data));
        // The first is shown however large: else a reader would never get past it.
        full = events.length === most || (bytes > this.#maxBytes && events.length > 0);
        if (full) break;
        events.push(shown);
      }
      last = message.position;
    }
    const more = full || hasMore;
    const cursor = last === undefined ? null : cursorFor(destination, last);
    return { events, cursor, truncated: gap, hasMore: more, nextPollMs: more ? 0 : IDLE_MS };
  }

  async #show(message: BrowsedMessage, event: ContractEvent, destination: string, who: Principal): Promise<PolledEvent | undefined> {
    const envelope = this.#verified(message, destination);
    if (envelope === undefined) return undefined;
    const { attributes, data } = envelope;
    if (attributes.type !== event.type || attributes.tenant !== who.tenant) return undefined;
    if (exceedsBounds(data, event.bounds) !== undefined) return undefined;
    const valid = await validated(event, data);
    if (valid === undefined) return undefined;
    const { id: eventId, type: name, time: timestamp, actor, origin } = attributes;
    return { eventId, name, timestamp, data: valid.value, actor, origin, cursor: cursorFor(destination, message.position) };
  }

  #verified({ bytes }: BrowsedMessage, destination: string): VerifiedEnvelope | undefined {
    const parsed = parseEnvelope(bytes, BOUNDS);
    if (!parsed.ok) return undefined;
    const verified = verifyEnvelope(parsed.value, destination, this.#options.keys);
    return verified.ok ? verified.value : undefined;
  }
}

function checked(value: number, most: number, place: string): number {
  if (Number.isSafeInteger(value) && value > 0 && value <= most) return value;
  throw new SallyportError("ERR_REQUEST_INVALID", `${String(value)} is not a whole number from 1 to ${most}`, {
    place,
    publicMessage: `${place} is a whole number from 1 to ${most}.`,
  });
}

async function validated(event: ContractEvent, data: unknown): Promise<{ readonly value: unknown } | undefined> {
  try {
    const result = await event.schema["~standard"].validate(data);
    return result.issues === undefined ? result : undefined;
  } catch {
    // A validator that throws on one message must not hide the others.
    return undefined;
  }
}
