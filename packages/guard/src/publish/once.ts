// The same call is carried out once (PUB-10): who begins, who waits for the result, and what is remembered of the end.
// What may be with the broker keeps its event id, so that a repetition is the same event and not a second one.
import { isSallyportError, SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ledger, LedgerEnd, LedgerEntry } from "../ports/limits.ts";
import type { Observer } from "../ports/observer.ts";
import { sayOnce } from "../ports/say-once.ts";
import type { Receipt } from "./call.ts";

const WAIT_STEP_MS = 20;
const WAIT_MS = 10_000;

export class CallOnce {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #observer: Observer;
  readonly #say = sayOnce("the ledger could not record how a call ended: until its lease ends the same call is told that it is in flight");

  constructor(parts: { readonly ledger: Ledger; readonly clock: Clock; readonly observer: Observer }) {
    this.#ledger = parts.ledger;
    this.#clock = parts.clock;
    this.#observer = parts.observer;
  }

  /** `carryOut` throws `ERR_TRANSPORT_UNAVAILABLE` when nobody knows whether the broker has the event. */
  async once(entry: LedgerEntry, carryOut: (eventId: string) => Promise<Receipt>): Promise<Receipt> {
    const begun = await this.#begin(entry);
    if ("repeated" in begun) return begun;
    // An id that was not proposed here is that of an attempt whose end nobody knows.
    const mayBeOut = begun.eventId !== entry.eventId;
    let receipt: Receipt;
    try {
      receipt = await carryOut(begun.eventId);
    } catch (error) {
      const unsure = mayBeOut || (isSallyportError(error) && error.code === "ERR_TRANSPORT_UNAVAILABLE");
      await this.#end(entry.key, begun.token, { kind: unsure ? "unsure" : "refused" });
      throw mayBeOut ? afterAnother(error) : error;
    }
    // The broker has it, whatever the ledger says: to answer anything else would have it published anew (PUB-11).
    if (await this.#end(entry.key, begun.token, { kind: "finished", result: JSON.stringify(receipt) }))
      this.#observer.at?.("publish:after-ledger", receipt.id);
    else await this.#end(entry.key, begun.token, { kind: "unsure" });
    return receipt;
  }

  /** While the same call is in flight, waits for its result. */
  async #begin(entry: LedgerEntry): Promise<{ readonly token: string; readonly eventId: string } | Receipt> {
    const giveUpAtMs = this.#clock.now() + WAIT_MS;
    for (;;) {
      const outcome = await this.#ledger.begin(entry);
      if (outcome.kind === "begun") return outcome;
      if (outcome.kind === "finished") return { ...(JSON.parse(outcome.result) as Receipt), repeated: true };
      if (outcome.kind === "conflict")
        throw new SallyportError("ERR_REQUEST_CONFLICT", "the idempotency key was used with other arguments");
      if (this.#clock.now() > giveUpAtMs)
        throw new SallyportError("ERR_REQUEST_IN_FLIGHT", "the same call is still in flight", { retryAfterMs: outcome.forMs });
      await new Promise<void>((resolve) => this.#clock.after(WAIT_STEP_MS, resolve));
    }
  }

  /** False when the ledger failed: the entry then is as if this process had died, and its lease ends by itself. */
  async #end(key: string, token: string, end: LedgerEnd): Promise<boolean> {
    try {
      await this.#ledger.end(key, token, end);
      return true;
    } catch (error) {
      this.#say(error);
      return false;
    }
  }
}

/** Of this attempt nothing was published, and that is all that can be said. */
function afterAnother(error: unknown): unknown {
  if (!isSallyportError(error) || error.code === "ERR_TRANSPORT_UNAVAILABLE") return error;
  const { code, retryAfterMs } = error;
  return new SallyportError(code, "refused, after an attempt of the same call whose end is not known", {
    cause: error,
    publicMessage: "This attempt was refused and published nothing. An earlier attempt of the same call may have been published.",
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
