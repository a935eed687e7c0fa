// Confirmed publishing: what is sent is taken by every queue it was routed to, or refused for certain, or nothing is
// known of it. What the broker refuses closes the channel on which it was asked: whoever was refused goes on a second
// one, so that one destination does not cost the others theirs.
import { isSallyportError, type SallyportError } from "../errors.ts";
import { answered, type Connected, openWithin } from "./answered.ts";
import type { AmqpChannel, Parcel } from "./channel.ts";
import { blocked, refusalOf, refusedBySome, returned, transportError, unanswered, unknown } from "./failure.ts";

interface Opened {
  readonly channel: AmqpChannel;
  /** Exchanges that have taken something here: what they are refused later says nothing of what was sent before. */
  readonly proven: Set<string>;
}

type Outcome = SallyportError | undefined;

export class Publishing {
  readonly #parts: Connected;
  readonly #channels = new Map<"usual" | "refused", Promise<Opened>>();
  readonly #refused = new Set<string>();
  readonly #forget: () => void;
  #blocked: string | undefined;
  #confirmed = 0;

  constructor(parts: Connected) {
    this.#parts = parts;
    this.#forget = parts.connection.onBlocked((why) => (this.#blocked = why));
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_REFUSED` when none of it was taken for certain, else `ERR_TRANSPORT_UNAVAILABLE`. */
  async publish(parcels: readonly Parcel[]): Promise<void> {
    // It reads nothing while it is blocked, and what was written would be read when nobody waits for it any more.
    if (this.#blocked !== undefined) throw blocked(this.#blocked);
    const outcomes = await this.#whileHeard(Promise.all(parcels.map((parcel) => this.#one(parcel))));
    const failures = outcomes.filter((outcome) => outcome !== undefined);
    if (failures.length === 0) return;
    const unsure = failures.find(({ code }) => code === "ERR_TRANSPORT_UNAVAILABLE");
    if (unsure !== undefined) throw unsure;
    // Of a batch of which some were taken it cannot be said that nothing was published.
    throw failures.length === parcels.length ? failures[0] : unknown(failures[0]);
  }

  async close(): Promise<void> {
    this.#forget();
    const closing = [...this.#channels.values()].map(async (opened) => (await opened).channel.close());
    this.#channels.clear();
    await answered(Promise.allSettled(closing), this.#parts).catch(() => undefined);
  }

  async #one(parcel: Parcel): Promise<Outcome> {
    const { exchange, bytes } = parcel;
    let opened: Opened;
    try {
      opened = await this.#open(this.#refused.has(exchange) ? "refused" : "usual");
    } catch (error) {
      return isSallyportError(error) ? error : transportError(error);
    }
    try {
      const confirmation = await opened.channel.publish(parcel);
      this.#confirmed++;
      if (confirmation === "refused") return refusedBySome(exchange);
      if (confirmation === "returned") return returned(exchange);
      opened.proven.add(exchange);
      this.#refused.delete(exchange);
      return undefined;
    } catch (error) {
      const refusal = refusalOf(error, exchange, bytes.byteLength);
      if (refusal !== undefined) this.#refused.add(exchange);
      const isCertain = refusal === "size" || (refusal === "exchange" && !opened.proven.has(exchange));
      return isCertain ? transportError(error) : unknown(error);
    }
  }

  #open(which: "usual" | "refused"): Promise<Opened> {
    let opened = this.#channels.get(which);
    if (opened === undefined) {
      const forget = (): void => {
        if (this.#channels.get(which) === opened) this.#channels.delete(which);
      };
      opened = openWithin(this.#parts, { onLost: forget }).then((channel) => ({ channel, proven: new Set() }));
      this.#channels.set(which, opened);
      opened.catch(forget);
    }
    return opened;
  }

  /** However much is under way, as long as some of it is confirmed in time. */
  async #whileHeard<T>(work: Promise<T>): Promise<T> {
    const { clock, answerWithinMs } = this.#parts;
    const { promise: silence, reject } = Promise.withResolvers<never>();
    let cancel = (): void => undefined;
    const listen = (heard: number): void => {
      cancel = clock.after(answerWithinMs, () => {
        if (this.#confirmed === heard) reject(this.#blocked === undefined ? unanswered(answerWithinMs) : blocked(this.#blocked));
        else listen(this.#confirmed);
      });
    };
    listen(this.#confirmed);
    try {
      return await Promise.race([work, silence]);
    } finally {
      cancel();
    }
  }
}
