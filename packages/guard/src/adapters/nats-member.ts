// One member of a group on a stream of NATS: when it asks for messages, what it has, and how it is settled.
import { SallyportError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import { Timers } from "../ports/timers.ts";
import type { Delivery, ReceiveOptions, Subscription } from "../ports/transport.ts";
import type { Taken } from "../nats/delivery.ts";
import { isNoResponder, isUnanswered, transportError } from "../nats/failure.ts";
import { consumerInfo } from "../nats/group.ts";
import { KeyOrder } from "../nats/key-order.ts";
import type { NatsLink } from "../nats/link.ts";
import { Pull } from "../nats/pull.ts";
import type { Turn, TurnEvents } from "../nats/turn.ts";
import { type Ordering, Free, Ordered } from "./nats-ordering.ts";

export interface MemberParts {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly stream: string;
  readonly consumer: string;
  readonly ackWaitMs: number;
  readonly vouchesEnqueueTime: boolean;
  /** Looks whether the stream and the consumer are there and fit, and creates the consumer where there is none. */
  readonly join: () => Promise<void>;
  readonly turn: (events: TurnEvents) => Turn;
  readonly onClose: (member: NatsMember) => void;
}

const AGAIN_MS = { first: 50, most: 2000 };
/** What waits behind its key is read past and kept here, up to so much. */
const MOST_BEHIND = { count: 20_000, bytes: 64 * 1024 * 1024 };
const MOST_AT_ONCE = 256;

export class NatsMember implements Subscription {
  readonly #parts: MemberParts;
  readonly #options: ReceiveOptions;
  readonly #onDeliveries: (deliveries: readonly Delivery[]) => void;
  readonly #order: KeyOrder;
  readonly #pull: Pull;
  readonly #turn: Ordering;
  /** What is out, by its sequence. */
  readonly #out = new Map<number, Taken>();
  /** What of it the server is being told is settled: the next may go meanwhile, up to as many again. */
  readonly #settling = new Set<number>();
  /** Being settled: nothing more is said of it, since that would take the place of its delay. */
  readonly #silent = new Set<number>();
  /** Delivered again before its delay was answered. */
  readonly #early = new Map<number, Taken>();
  readonly #timers: Timers;
  readonly #endReconnect: () => void;
  #state: "open" | "paused" | "closed" = "open";
  #closing: Promise<void> | undefined;
  #scheduled = false;
  #joining = false;
  #againMs = AGAIN_MS.first;

  constructor(parts: MemberParts, options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void) {
    this.#parts = parts;
    this.#timers = new Timers(parts.clock);
    this.#options = options;
    this.#onDeliveries = onDeliveries;
    this.#order = new KeyOrder(options.ordering === "key");
    this.#pull = new Pull(parts.link, parts.clock, parts, {
      onTaken: (taken) => this.#took(taken),
      onEnd: () => this.#ended(),
      onAlive: () => this.#heard(),
      onLost: (error) => this.#failed(error),
    });
    const shared = { ...parts, order: this.#order, pull: this.#pull, out: this.#out };
    const events = {
      onReady: () => this.#wake(),
      onLost: () => this.#pull.renew(),
      onFailure: (error: unknown) => this.#tell(error),
    };
    this.#turn = options.ordering === "key" ? new Ordered(shared, events) : new Free(shared, events);
    this.#endReconnect = parts.link.onReconnect(() => this.#failed(undefined));
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_*` */
  async start(): Promise<void> {
    await this.#turn.start();
    if (this.#state === "closed") return;
    this.#beat();
    this.#wake();
  }

  pause(): void {
    if (this.#state === "open") this.#state = "paused";
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "open";
    this.#wake();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#state = "closed";
    this.#endReconnect();
    this.#timers.end();
    await this.#pull.close();
    for (const { seq, reply } of [...this.#order.present()].sort((one, other) => one.seq - other.seq)) {
      if (!this.#silent.has(seq)) this.#parts.link.say(reply, "-NAK");
    }
    this.#out.clear();
    await this.#parts.link.flush();
    // Only now is it somebody else's.
    await this.#turn.close();
    this.#parts.onClose(this);
  }

  /** What comes in one turn is taken and given on together. */
  #wake(): void {
    if (this.#scheduled || this.#state !== "open") return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#state !== "open" || !this.#turn.mayDeliver) return;
      this.#deliverReady();
      this.#ask();
    });
  }

  #deliverReady(): void {
    const deliveries: Delivery[] = [];
    while (this.#inWork < this.#options.prefetch) {
      const taken = this.#order.next();
      if (taken === undefined) break;
      this.#out.set(taken.seq, taken);
      deliveries.push(this.#deliver(taken));
    }
    if (deliveries.length > 0) this.#onDeliveries(deliveries);
  }

  #ask(): void {
    if (this.#pull.left > 0 || this.#joining || this.#timers.has("again") || this.#state !== "open") return;
    const room = this.#options.prefetch - this.#inWork - this.#order.readyCount;
    const behind = this.#order.size - this.#out.size - this.#order.readyCount;
    if (room <= 0 || this.#order.size >= MOST_BEHIND.count || this.#order.bytes >= MOST_BEHIND.bytes) return;
    this.#pull.ask(behind === 0 ? room : Math.max(room, Math.min(behind, MOST_AT_ONCE)));
  }

  #took(taken: Taken): void {
    this.#heard();
    // Others shall have what this one does not want; in an ordered group there are none.
    if (this.#state === "closed" || (this.#state === "paused" && !this.#turn.isOrdered) || !this.#turn.takes(taken))
      return this.#parts.link.say(taken.reply, "-NAK");
    if (this.#silent.has(taken.seq)) return void this.#early.set(taken.seq, taken);
    if (this.#out.has(taken.seq)) {
      this.#out.set(taken.seq, taken);
      this.#order.add(taken);
      return;
    }
    if (this.#turn.isOrdered && this.#order.isDelayed(taken.seq)) return void this.#cameAgain(taken);
    this.#order.add(taken);
    this.#wake();
  }

  async #cameAgain(taken: Taken): Promise<void> {
    try {
      await this.#turn.forget(taken);
      if (this.#state === "closed") return this.#parts.link.say(taken.reply, "-NAK");
      this.#order.add(taken);
      this.#wake();
    } catch {
      // It is still written down as delayed, and comes once more.
      this.#parts.link.say(taken.reply, '-NAK {"delay": 1000000000}');
    }
  }

  #ended(): void {
    this.#heard();
    if (!this.#turn.ended()) this.#wake();
  }

  #heard(): void {
    this.#againMs = AGAIN_MS.first;
    this.#options.onFetch?.(undefined);
  }

  /** Nobody answers, or what is asked is gone or refused: looks whether it is there, until it is. */
  #failed(error: unknown): void {
    if (this.#state === "closed") return;
    this.#pull.forget();
    if (error !== undefined) this.#tell(error);
    if (this.#joining) return;
    this.#joining = true;
    this.#parts.join().then(
      () => {
        this.#joining = false;
        if (error === undefined) return this.#ended();
        // It is all there, and was refused: asked again at once, it may be refused as often as there is time.
        this.#later(() => {
          if (!this.#turn.ended()) this.#wake();
        });
      },
      (failure: unknown) => {
        this.#joining = false;
        if (this.#state === "closed") return;
        this.#tell(failure);
        this.#later(() => this.#failed(undefined));
      },
    );
  }

  #later(again: () => void): void {
    if (this.#state === "closed") return;
    this.#timers.set("again", this.#againMs, again);
    this.#againMs = Math.min(this.#againMs * 2, AGAIN_MS.most);
  }

  #tell(error: unknown): void {
    const why = transportError(error);
    if (this.#state !== "closed") this.#options.onFetch?.(why.code, why);
  }

  #deliver({ seq, bytes, storedAtMs }: Taken): Delivery {
    const { vouchesEnqueueTime, clock } = this.#parts;
    return {
      bytes,
      destination: this.#options.destination,
      // A time to come is no time at which anything was taken.
      ...(vouchesEnqueueTime && storedAtMs <= clock.now() && { enqueuedAtMs: storedAtMs }),
      brokerId: String(seq),
      ack: () => this.#settle(seq, "+ACK"),
      retryAfter: (delayMs) => this.#postpone(seq, Math.max(0, Math.ceil(delayMs))),
    };
  }

  async #settle(seq: number, how: string): Promise<void> {
    const taken = this.#out.get(seq);
    if (taken === undefined) return;
    this.#settling.add(seq);
    this.#wake();
    await this.#say(taken, how).finally(() => this.#settling.delete(seq));
    this.#out.delete(seq);
    this.#order.settle(seq);
    this.#wake();
  }

  get #inWork(): number {
    return this.#out.size - Math.min(this.#settling.size, this.#options.prefetch);
  }

  async #postpone(seq: number, delayMs: number): Promise<void> {
    const taken = this.#out.get(seq);
    if (taken === undefined) return;
    this.#silent.add(seq);
    try {
      // Whose turn is over has nothing to say about when it comes: it comes to somebody else by itself.
      if (this.#turn.mayPostpone) {
        await this.#turn.remember(taken);
        await this.#say(taken, `-NAK {"delay": ${delayMs * 1_000_000}}`);
      }
      this.#out.delete(seq);
      if (this.#turn.isOrdered) this.#order.postpone(seq);
      else this.#order.settle(seq);
    } finally {
      this.#silent.delete(seq);
      const early = this.#early.get(seq);
      this.#early.delete(seq);
      if (early !== undefined) this.#took(early);
    }
    this.#wake();
  }

  /**
   * From 2.10 on a server does not answer about what is not out any more, as when its first answer was lost. When it answers
   * everything else, twice, there is nothing left to settle; if there is after all, it comes again.
   */
  async #say({ reply }: Taken, how: string): Promise<void> {
    const { link, stream, consumer } = this.#parts;
    for (let unanswered = 0; unanswered < 2; unanswered++) {
      try {
        return await link.settle(reply, how);
      } catch (error) {
        // Nobody hears of a consumer that is gone. It is created anew, and knows nothing of what was taken before.
        if (isNoResponder(error)) this.#failed(error);
        if (!isUnanswered(error)) throw transportError(error);
      }
      if ((await consumerInfo(link, stream, consumer)) === undefined) {
        this.#failed(undefined);
        throw new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "the group's consumer is gone", { remedy: "It is created anew." });
      }
    }
  }

  /** Says of everything that is here that it is worked on, in time. */
  #beat(): void {
    this.#timers.set("beat", this.#parts.ackWaitMs / 3, () => {
      for (const { seq, reply } of this.#order.present()) if (!this.#silent.has(seq)) this.#parts.link.say(reply, "+WPI");
      this.#turn.lookAfterDelayed();
      this.#beat();
    });
  }
}
