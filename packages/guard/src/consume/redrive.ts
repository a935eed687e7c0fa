// Dead letters go round again, by an operator's hand: as a new, signed generation of the same event, so that
// deduplication does not swallow it and the replay window is not opened (REP-16). Nothing of the letter is trusted:
// it is verified and validated again, and its destination comes from the contract (PSN-10).
import type { Contract, ContractEvent } from "../contract/contract.ts";
import { exceedsBounds } from "../contract/bounds.ts";
import { resolveDestination } from "../contract/destination.ts";
import { type Attributes, MAX_GENERATION } from "../envelope/attributes.ts";
import type { KeyRing } from "../envelope/keys.ts";
import { parseEnvelope, type VerifiedEnvelope, verifyEnvelope } from "../envelope/open.ts";
import { sealEnvelope } from "../envelope/seal.ts";
import { formatTime } from "../envelope/time.ts";
import { type ErrorCode, isSallyportError, SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { DeadLetter, DeadLetterStore } from "../ports/dead-letters.ts";
import { sayOnce } from "../ports/say-once.ts";
import { refusalsOn, type Trail, type TrailEntry } from "../ports/trail.ts";
import type { OutgoingMessage, Transport } from "../ports/transport.ts";

export interface Operator {
  readonly id: string;
  readonly scopes: readonly string[];
}

export interface DeadLetterDeskOptions {
  readonly contract: Contract;
  readonly keys: KeyRing;
  readonly transport: Transport;
  readonly deadLetters: DeadLetterStore;
  /** Required: what operators do is always on the trail (OPS-02). */
  readonly trail: Trail;
  readonly clock?: Clock;
  /** Redrives of one event. Default 8. */
  readonly maxGenerations?: number;
}

export interface Redriven {
  readonly letterId: string;
  readonly eventId: string;
  readonly generation: number;
}

/** The scope that an operator must hold (OPS-02). */
export const OPERATE_SCOPE = "sallyport:operate";
// Letters that died of these were never shown to be the issuer's own, or were sent where they do not belong.
const NEVER = new Set<ErrorCode>(["ERR_POLICY_CONFLICT", "ERR_POLICY_DESTINATION", "ERR_ENVELOPE_FUTURE", "ERR_POLICY_HOPS"]);
/** How something that an operator did ended, as the trail has it; "refused" when nothing at all was done (OPS-01). */
type Ending = "done" | "refused" | "failed" | "not confirmed" | "sent, letter kept";
type Deed = "redrive" | "discard";

/** Where an act stands, so that what it threw is put on the trail as what it is. */
interface Progress {
  ifItFails: Ending;
}

const LETTER_BOUNDS = { maxBytes: 1024 * 1024, maxDepth: 64 };

/** What an operator may do with dead letters. */
export class DeadLetterDesk {
  readonly #options: DeadLetterDeskOptions;
  readonly #recordRefusal: (entry: TrailEntry) => Promise<void>;
  readonly #say = sayOnce("what came of an operator's act could not be put on the trail, which has that it was asked");
  readonly #clock: Clock;

  constructor(options: DeadLetterDeskOptions) {
    this.#options = options;
    this.#recordRefusal = refusalsOn(options.trail);
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Sends the event again and then removes the letter. Repeating it after a crash between the two is safe: the
   * generation is the same, so the event is handled once.
   * @throws {SallyportError} `ERR_POLICY_REDRIVE` when the letter may not go round again.
   */
  async redrive(letterId: string, operator: Operator): Promise<Redriven> {
    return this.#on("redrive", letterId, operator, async (letter, progress) => {
      const { message, redriven } = await this.#nextGeneration(letter);
      progress.ifItFails = "not confirmed";
      await this.#send(message, progress);
      progress.ifItFails = "sent, letter kept";
      await this.#removeSent(letter);
      return redriven;
    });
  }

  /** Removes the letter for good. */
  async discard(letterId: string, operator: Operator): Promise<void> {
    await this.#on("discard", letterId, operator, async (letter, progress) => {
      progress.ifItFails = "failed";
      await this.#options.deadLetters.remove([letter.id]);
    });
  }

  /** Authorised first. On the trail before anything is looked at or done, and after, with what came of it (OPS-01, OPS-02). */
  async #on<T>(what: Deed, letterId: string, operator: Operator, act: (letter: DeadLetter, progress: Progress) => Promise<T>): Promise<T> {
    let said: Omit<TrailEntry, "decision"> = { door: "operator", actor: operator.id };
    const progress: Progress = { ifItFails: "refused" };
    let done: T;
    try {
      checkMay(what, operator);
      const letter = await this.#options.deadLetters.get(letterId);
      if (letter === undefined) throw new SallyportError("ERR_REQUEST_INVALID", `there is no dead letter "${letterId}"`);
      if (letter.event !== undefined) said = { ...said, eventId: letter.event.id, eventType: letter.event.type };
      await this.#options.trail.append([{ ...said, decision: `${what} asked` }]);
      done = await act(letter, progress);
    } catch (error) {
      const code = isSallyportError(error) ? error.code : undefined;
      const entry = { ...said, decision: `${what} ${progress.ifItFails}`, ...(code && { code }) };
      await (progress.ifItFails === "refused" ? this.#recordRefusal(entry) : this.#recordEnd(entry));
      throw error;
    }
    await this.#recordEnd({ ...said, decision: `${what} done` satisfies `${Deed} ${Ending}` });
    return done;
  }

  /** What is done is done: a trail that fails now does not make it undone, and is said on standard error. */
  async #recordEnd(entry: TrailEntry): Promise<void> {
    await this.#options.trail.append([entry]).catch(this.#say);
  }

  async #nextGeneration(letter: DeadLetter): Promise<{ readonly message: OutgoingMessage; readonly redriven: Redriven }> {
    const { envelope, event } = await this.#examine(letter);
    const { attributes, trace, data } = envelope;
    const nowMs = this.#clock.now();
    const { expirytime: _expired, keyid: _oldKey, ...kept } = attributes;
    const next: Omit<Attributes, "keyid"> = {
      ...kept,
      time: formatTime(nowMs),
      generation: attributes.generation + 1,
      ...(event.expiresAfterMs !== undefined && { expirytime: formatTime(nowMs + event.expiresAfterMs) }),
    };
    const bytes = sealEnvelope(next, JSON.stringify(data), this.#options.keys.signingKey(attributes.source, nowMs), trace);
    return {
      message: { id: next.id, destination: next.destination, key: next.subject, bytes },
      redriven: { letterId: letter.id, eventId: next.id, generation: next.generation },
    };
  }

  async #send(message: OutgoingMessage, progress: Progress): Promise<void> {
    try {
      await this.#options.transport.send([message]);
    } catch (error) {
      // Only a refusal says that the broker does not have it.
      if (isSallyportError(error) && error.code === "ERR_TRANSPORT_REFUSED") progress.ifItFails = "failed";
      throw error;
    }
  }

  async #removeSent(letter: DeadLetter): Promise<void> {
    try {
      await this.#options.deadLetters.remove([letter.id]);
    } catch (cause) {
      throw new SallyportError(
        isSallyportError(cause) ? cause.code : "ERR_STORE_UNAVAILABLE",
        "the event was sent, and its letter could not be removed",
        { cause, remedy: "Redrive it again: that is the same generation, and is handled once." },
      );
    }
  }

  async #examine(letter: DeadLetter): Promise<{ readonly envelope: VerifiedEnvelope; readonly event: ContractEvent }> {
    if (NEVER.has(letter.code)) throw refusal(letter, `it died of ${letter.code}`);
    const parsed = parseEnvelope(letter.bytes, LETTER_BOUNDS);
    if (!parsed.ok) throw refusal(letter, parsed.code);
    const verified = verifyEnvelope(parsed.value, letter.destination, this.#options.keys);
    if (!verified.ok) throw refusal(letter, verified.code);
    const { attributes, data } = verified.value;
    const event = this.#options.contract.events.get(attributes.type);
    if (event === undefined) throw refusal(letter, "the contract has no such event");
    if (resolveDestination(event.destination, attributes.tenant) !== letter.destination)
      throw refusal(letter, "the contract sends this event elsewhere");
    if (exceedsBounds(data, event.bounds) !== undefined) throw refusal(letter, "its data is out of bounds");
    await checkFits(letter, event, data);
    if (attributes.generation >= Math.min(this.#options.maxGenerations ?? 8, MAX_GENERATION))
      throw refusal(letter, "it has been redriven too often");
    return { envelope: verified.value, event };
  }
}

function checkMay(what: Deed, operator: Operator): void {
  if (operator.scopes.includes(OPERATE_SCOPE)) return;
  throw new SallyportError("ERR_REQUEST_FORBIDDEN", `"${operator.id}" may not ${what} dead letters`, {
    remedy: `Grant the scope ${OPERATE_SCOPE}.`,
  });
}

async function checkFits(letter: DeadLetter, event: ContractEvent, data: unknown): Promise<void> {
  let fits: boolean;
  try {
    fits = (await event.schema["~standard"].validate(data)).issues === undefined;
  } catch (cause) {
    throw refusal(letter, "the schema's validator threw an error", { cause });
  }
  if (!fits) throw refusal(letter, "its data does not fit the schema");
}

const refusal = (letter: DeadLetter, why: string, detail: { readonly cause?: unknown } = {}): SallyportError =>
  new SallyportError("ERR_POLICY_REDRIVE", `dead letter ${letter.id} cannot be redriven: ${why}`, {
    remedy: "Discard it, or publish a new event.",
    ...detail,
  });
